import { Controller } from "@hotwired/stimulus";
import { allCards, cardId, columnOf, titleOf } from "../board/card_dom.js";
import { drafts } from "../editing/drafts.js";
import { readSuggestion, toggleServiceField } from "../editing/suggestion_fields.js";
import { t } from "../lib/i18n.js";
import { announce } from "../lib/toast.js";
import { commandQueue, perform, performOrToast } from "../live/client.js";
import { warnWhenOffline } from "../live/offline.js";

// The panel's actions on a suggestion: support, decisions, replies. Drafts are kept until the server has them.
export default class extends Controller {
  static values = { card: Number };
  static targets = ["form", "cards"];

  formTargetConnected(form) {
    const draft = drafts.read(this.#draftKey(form));
    if (!draft) return;
    for (const [name, value] of Object.entries(draft)) {
      const field = form.elements[name];
      if (field && !field.value) field.value = value;
    }
    if (form.dataset.name !== "reply") form.hidden = false;
  }

  keep({ currentTarget: form }) {
    drafts.write(this.#draftKey(form), formValues(form));
  }

  key(event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.currentTarget.requestSubmit();
  }

  reveal({ currentTarget: button, params }) {
    const form = this.formTargets.find(({ dataset }) => dataset.name === params.form);
    if (!form.hidden) return this.#close(form);
    const others = this.formTargets.filter((other) => other !== form && other.dataset.name !== "reply");
    others.forEach((other) => (other.hidden = true));
    form.hidden = false;
    this.#buttons(form).forEach((each) => each.setAttribute("aria-expanded", each === button));
    form.querySelector("select, input, textarea").focus();
  }

  leave({ currentTarget }) {
    const form = currentTarget.closest("form");
    this.#close(form);
    this.#buttons(form)[0]?.focus();
  }

  showAsked({ currentTarget: kind }) {
    toggleServiceField(kind.form.elements);
  }

  step({ params }) {
    performOrToast({ type: "set_status", card: this.cardValue, status: params.status });
  }

  setKind(event) {
    this.#send(event, { type: "set_suggestion", ...readSuggestion(event.target.elements) });
  }

  decide(event) {
    const { note, answer } = event.target.elements;
    const card = answer?.value && this.#cardsByName().get(answer.value);
    if (answer?.value && !card) {
      event.preventDefault();
      return showRefusal(event.target, t("Choisissez l’info dans la liste, ou videz ce champ."));
    }
    const status = event.target.dataset.name;
    this.#send(event, { type: "set_status", status, note: note.value, ...(card && { answer: card }) });
  }

  reply(event) {
    this.#send(event, { type: "reply", text: event.target.elements.text.value });
  }

  withdraw({ params }) {
    performOrToast({ type: "withdraw_reply", reply: params.reply });
  }

  listCards() {
    const names = [...this.#cardsByName().keys()];
    this.cardsTarget.replaceChildren(...names.map((name) => new Option(name, name)));
  }

  async #send(event, command) {
    event.preventDefault();
    const form = event.target;
    if ("sending" in form.dataset) return;
    form.dataset.sending = "";
    showProblem(form, "");
    const draftKey = this.#draftKey(form);
    const stopWarning = warnWhenOffline((words) => showProblem(form, words));
    try {
      const sending = perform({ ...command, card: this.cardValue });
      if (commandQueue.isPersisted) drafts.remove(draftKey); // the outbox has it now
      await sending;
      drafts.remove(draftKey);
      showProblem(form, "");
      form.reset();
      if (form.dataset.name === "reply") announce(t("Votre réponse est envoyée."));
      else form.hidden = true;
    } catch (problem) {
      drafts.write(draftKey, formValues(form));
      showRefusal(form, problem.detail);
    } finally {
      stopWarning();
      delete form.dataset.sending;
    }
  }

  // Map {"title (column)": card id} of the other cards on the page; of two with the same name the later one wins.
  #cardsByName() {
    const cards = allCards().filter((card) => cardId(card) !== this.cardValue);
    return new Map(cards.map((card) => [`${titleOf(card)} (${titleOf(columnOf(card))})`, cardId(card)]));
  }

  #close(form) {
    form.hidden = true;
    this.#buttons(form).forEach((button) => button.setAttribute("aria-expanded", false));
  }

  #buttons(form) {
    return [...this.element.querySelectorAll(`[aria-controls="${form.id}"]`)];
  }

  #draftKey(form) {
    return `${form.dataset.name}:${this.cardValue}`;
  }
}

const formValues = (form) => Object.fromEntries(new FormData(form));

function showProblem(form, words) {
  form.querySelector(".problem").textContent = words;
}

function showRefusal(form, words) {
  showProblem(form, words);
  (form.querySelector("textarea") ?? form.querySelector("select")).focus();
}
