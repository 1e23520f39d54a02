import { Controller } from "@hotwired/stimulus";
import { cardsIn, columnOf, columns } from "../board/card_dom.js";

// Move the focus between cards by arrow keys, Home and End.
export default class extends Controller {
  key(event) {
    const card = event.target.closest?.(".card");
    const hasModifier = event.ctrlKey || event.metaKey || event.altKey || event.shiftKey;
    if (!card || !event.target.matches("h3 a") || card.matches(".lifted") || hasModifier) return;
    const target = this.#target(card, event.key);
    if (target === undefined) return;
    event.preventDefault();
    target?.querySelector("h3 a").focus();
    target?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  // Return the card to go to, null at an edge, undefined for other keys.
  #target(card, key) {
    const cards = cardsIn(columnOf(card));
    const index = cards.indexOf(card);
    switch (key) {
      case "ArrowDown":
        return cards[index + 1] ?? null;
      case "ArrowUp":
        return cards[index - 1] ?? null;
      case "Home":
        return cards[0];
      case "End":
        return cards.at(-1);
      case "ArrowLeft":
        return this.#sideways(card, index, -1);
      case "ArrowRight":
        return this.#sideways(card, index, 1);
    }
  }

  #sideways(card, index, step) {
    const own = columnOf(card);
    const hasOpenCards = (column) => !column.matches(".folded") && cardsIn(column).length;
    const reachable = columns().filter((column) => column === own || hasOpenCards(column));
    const column = reachable[reachable.indexOf(own) + step];
    return column ? (cardsIn(column)[index] ?? cardsIn(column).at(-1)) : null;
  }
}
