import { Controller } from "@hotwired/stimulus";
import { announce, quote, toast } from "../live/announce.js";
import { perform } from "../live/board.js";
import { cardId } from "../live/cards.js";
import { columnOf, columns, titleOf } from "../live/places.js";
import { whyNotIn } from "../live/refusals.js";
import { mayEdit, mayPlace } from "../live/rights.js";
import { inWords, isSelected, selectedCards } from "../live/selection.js";
import { t } from "../live/words.js";

// « Déplacer vers… »: column and position by lists, for everyone, of one card or of all that are selected.
export default class extends Controller {
  static targets = ["dialog", "what", "column", "position"];
  #cards = [];

  openForPanel() {
    this.open(document.getElementById(`card-${document.querySelector("[data-panel-card]").dataset.panelCard}`));
  }

  open(card) {
    if (!card) return;
    if (!mayEdit(card)) return toast(whyNotIn(columnOf(card)));
    this.openFor(isSelected(card) ? selectedCards() : [card]);
  }

  openFor(cards) {
    this.#cards = cards;
    this.whatTarget.textContent = cards.length === 1 ? titleOf(cards[0]) : inWords(cards.length);
    const possible = columns().filter((column) => cards.every((card) => mayPlace(card.dataset.authorId, column)));
    this.columnTarget.replaceChildren(...possible.map((column) => new Option(titleOf(column), column.id, false, column === columnOf(cards[0]))));
    this.listPositions();
    this.dialogTarget.showModal();
  }

  listPositions() {
    const others = this.#others();
    const here = others.indexOf(previous(this.#cards[0]));
    const options = [new Option(t("Tout en haut"), "")];
    others.forEach((card, index) => options.push(new Option(t("Après {title}", { title: quote(titleOf(card)) }), cardId(card), false, this.#isHome() && index === here)));
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
    const where = { column: Number(column.dataset.columnId), after };
    const cards = this.#cards;
    const ids = cards.map((card) => Number(cardId(card)));
    this.close();
    try {
      const { seq } = await perform(ids.length === 1 ? { type: "move_card", card: ids[0], ...where } : { type: "move_cards", cards: ids, ...where });
      if (ids.length > 1) document.dispatchEvent(new CustomEvent("cards:moved", { detail: { seq, count: ids.length, column } }));
      else announce(t("{title} est dans {column}.", { title: quote(titleOf(cards[0])), column: titleOf(column) }));
      (column.matches(".folded") ? column.querySelector(".unfold") : cards[0].querySelector("h3 a")).focus();
    } catch (problem) {
      toast(problem.detail);
    }
  }

  #others() {
    return [...document.querySelectorAll(`#${this.columnTarget.value} > .cards > .card:not(.pending)`)].filter((card) => !this.#cards.includes(card));
  }

  #isHome() {
    return columnOf(this.#cards[0]).id === this.columnTarget.value;
  }
}

function previous(card) {
  const before = card.previousElementSibling;
  return before?.matches(".pending") ? previous(before) : before;
}
