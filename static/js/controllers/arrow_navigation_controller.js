import { Controller } from "@hotwired/stimulus";
import { cardsIn, columnOf, columns } from "../live/places.js";

// Arrow keys travel between cards.
export default class extends Controller {
  key(event) {
    const card = event.target.closest?.(".card");
    if (!card || !event.target.matches("h3 a") || card.matches(".lifted") || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const goal = this.#goal(card, event.key);
    if (goal === undefined) return;
    event.preventDefault();
    goal?.querySelector("h3 a").focus();
    goal?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  #goal(card, key) {
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
        return this.#aside(card, index, -1);
      case "ArrowRight":
        return this.#aside(card, index, 1);
    }
  }

  #aside(card, index, step) {
    const open = columns().filter((column) => column === columnOf(card) || (!column.matches(".folded") && cardsIn(column).length));
    const column = open[open.indexOf(columnOf(card)) + step];
    return column ? (cardsIn(column)[index] ?? cardsIn(column).at(-1)) : null;
  }
}
