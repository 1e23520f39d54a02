import { Controller } from "@hotwired/stimulus";
import { markStale } from "../live/freshness.js";

const MINUTE = 60_000;

// « À vérifier » on the cards and in the heads of the columns: as changes come, and as days end under an open board.
export default class extends Controller {
  connect() {
    markStale();
    document.addEventListener("board:change", this.#changed);
    this.timer = setInterval(() => document.hidden || markStale(), MINUTE);
  }

  disconnect() {
    document.removeEventListener("board:change", this.#changed);
    clearInterval(this.timer);
  }

  #changed = ({ detail: change }) => markStale(change);
}
