import { Controller } from "@hotwired/stimulus";
import { removeWhatWasSaid } from "../live/announce.js";
import { wordTimes } from "../live/times.js";

const NEAR = "0px 600px";

// The board's beginning: the column of the address in sight, times in words as their columns come near.
export default class extends Controller {
  connect() {
    const board = document.getElementById("board");
    const near = new IntersectionObserver((entries) => this.#word(entries, near), { root: board, rootMargin: NEAR });
    board.querySelectorAll(".column").forEach((column) => near.observe(column));
    document.getElementById(location.hash.slice(1))?.scrollIntoView({ inline: "center", block: "nearest" });
    removeWhatWasSaid();
    document.documentElement.dataset.ready = "";
  }

  #word(entries, near) {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      wordTimes(target);
    }
  }
}
