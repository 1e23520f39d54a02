import { Controller } from "@hotwired/stimulus";
import { quote, toast } from "../live/announce.js";
import { perform } from "../live/board.js";
import { columns, titleOf } from "../live/places.js";
import { takeBack } from "../live/undo.js";
import { t, tn } from "../live/words.js";

// « Fusionner dans… »: the column that stays is chosen, and what will happen is said first.
export default class extends Controller {
  static targets = ["heading", "into", "words", "submit"];
  #column = null;

  open({ detail: column }) {
    this.#column = column;
    const all = columns();
    const others = all.filter((other) => other !== column);
    const beside = others[Math.max(all.indexOf(column) - 1, 0)];
    this.headingTarget.textContent = t("Fusionner {title} dans…", { title: quote(titleOf(column)) });
    this.intoTarget.replaceChildren(...others.map((other) => new Option(titleOf(other), other.id, false, other === beside)));
    this.submitTarget.disabled = !others.length;
    this.say();
    this.element.showModal();
  }

  say() {
    const into = this.#into ? quote(titleOf(this.#into)) : "";
    const count = this.#column.querySelectorAll(".cards > .card:not(.pending)").length;
    if (!into) this.wordsTarget.textContent = t("Il n’y a pas d’autre colonne.");
    else if (!count) this.wordsTarget.textContent = t("Elle est vide ; la colonne est archivée.");
    else {
      this.wordsTarget.textContent = tn(
        "Son info passe à la fin de {into} et suit ses droits ; la colonne est archivée.",
        "Ses {count} infos passent à la fin de {into} et suivent ses droits ; la colonne est archivée.",
        count,
        { into },
      );
    }
  }

  close() {
    this.element.close();
  }

  async submit(event) {
    event.preventDefault();
    const [column, into] = [this.#column, this.#into];
    const titles = { title: quote(titleOf(column)), into: quote(titleOf(into)) };
    this.close();
    try {
      const { seq } = await perform({ type: "merge_column", column: Number(column.dataset.columnId), into: Number(into.dataset.columnId) });
      into.scrollIntoView({ inline: "nearest", block: "nearest" });
      into.querySelector(".column-menu-button").focus({ preventScroll: true });
      toast(t("Colonne {title} fusionnée dans {into}.", titles), { words: t("Annuler"), run: () => takeBack({ type: "merge_column", seq }) });
    } catch (problem) {
      toast(problem.detail);
    }
  }

  get #into() {
    return document.getElementById(this.intoTarget.value);
  }
}
