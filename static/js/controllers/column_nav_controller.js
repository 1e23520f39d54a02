import { Controller } from "@hotwired/stimulus";
import { columns, titleOf } from "../board/card_dom.js";

const START_MARGIN = 120; // px of a column that must be in sight to count as the current one
const PHONE_WIDTH = 640;

// The list of columns above the board: a link for each one; marks the current one as the board scrolls.
export default class extends Controller {
  static targets = ["rail"];

  connect() {
    this.board = document.getElementById("board");
    this.observer = new IntersectionObserver(() => this.#markCurrent(), { root: this.board, threshold: [0.5, 1] });
    this.#observe();
    document.addEventListener("board:columns", this.#rebuild);
    this.railTarget.addEventListener("click", this.#jump);
  }

  #rebuild = () => {
    const present = [...this.railTarget.children];
    const links = new Map(present.map((link) => [link.dataset.column, link]));
    const wanted = columns().map((column) => updateLink(links.get(column.dataset.columnId), column));
    const isSame = wanted.length === present.length && wanted.every((link, index) => link === present[index]);
    if (!isSame) this.railTarget.replaceChildren(...wanted);
    this.#observe();
  };

  #observe() {
    this.observer.disconnect();
    columns().forEach((column) => this.observer.observe(column)); // calls back once with the first layout
  }

  // The current column is the first one from the start of the board.
  #markCurrent() {
    const start = this.board.getBoundingClientRect().left;
    const current = columns().find((column) => column.getBoundingClientRect().right - start > START_MARGIN);
    for (const link of this.railTarget.children) {
      const isCurrent = current?.dataset.columnId === link.dataset.column;
      if (isCurrent === link.hasAttribute("aria-current")) continue;
      link.toggleAttribute("aria-current", isCurrent);
      if (isCurrent) this.#reveal(link);
    }
  }

  #reveal(link) {
    const { left, right } = link.getBoundingClientRect();
    const list = this.railTarget.getBoundingClientRect();
    if (left < list.left || right > list.right) this.railTarget.scrollLeft += left - list.left - list.width / 3;
  }

  #jump = (event) => {
    const link = event.target.closest("a");
    if (!link) return;
    event.preventDefault();
    const column = document.getElementById(`column-${link.dataset.column}`);
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const inline = innerWidth < PHONE_WIDTH ? "center" : "start";
    column.scrollIntoView({ inline, block: "nearest", behavior: isStill ? "instant" : "smooth" });
    (column.querySelector(".cards h3 a") ?? column.querySelector("button")).focus({ preventScroll: true });
  };
}

function updateLink(link = document.createElement("a"), column) {
  link.href = `#${column.id}`;
  link.dataset.column = column.dataset.columnId;
  link.dataset.hue = column.dataset.hue;
  link.textContent = titleOf(column);
  return link;
}
