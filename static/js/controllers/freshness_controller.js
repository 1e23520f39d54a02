import { Controller } from "@hotwired/stimulus";
import { showStaleMarks } from "../board/freshness.js";

const REFRESH_MS = 60_000; // a day may end while the board is open

// Mark the cards to be checked, as changes come and days end.
export default class extends Controller {
  connect() {
    showStaleMarks();
    document.addEventListener("board:change", this.#onChange);
    this.timer = setInterval(() => document.hidden || showStaleMarks(), REFRESH_MS);
  }

  disconnect() {
    document.removeEventListener("board:change", this.#onChange);
    clearInterval(this.timer);
  }

  #onChange = ({ detail: change }) => showStaleMarks(change);
}
