import { Controller } from "@hotwired/stimulus";
import { cardId, cardIds, columnId, columnOf, columns, findCard, openCard, titleOf } from "../board/card_dom.js";
import { columnRefusalReason } from "../board/permission_messages.js";
import { mayEdit, mayPlace } from "../board/rights.js";
import { isSelected, selectedCards, selectionWords } from "../board/selection.js";
import { t } from "../lib/i18n.js";
import { announce, quote, toast } from "../lib/toast.js";
import { performOrToast } from "../live/client.js";

// « Déplacer vers… »: move a card, or all selected ones, by lists of columns and positions.
export default class extends Controller {
  static targets = ["dialog", "what", "column", "position"];
  #cards = [];

  openForPanel() {
    this.open(findCard(openCard().id));
  }

  open(card) {
    if (!card) return;
    if (!mayEdit(card)) return toast(columnRefusalReason(columnOf(card)));
    this.openFor(isSelected(card) ? selectedCards() : [card]);
  }

  openFor(cards) {
    this.#cards = cards;
    this.whatTarget.textContent = cards.length === 1 ? titleOf(cards[0]) : selectionWords(cards.length);
    const mayTake = (column) => cards.every((card) => mayPlace(card.dataset.authorId, column));
    const option = (column) => new Option(titleOf(column), column.id, false, column === columnOf(cards[0]));
    this.columnTarget.replaceChildren(...columns().filter(mayTake).map(option));
    this.listPositions();
    this.dialogTarget.showModal();
  }

  // Preselect the card's own position in its column, the last one in another.
  listPositions() {
    const others = this.#otherCards();
    const isHome = columnOf(this.#cards[0]).id === this.columnTarget.value;
    const selected = isHome ? previousCard(this.#cards[0]) : others.at(-1);
    const option = (card) => {
      const words = t("Après {title}", { title: quote(titleOf(card)) });
      return new Option(words, cardId(card), false, card === selected);
    };
    this.positionTarget.replaceChildren(new Option(t("Tout en haut"), ""), ...others.map(option));
  }

  close() {
    this.dialogTarget.close();
  }

  async submit(event) {
    event.preventDefault();
    const column = document.getElementById(this.columnTarget.value);
    const after = this.positionTarget.value ? Number(this.positionTarget.value) : null;
    const cards = this.#cards;
    this.close();
    const answer = await performOrToast(moveCommand(cards, { column: columnId(column), after }));
    if (!answer) return;
    if (cards.length === 1) {
      announce(t("{title} est dans {column}.", { title: quote(titleOf(cards[0])), column: titleOf(column) }));
    } else {
      const detail = { seq: answer.seq, count: cards.length, column };
      document.dispatchEvent(new CustomEvent("cards:moved", { detail }));
    }
    const isFolded = column.matches(".folded");
    (isFolded ? column.querySelector(".unfold") : cards[0].querySelector("h3 a")).focus();
  }

  #otherCards() {
    const list = document.querySelectorAll(`#${this.columnTarget.value} > .cards > .card:not(.pending)`);
    return [...list].filter((card) => !this.#cards.includes(card));
  }
}

function moveCommand(cards, destination) {
  if (cards.length === 1) return { type: "move_card", card: cardId(cards[0]), ...destination };
  return { type: "move_cards", cards: cardIds(cards), ...destination };
}

function previousCard(card) {
  const previous = card.previousElementSibling;
  return previous?.matches(".pending") ? previousCard(previous) : previous;
}
