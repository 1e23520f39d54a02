import { Controller } from "@hotwired/stimulus";
import { columns } from "../board/card_dom.js";
import { mayAddTo } from "../board/rights.js";
import { undoLast } from "../board/undo.js";

const OVERLAYS = "dialog[open], [popover]:popover-open";
const IGNORED = `input, textarea, select, [contenteditable], .driver-popover, ${OVERLAYS}`;

// Single-key shortcuts; ignored while somebody types or a dialog is open.
export default class extends Controller {
  key(event) {
    if (event.key === "Escape") return this.#escape(); // TipTap marks it as handled although it does nothing
    if (event.defaultPrevented || event.altKey || event.target.closest(IGNORED)) return;
    if (event.ctrlKey || event.metaKey) return this.#undo(event);
    const act = {
      "?": () => this.open(),
      "/": () => document.querySelector(".filter [role=combobox]").focus(),
      f: () => document.querySelector(".filtering > button").click(),
      g: () => document.querySelector(".news-button").click(),
      n: () => this.#controller("composer").openIn(event.target.closest(".column") ?? firstVisibleColumn()),
      m: () =>
        this.#controller("move-form").open(event.target.closest(".card") ?? document.querySelector(".card.open")),
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
    if (!document.querySelector(OVERLAYS)) this.#controller("panel").close();
  }

  #controller(name) {
    return this.application.getControllerForElementAndIdentifier(document.body, name);
  }
}

// Return the first column in sight that one may add to.
function firstVisibleColumn() {
  const possible = columns().filter((column) => mayAddTo(column) && !column.matches(".folded"));
  const isInSight = (column) => column.getBoundingClientRect().left >= 0;
  return possible.find(isInSight) ?? possible[0] ?? columns()[0];
}
