import { Controller } from "@hotwired/stimulus";

// A popover menu: beside its button, arrows between its items, Escape back to where one was.
export default class extends Controller {
  connect() {
    this.element.addEventListener("toggle", this.#toggled);
    this.element.addEventListener("keydown", this.#key);
    this.element.addEventListener("click", this.#chosen);
  }

  disconnect() {
    this.element.removeEventListener("toggle", this.#toggled);
    this.element.removeEventListener("keydown", this.#key);
    this.element.removeEventListener("click", this.#chosen);
  }

  #toggled = (event) => {
    if (event.newState !== "open") return;
    const opener = this.element.opener ?? document.querySelector(`[popovertarget="${this.element.id}"]`);
    const { left, right, bottom, top } = opener.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const x = left + width > innerWidth - 8 ? right - width : left;
    const y = bottom + height > innerHeight - 8 ? Math.max(8, top - height - 4) : bottom + 4;
    Object.assign(this.element.style, { left: `${Math.max(8, Math.min(x, innerWidth - width - 8))}px`, top: `${y}px` });
    this.#items()[0]?.focus();
  };

  #key = (event) => {
    const items = this.#items();
    const index = items.indexOf(document.activeElement);
    const goal = { ArrowDown: index + 1, ArrowUp: index - 1 + items.length, Home: 0, End: items.length - 1 }[event.key];
    if (goal === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    items[goal % items.length].focus();
  };

  #chosen = (event) => {
    if (event.target.closest("button.item:not([role=menuitemradio])")) this.element.hidePopover();
  };

  #items() {
    return [...this.element.querySelectorAll(".item")].filter((item) => item.checkVisibility());
  }
}
