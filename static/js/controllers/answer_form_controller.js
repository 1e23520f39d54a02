import { Controller } from "@hotwired/stimulus";
import { announce, toast } from "../live/announce.js";
import { perform, sender } from "../live/board.js";
import { drafts } from "../live/drafts.js";
import { asCommand, checkDates, fillHolding, holdingIn, sayWrong } from "../live/holding.js";
import { sayWhenOffline } from "../live/offline.js";
import { columns, titleOf } from "../live/places.js";
import { mayAddTo } from "../live/rights.js";
import { t } from "../live/words.js";

// « Publier la réponse »: the card that answers a request, written in a dialog. What is typed is kept on this machine until it is published.
export default class extends Controller {
  static targets = ["dialog", "what", "title", "text", "column", "problem"];
  #card = 0;
  #publishing = new Set();

  async open({ currentTarget: opener, params }) {
    const asking = document.getElementById(`card-${params.card}`);
    const possible = columns().filter((column) => mayAddTo(column) && column.dataset.columnKind !== "suggestions");
    if (!possible.length) return toast(t("Vous ne pouvez publier dans aucune colonne de ce tableau."));
    this.#card = params.card;
    this.whatTarget.textContent = asking ? titleOf(asking) : "";
    const home = opener.closest(".column") ?? possible.find(({ dataset }) => dataset.serviceId && dataset.serviceId === asking?.dataset.asked);
    this.columnTarget.replaceChildren(...possible.map((column) => new Option(titleOf(column), column.dataset.columnId, false, column === home)));
    const { title = "", body = "", ...holding } = drafts.read(draftOf(this.#card)) ?? {};
    this.titleTarget.value = title;
    fillHolding(this.#form, holding);
    checkDates(this.#form); // forgets what was wrong before
    if (!holding.tellable) this.followColumn();
    this.problemTarget.textContent = "";
    this.dialogTarget.showModal();
    this.titleTarget.focus();
    await this.#write(body);
  }

  // Whether residents may be told is as usual in the column, until somebody says otherwise.
  followColumn() {
    const column = document.getElementById(`column-${this.columnTarget.value}`);
    fillHolding(this.#form, { ...holdingIn(this.#form), tellable: column?.dataset.forResidents ?? "true" });
  }

  keep() {
    drafts.write(draftOf(this.#card), this.#typed);
  }

  close() {
    this.dialogTarget.close();
  }

  closed() {
    this.editor?.destroy();
    this.editor = null;
  }

  key(event) {
    if (event.key === "Escape" && event.target.closest(".tiptap")) this.close(); // the editor keeps it from the dialog
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) (event.preventDefault(), event.currentTarget.requestSubmit());
  }

  async submit(event) {
    event.preventDefault();
    if (!this.titleTarget.value.trim()) return this.#say(this.#card, t("Écrivez un titre."));
    if (!checkDates(this.#form)) return this.#form.querySelector("[aria-invalid]").focus();
    const card = this.#card;
    if (this.#publishing.has(card)) return;
    this.#publishing.add(card);
    const typed = this.#typed;
    const answered = sayWhenOffline((words) => this.#say(card, words));
    try {
      const publishing = perform({ type: "publish_answer", card, column: Number(this.columnTarget.value), ...asCommand(typed) });
      if (sender.isKept) drafts.forget(draftOf(card)); // from here on the outbox has it
      await publishing;
      drafts.forget(draftOf(card));
      if (this.#card === card) this.close();
      announce(t("La réponse est publiée."));
    } catch (problem) {
      drafts.write(draftOf(card), typed);
      const elsewhere = (problem.errors ?? []).filter(({ field, message }) => this.#card !== card || !sayWrong(this.#form, field, message));
      if (elsewhere.length || !problem.errors || !this.dialogTarget.open) this.#say(card, problem.detail);
      else this.#form.querySelector("[aria-invalid]").focus();
    } finally {
      answered();
      this.#publishing.delete(card);
    }
  }

  async #write(html) {
    this.loaded = html;
    try {
      const { createEditor, normal } = await import("../editor.js");
      if (!this.dialogTarget.open) return;
      this.normal = normal;
      this.editor = createEditor(this.textTarget, html, () => this.keep());
    } catch {
      this.textTarget.textContent = t("L’éditeur de texte n’a pas pu être chargé. Le titre et la date peuvent être modifiés.");
    }
  }

  get #body() {
    return this.editor ? this.normal(this.editor) : this.loaded;
  }

  get #typed() {
    return { title: this.titleTarget.value, body: this.#body, ...holdingIn(this.#form) };
  }

  get #form() {
    return this.dialogTarget.querySelector("form");
  }

  // Where the form of this request still is, else as a small message.
  #say(card, words) {
    if (this.#card !== card || !this.dialogTarget.open) return toast(words);
    this.problemTarget.textContent = words;
    this.titleTarget.focus();
  }
}

const draftOf = (card) => `answer:${card}`;
