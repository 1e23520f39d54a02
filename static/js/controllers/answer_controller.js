import { Controller } from "@hotwired/stimulus";
import { announce, toast } from "../live/announce.js";
import { perform, sender } from "../live/board.js";
import { drafts } from "../live/drafts.js";
import { columns, titleOf } from "../live/places.js";
import { mayAddTo } from "../live/rights.js";
import { t } from "../live/words.js";

// « Publier la réponse »: the card that answers a request, written in a dialog. What is typed is kept on this machine until it is published.
export default class extends Controller {
  static targets = ["dialog", "what", "title", "text", "column", "validUntil", "problem"];
  #card = 0;

  async open({ currentTarget: opener, params }) {
    const asking = document.getElementById(`card-${params.card}`);
    const possible = columns().filter((column) => mayAddTo(column) && column.dataset.columnKind !== "suggestions");
    if (!possible.length) return toast(t("Vous ne pouvez publier dans aucune colonne de ce tableau."));
    this.#card = params.card;
    this.whatTarget.textContent = asking ? titleOf(asking) : "";
    const home = opener.closest(".column") ?? possible.find(({ dataset }) => dataset.serviceId && dataset.serviceId === asking?.dataset.asked);
    this.columnTarget.replaceChildren(...possible.map((column) => new Option(titleOf(column), column.dataset.columnId, false, column === home)));
    const { title = "", body = "", valid_until: day = "" } = drafts.read(this.#draft) ?? {};
    this.titleTarget.value = title;
    this.validUntilTarget.value = day;
    this.problemTarget.textContent = "";
    this.dialogTarget.showModal();
    this.titleTarget.focus();
    await this.#write(body);
  }

  keep() {
    drafts.write(this.#draft, { title: this.titleTarget.value, body: this.#body, valid_until: this.validUntilTarget.value });
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
    if (!this.titleTarget.value.trim()) return this.#refuse(t("Écrivez un titre."));
    if (!this.validUntilTarget.validity.valid) return this.#refuse(t("Cette date n’existe pas."));
    const draft = this.#draft;
    const publishing = perform({
      type: "publish_answer",
      card: this.#card,
      column: Number(this.columnTarget.value),
      title: this.titleTarget.value,
      body: this.#body,
      valid_until: this.validUntilTarget.value || null,
    });
    if (sender.waiting) this.problemTarget.textContent = t("Hors ligne : partira au retour de la connexion.");
    try {
      await publishing;
      drafts.forget(draft);
      this.close();
      announce(t("La réponse est publiée."));
    } catch (problem) {
      this.#refuse(problem.detail);
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

  get #draft() {
    return `answer:${this.#card}`;
  }

  #refuse(words) {
    if (!this.dialogTarget.open) return toast(words);
    this.problemTarget.textContent = words;
    this.titleTarget.focus();
  }
}
