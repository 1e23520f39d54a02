// A text field with the editor, which is loaded on demand. Until it is loaded, or when it cannot be, the field keeps
// its HTML unchanged.
import { t } from "../lib/i18n.js";

export class RichTextField {
  #editor = null;
  #canonicalHtml = null; // function of the editor's module
  #html = "";
  #isDestroyed = false;

  constructor(place, { onUpdate }) {
    this.place = place;
    this.onUpdate = onUpdate;
  }

  async load() {
    try {
      const { createEditor, canonicalHtml } = await import("./editor.js");
      if (this.#isDestroyed) return;
      this.#canonicalHtml = canonicalHtml;
      this.#editor = createEditor(this.place, this.#html, this.onUpdate);
    } catch {
      this.place.textContent = t(
        "L’éditeur de texte n’a pas pu être chargé. Le titre et la date peuvent être modifiés.",
      );
    }
  }

  get isLoaded() {
    return this.#editor !== null;
  }

  get html() {
    return this.#editor ? this.#canonicalHtml(this.#editor) : this.#html;
  }

  set html(html) {
    if (html !== this.html) this.#editor?.commands.setContent(html, { emitUpdate: false });
    this.#html = html;
  }

  append(html) {
    this.#editor?.commands.insertContentAt(this.#editor.state.doc.content.size, html);
  }

  // Return published HTML as the editor writes it, once it is loaded.
  canonical(html) {
    return this.#canonicalHtml?.(html) ?? html;
  }

  destroy() {
    this.#editor?.destroy();
    this.#editor = null;
    this.#isDestroyed = true;
  }
}
