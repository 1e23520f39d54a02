import { Controller } from "@hotwired/stimulus";

const MARGIN = 8; // px between the menu and the window's edges
const GAP = 4; // px between the button and the menu

// A popover menu: placed beside its button, with arrow keys between its items.
export default class extends Controller {
  connect() {
    this.element.addEventListener("toggle", this.#onToggle);
    this.element.addEventListener("keydown", this.#onKey);
    this.element.addEventListener("click", this.#onClick);
  }

  disconnect() {
    this.element.removeEventListener("toggle", this.#onToggle);
    this.element.removeEventListener("keydown", this.#onKey);
    this.element.removeEventListener("click", this.#onClick);
  }

  #onToggle = (event) => {
    if (event.newState !== "open") return;
    const opener = this.element.opener ?? document.querySelector(`[popovertarget="${this.element.id}"]`);
    const { left, right, bottom, top } = opener.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const x = left + width > innerWidth - MARGIN ? right - width : left;
    const y = bottom + height > innerHeight - MARGIN ? Math.max(MARGIN, top - height - GAP) : bottom + GAP;
    const inside = Math.max(MARGIN, Math.min(x, innerWidth - width - MARGIN));
    Object.assign(this.element.style, { left: `${inside}px`, top: `${y}px` });
    this.#items()[0]?.focus();
  };

  #onKey = (event) => {
    const items = this.#items();
    const index = items.indexOf(document.activeElement);
    const last = items.length - 1;
    const goal = { ArrowDown: index + 1, ArrowUp: index + last, Home: 0, End: last }[event.key];
    if (goal === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    items[goal % items.length].focus();
  };

  #onClick = (event) => {
    if (event.target.closest("button.item:not([role=menuitemradio])")) this.element.hidePopover();
  };

  #items() {
    return [...this.element.querySelectorAll(".item")].filter((item) => item.checkVisibility());
  }
}
