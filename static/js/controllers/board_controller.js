import { Controller } from "@hotwired/stimulus";
import { localizeTimes } from "../lib/local_time.js";
import { expireRenderedToasts } from "../lib/toast.js";

const NEAR = "0px 600px"; // margin around the visible part of the board

// Set up the page: scroll to the column of the address, and word times as their columns come near.
export default class extends Controller {
  connect() {
    const board = document.getElementById("board");
    const options = { root: board, rootMargin: NEAR };
    const observer = new IntersectionObserver((entries) => this.#localize(entries, observer), options);
    board.querySelectorAll(".column").forEach((column) => observer.observe(column));
    document.getElementById(location.hash.slice(1))?.scrollIntoView({ inline: "center", block: "nearest" });
    expireRenderedToasts();
    document.documentElement.dataset.ready = "";
  }

  #localize(entries, observer) {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      observer.unobserve(target);
      localizeTimes(target);
    }
  }
}
