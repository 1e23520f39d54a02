import { Controller } from "@hotwired/stimulus";
import { t, tn } from "../live/words.js";

// Leaves in sight only the cards that hold every word typed, accents and case ignored.
export default class extends Controller {
  static targets = ["input", "count"];

  connect() {
    document.addEventListener("board:change", () => this.inputTarget.value && this.filter());
  }

  filter() {
    const words = plain(this.inputTarget.value).split(/\s+/).filter(Boolean);
    let found = 0;
    for (const card of document.querySelectorAll("#board .card:not(.pending)")) {
      const text = words.length ? plain(card.textContent) : "";
      const fits = words.every((word) => text.includes(word));
      card.classList.toggle("filtered", !fits);
      found += fits;
    }
    this.countTarget.textContent = words.length ? (found ? tn("{count} info", "{count} infos", found) : t("aucune info")) : "";
  }

  // Escape empties the field; once more leaves it for the board.
  clear(event) {
    event.stopPropagation();
    if (!this.inputTarget.value) return (document.querySelector("#board .card:not(.filtered) h3 a") ?? document.getElementById("board")).focus();
    this.inputTarget.value = "";
    this.filter();
  }
}

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replaceAll("œ", "oe").replaceAll("’", "'").toLowerCase();
