import { Controller } from "@hotwired/stimulus";
import { columns, findCard, titleOf } from "../board/card_dom.js";
import { mayAddTo } from "../board/rights.js";
import { drafts } from "../editing/drafts.js";
import { RichTextField } from "../editing/rich_text_field.js";
import { fillFields, readFields, showFieldError, toCommand, validateDates } from "../editing/validity_fields.js";
import { t } from "../lib/i18n.js";
import { announce, toast } from "../lib/toast.js";
import { commandQueue, perform } from "../live/client.js";
import { warnWhenOffline } from "../live/offline.js";

// « Publier la réponse »: write the card that answers a request, in a dialog. A draft is kept until it is published.
export default class extends Controller {
  static targets = ["dialog", "what", "title", "text", "column", "problem"];
  #card = 0; // the request
  #publishing = new Set(); // requests whose answer is being sent

  async open({ currentTarget: opener, params }) {
    const request = findCard(params.card);
    const possible = columns().filter((column) => mayAddTo(column) && column.dataset.columnKind !== "suggestions");
    if (!possible.length) return toast(t("Vous ne pouvez publier dans aucune colonne de ce tableau."));
    this.#card = params.card;
    this.whatTarget.textContent = request ? titleOf(request) : "";
    const ofService = ({ dataset }) => dataset.serviceId && dataset.serviceId === request?.dataset.asked;
    const home = opener.closest(".column") ?? possible.find(ofService);
    const option = (column) => new Option(titleOf(column), column.dataset.columnId, false, column === home);
    this.columnTarget.replaceChildren(...possible.map(option));
    const { title = "", body = "", ...fields } = drafts.read(draftKey(this.#card)) ?? {};
    this.titleTarget.value = title;
    fillFields(this.#form, fields);
    validateDates(this.#form); // clears former errors
    if (!fields.tellable) this.followColumn();
    this.problemTarget.textContent = "";
    this.dialogTarget.showModal();
    this.titleTarget.focus();
    this.field = new RichTextField(this.textTarget, { onUpdate: () => this.keep() });
    this.field.html = body;
    await this.field.load();
  }

  // The column says by default whether residents may be told.
  followColumn() {
    const column = document.getElementById(`column-${this.columnTarget.value}`);
    fillFields(this.#form, { ...readFields(this.#form), tellable: column?.dataset.forResidents ?? "true" });
  }

  keep() {
    drafts.write(draftKey(this.#card), this.#values);
  }

  close() {
    this.dialogTarget.close();
  }

  closed() {
    this.field.destroy();
  }

  key(event) {
    if (event.key === "Escape" && event.target.closest(".tiptap")) this.close(); // TipTap keeps it from the dialog
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.currentTarget.requestSubmit();
  }

  async submit(event) {
    event.preventDefault();
    if (!this.titleTarget.value.trim()) return this.#showProblem(this.#card, t("Écrivez un titre."));
    if (!validateDates(this.#form)) return this.#focusInvalid();
    const card = this.#card;
    if (this.#publishing.has(card)) return;
    this.#publishing.add(card);
    const values = this.#values;
    const stopWarning = warnWhenOffline((words) => this.#showProblem(card, words));
    try {
      await this.#publish(card, values);
    } catch (problem) {
      drafts.write(draftKey(card), values);
      this.#showRefusal(card, problem);
    } finally {
      stopWarning();
      this.#publishing.delete(card);
    }
  }

  async #publish(card, values) {
    const column = Number(this.columnTarget.value);
    const publishing = perform({ type: "publish_answer", card, column, ...toCommand(this.#form, values) });
    if (commandQueue.isPersisted) drafts.remove(draftKey(card)); // the outbox has it now
    await publishing;
    drafts.remove(draftKey(card));
    if (this.#card === card) this.close();
    announce(t("La réponse est publiée."));
  }

  get #values() {
    return { title: this.titleTarget.value, body: this.field.html, ...readFields(this.#form) };
  }

  get #form() {
    return this.dialogTarget.querySelector("form");
  }

  #focusInvalid() {
    this.#form.querySelector("[aria-invalid]").focus();
  }

  #showRefusal(card, { detail, errors }) {
    const isOpen = this.#card === card && this.dialogTarget.open;
    const shown = ({ field, message }) => this.#card === card && showFieldError(this.#form, field, message);
    const others = (errors ?? []).filter((error) => !shown(error));
    if (others.length || !errors || !isOpen) this.#showProblem(card, detail);
    else this.#focusInvalid();
  }

  // In the form when it still shows this request, else as a toast.
  #showProblem(card, words) {
    if (this.#card !== card || !this.dialogTarget.open) return toast(words);
    this.problemTarget.textContent = words;
    this.titleTarget.focus();
  }
}

const draftKey = (card) => `answer:${card}`;
