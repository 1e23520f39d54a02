import { Controller } from "@hotwired/stimulus";
import { columns } from "../live/places.js";
import { mayAddTo } from "../live/rights.js";
import { undoLast } from "../live/undo.js";

// Single keys for what one does all day; silent while somebody types or a dialog is open.
export default class extends Controller {
  key(event) {
    if (event.key === "Escape") return this.#escape(); // the text editor marks it as handled, though it does nothing with it
    if (event.defaultPrevented || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable], dialog[open], [popover]:popover-open, .driver-popover")) return;
    if (event.ctrlKey || event.metaKey) return this.#undo(event);
    const act = {
      "?": () => this.open(),
      "/": () => document.querySelector(".filter [role=combobox]").focus(),
      f: () => document.querySelector(".filtering > button").click(),
      g: () => document.querySelector(".news-button").click(),
      n: () => this.#controller("composer").openIn(event.target.closest(".column") ?? this.#columnInSight()),
      m: () => this.#controller("move-form").open(event.target.closest(".card") ?? document.querySelector(".card.open")),
      e: () => this.#controller("panel").edit(),
      c: () => document.querySelector(".panel [data-counter]")?.click(),
      v: () => document.querySelector(".panel.editable [data-confirm]")?.click(),
      l: () => document.querySelector(".panel .mark-read-form button")?.click(),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  open() {
    document.getElementById("shortcuts").showModal();
  }

  #undo(event) {
    if (event.key !== "z" || event.shiftKey) return;
    event.preventDefault();
    undoLast();
  }

  #escape() {
    if (!document.querySelector("dialog[open], [popover]:popover-open")) this.#controller("panel").close();
  }

  // The first column in sight in which one may add.
  #columnInSight() {
    const all = columns().filter((column) => mayAddTo(column) && !column.matches(".folded"));
    return all.find((column) => column.getBoundingClientRect().left >= 0) ?? all[0] ?? columns()[0];
  }

  #controller(name) {
    return this.application.getControllerForElementAndIdentifier(document.body, name);
  }
}
