import { Controller } from "@hotwired/stimulus";
import { announce, toast } from "../live/announce.js";
import { perform, sender } from "../live/board.js";
import { cardId } from "../live/cards.js";
import { drafts } from "../live/drafts.js";
import { sayWhenOffline } from "../live/offline.js";
import { columnOf, titleOf } from "../live/places.js";
import { showAsked, suggestionOf } from "../live/suggesting.js";
import { t } from "../live/words.js";

// What the panel offers on a suggestion: support, steps, replies. What is typed stays, here and on this machine, until the server has it.
export default class extends Controller {
  static values = { card: Number };
  static targets = ["form", "cards"];

  formTargetConnected(form) {
    const kept = drafts.read(this.#draft(form));
    if (!kept) return;
    for (const [name, value] of Object.entries(kept)) if (form.elements[name] && !form.elements[name].value) form.elements[name].value = value;
    if (form.dataset.name !== "reply") this.#open(form);
  }

  keep({ currentTarget: form }) {
    drafts.write(this.#draft(form), Object.fromEntries(new FormData(form)));
  }

  key(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) (event.preventDefault(), event.currentTarget.requestSubmit());
  }

  reveal({ currentTarget: button, params }) {
    const form = this.formTargets.find(({ dataset }) => dataset.name === params.form);
    if (!form.hidden) return this.#close(form);
    this.formTargets.filter((other) => other !== form && other.dataset.name !== "reply").forEach((other) => (other.hidden = true));
    this.#open(form);
    this.#buttons(form).forEach((each) => each.setAttribute("aria-expanded", each === button));
    form.querySelector("select, input, textarea").focus();
  }

  leave({ currentTarget }) {
    const form = currentTarget.closest("form");
    this.#close(form);
    this.#buttons(form)[0]?.focus();
  }

  showAsked({ currentTarget: kind }) {
    showAsked(kind.form.elements);
  }

  async support({ currentTarget: button }) {
    const on = button.getAttribute("aria-pressed") !== "true";
    try {
      await perform({ type: "vote_card", card: this.cardValue, on });
      announce(on ? t("Vous soutenez cette suggestion.") : t("Vous ne soutenez plus cette suggestion."));
    } catch (problem) {
      toast(problem.detail);
    }
  }

  async step({ params }) {
    try {
      await perform({ type: "set_status", card: this.cardValue, status: params.status });
    } catch (problem) {
      toast(problem.detail);
    }
  }

  setKind(event) {
    this.#send(event, { type: "set_suggestion", ...suggestionOf(event.target.elements) });
  }

  decide(event) {
    const { note, answer } = event.target.elements;
    const shown = answer?.value && this.#listed().get(answer.value);
    if (answer?.value && !shown) return this.#refuse(event, t("Choisissez l’info dans la liste, ou videz ce champ."));
    this.#send(event, { type: "set_status", status: event.target.dataset.name, note: note.value, ...(shown && { answer: shown }) });
  }

  reply(event) {
    this.#send(event, { type: "reply", text: event.target.elements.text.value });
  }

  async withdraw({ params }) {
    try {
      await perform({ type: "withdraw_reply", reply: params.reply });
    } catch (problem) {
      toast(problem.detail);
    }
  }

  listCards() {
    this.cardsTarget.replaceChildren(...[...this.#listed().keys()].map((words) => new Option(words, words)));
  }

  async #send(event, command) {
    event.preventDefault();
    const form = event.target;
    const draft = this.#draft(form);
    if ("sending" in form.dataset) return;
    form.dataset.sending = "";
    form.querySelector(".problem").textContent = "";
    const answered = sayWhenOffline((words) => (form.querySelector(".problem").textContent = words));
    try {
      const sending = perform({ ...command, card: this.cardValue });
      if (sender.isKept) drafts.forget(draft); // from here on the outbox has it
      await sending;
      drafts.forget(draft);
      form.querySelector(".problem").textContent = "";
      form.reset();
      if (form.dataset.name !== "reply") form.hidden = true;
      else announce(t("Votre réponse est envoyée."));
    } catch (problem) {
      drafts.write(draft, Object.fromEntries(new FormData(form)));
      this.#refuse(event, problem.detail);
    } finally {
      answered();
      delete form.dataset.sending;
    }
  }

  #refuse(event, words) {
    event.preventDefault();
    const form = event.target;
    form.querySelector(".problem").textContent = words;
    (form.querySelector("textarea") ?? form.querySelector("select")).focus();
  }

  // What stands on the page, under its title and column; the later of two of the same name.
  #listed() {
    const cards = [...document.querySelectorAll("#board .card:not(.pending)")].filter((card) => Number(cardId(card)) !== this.cardValue);
    return new Map(cards.map((card) => [`${titleOf(card)} (${titleOf(columnOf(card))})`, Number(cardId(card))]));
  }

  #open(form) {
    form.hidden = false;
  }

  #close(form) {
    form.hidden = true;
    this.#buttons(form).forEach((each) => each.setAttribute("aria-expanded", false));
  }

  #buttons(form) {
    return [...this.element.querySelectorAll(`[aria-controls="${form.id}"]`)];
  }

  #draft(form) {
    return `${form.dataset.name}:${this.cardValue}`;
  }
}
