import { Controller } from "@hotwired/stimulus";
import { announce, quote, toast } from "../live/announce.js";
import { perform } from "../live/board.js";
import { columnOf, columns, titleOf } from "../live/places.js";
import { whyNotIn } from "../live/refusals.js";
import { mayEdit, mayPlace } from "../live/rights.js";
import { t } from "../live/words.js";

// « Déplacer vers… »: column and position by lists, for everyone.
export default class extends Controller {
  static targets = ["dialog", "what", "column", "position"];
  #card = null;

  openForPanel() {
    this.open(document.getElementById(`card-${document.querySelector("[data-panel-card]").dataset.panelCard}`));
  }

  open(card) {
    if (!card) return;
    if (!mayEdit(card)) return toast(whyNotIn(columnOf(card)));
    this.#card = card;
    this.whatTarget.textContent = titleOf(card);
    const possible = columns().filter((column) => mayPlace(card.dataset.authorId, column));
    this.columnTarget.replaceChildren(...possible.map((column) => new Option(titleOf(column), column.id, false, column === columnOf(card))));
    this.listPositions();
    this.dialogTarget.showModal();
  }

  listPositions() {
    const others = this.#others();
    const here = others.indexOf(previous(this.#card));
    const options = [new Option(t("Tout en haut"), "")];
    others.forEach((card, index) => options.push(new Option(t("Après {title}", { title: quote(titleOf(card)) }), card.dataset.cardId, false, this.#isHome() && index === here)));
    if (!this.#isHome() && others.length) options.at(-1).selected = true;
    this.positionTarget.replaceChildren(...options);
  }

  close() {
    this.dialogTarget.close();
  }

  async submit(event) {
    event.preventDefault();
    const column = document.getElementById(this.columnTarget.value);
    const after = this.positionTarget.value ? Number(this.positionTarget.value) : null;
    const card = this.#card;
    this.close();
    try {
      await perform({ type: "move_card", card: Number(card.dataset.cardId), column: Number(column.dataset.columnId), after });
      announce(t("{title} est dans {column}.", { title: quote(titleOf(card)), column: titleOf(column) }));
      (columnOf(card).matches(".folded") ? column.querySelector(".unfold") : card.querySelector("h3 a")).focus();
    } catch (problem) {
      toast(problem.detail);
    }
  }

  #others() {
    return [...document.querySelectorAll(`#${this.columnTarget.value} > .cards > .card:not(.pending)`)].filter((card) => card !== this.#card);
  }

  #isHome() {
    return columnOf(this.#card).id === this.columnTarget.value;
  }
}

function previous(card) {
  const before = card.previousElementSibling;
  return before?.matches(".pending") ? previous(before) : before;
}
