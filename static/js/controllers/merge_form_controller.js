import { Controller } from "@hotwired/stimulus";
import { columnId, columns, titleOf } from "../board/card_dom.js";
import { undoAction } from "../board/undo.js";
import { t, tn } from "../lib/i18n.js";
import { quote, toast } from "../lib/toast.js";
import { performOrToast } from "../live/client.js";

// « Fusionner dans… »: choose the column that stays, with the consequences in words.
export default class extends Controller {
  static targets = ["heading", "into", "words", "submit"];
  #column = null;

  open({ detail: column }) {
    this.#column = column;
    const all = columns();
    const others = all.filter((other) => other !== column);
    const neighbour = others[Math.max(all.indexOf(column) - 1, 0)];
    this.headingTarget.textContent = t("Fusionner {title} dans…", { title: quote(titleOf(column)) });
    const option = (other) => new Option(titleOf(other), other.id, false, other === neighbour);
    this.intoTarget.replaceChildren(...others.map(option));
    this.submitTarget.disabled = !others.length;
    this.say();
    this.element.showModal();
  }

  say() {
    this.wordsTarget.textContent = this.#consequences();
  }

  close() {
    this.element.close();
  }

  async submit(event) {
    event.preventDefault();
    const [column, into] = [this.#column, this.#into];
    const titles = { title: quote(titleOf(column)), into: quote(titleOf(into)) };
    this.close();
    const answer = await performOrToast({ type: "merge_column", column: columnId(column), into: columnId(into) });
    if (!answer) return;
    into.scrollIntoView({ inline: "nearest", block: "nearest" });
    into.querySelector(".column-menu-button").focus({ preventScroll: true });
    const undo = undoAction({ type: "merge_column", seq: answer.seq });
    toast(t("Colonne {title} fusionnée dans {into}.", titles), undo);
  }

  get #into() {
    return document.getElementById(this.intoTarget.value);
  }

  #consequences() {
    if (!this.#into) return t("Il n’y a pas d’autre colonne.");
    const count = this.#column.querySelectorAll(".cards > .card:not(.pending)").length;
    if (!count) return t("Elle est vide ; la colonne est archivée.");
    return tn(
      "Son info passe à la fin de {into} et suit ses droits ; la colonne est archivée.",
      "Ses {count} infos passent à la fin de {into} et suivent ses droits ; la colonne est archivée.",
      count,
      { into: quote(titleOf(this.#into)) },
    );
  }
}
