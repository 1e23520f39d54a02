import { Controller } from "@hotwired/stimulus";
import { columns, titleOf } from "../live/places.js";

// The map of the board: a link for each column; follows the scroll.
export default class extends Controller {
  static targets = ["rail"];

  connect() {
    this.board = document.getElementById("board");
    this.observer = new IntersectionObserver(() => this.#mark(), { root: this.board, threshold: [0.5, 1] });
    this.#observe();
    document.addEventListener("board:columns", this.#rebuild);
    this.railTarget.addEventListener("click", this.#jump);
  }

  #rebuild = () => {
    const links = new Map([...this.railTarget.children].map((link) => [link.dataset.column, link]));
    const wanted = columns().map((column) => {
      const link = links.get(column.dataset.columnId) ?? document.createElement("a");
      link.href = `#${column.id}`;
      link.dataset.column = column.dataset.columnId;
      link.dataset.hue = column.dataset.hue;
      link.textContent = titleOf(column);
      return link;
    });
    if (!wanted.every((link, index) => link === this.railTarget.children[index]) || wanted.length !== this.railTarget.children.length) {
      this.railTarget.replaceChildren(...wanted);
    }
    this.#observe();
  };

  #observe() {
    this.observer.disconnect();
    columns().forEach((column) => this.observer.observe(column)); // it calls back once at its start, when the layout is known
  }

  // The column nearest to the start of the strip is where one is.
  #mark() {
    const start = this.board.getBoundingClientRect().left;
    const here = columns().find((column) => column.getBoundingClientRect().right - start > 120);
    for (const link of this.railTarget.children) {
      const on = here?.dataset.columnId === link.dataset.column;
      if (on === link.hasAttribute("aria-current")) continue;
      link.toggleAttribute("aria-current", on);
      if (on) this.#reveal(link);
    }
  }

  #reveal(link) {
    const { left, right } = link.getBoundingClientRect();
    const rail = this.railTarget.getBoundingClientRect();
    if (left < rail.left || right > rail.right) this.railTarget.scrollLeft += left - rail.left - rail.width / 3;
  }

  #jump = (event) => {
    const link = event.target.closest("a");
    if (!link) return;
    event.preventDefault();
    const column = document.getElementById(`column-${link.dataset.column}`);
    column.scrollIntoView({ inline: innerWidth < 640 ? "center" : "start", block: "nearest", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth" });
    (column.querySelector(".cards h3 a") ?? column.querySelector("button")).focus({ preventScroll: true });
  };
}
