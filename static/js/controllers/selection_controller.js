import { Controller } from "@hotwired/stimulus";
import { cardIds, cardsIn, columnOf, titleOf } from "../board/card_dom.js";
import {
  clearSelection,
  extendSelection,
  isSelected,
  pruneSelection,
  selectedCards,
  selectionWords,
  toggleSelection,
} from "../board/selection.js";
import { undoAction } from "../board/undo.js";
import { t, tn } from "../lib/i18n.js";
import { announce, quote, toast } from "../lib/toast.js";
import { performOrToast } from "../live/client.js";

const OVERLAYS = "dialog[open], [popover]:popover-open";
const TYPING = "input, textarea, select, [contenteditable]";

// Select cards, and show the bar with what can be done with them: by Ctrl or Shift and a click, by x or Shift and
// arrows, and by taps after « Sélectionner des infos » in a column's menu.
export default class extends Controller {
  static targets = ["words", "act", "split"];
  #hint = null; // words of the bar while taps select and nothing is selected

  connect() {
    this.board = document.getElementById("board");
    this.board.addEventListener("click", this.#onClick, { capture: true });
    this.board.addEventListener("mousedown", preventTextSelection);
  }

  disconnect() {
    this.board.removeEventListener("click", this.#onClick, { capture: true });
    this.board.removeEventListener("mousedown", preventTextSelection);
  }

  begin({ detail: { hint } }) {
    this.#hint = hint;
    announce(hint);
    this.show();
    this.element.querySelector("button:not(:disabled)").focus();
  }

  close() {
    const [first] = selectedCards();
    this.done();
    first?.querySelector("h3 a").focus({ preventScroll: true });
  }

  key(event) {
    const { target, key, ctrlKey, metaKey, altKey, shiftKey } = event;
    if (ctrlKey || metaKey || altKey || target.closest(`${TYPING}, ${OVERLAYS}`)) return;
    if (document.querySelector(`.card.lifted, ${OVERLAYS}`)) return;
    const card = target.matches(".card h3 a") ? target.closest(".card") : null;
    const act = {
      Escape: !this.element.hidden && (() => this.close()),
      x: card && (() => toggleSelection(card)),
      ArrowUp: card && shiftKey && (() => this.#extend(card, -1)),
      ArrowDown: card && shiftKey && (() => this.#extend(card, 1)),
    }[key];
    if (!act) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    act();
  }

  follow() {
    if (!this.element.hidden) pruneSelection();
  }

  show() {
    const cards = selectedCards();
    const shown = [...this.board.querySelectorAll(".card.selected")];
    for (const card of shown.filter((each) => !isSelected(each))) showSelected(card, false);
    for (const card of cards) showSelected(card, true);
    this.board.classList.toggle("selecting", this.#hint !== null);
    this.element.hidden = !cards.length && this.#hint === null;
    this.wordsTarget.textContent = cards.length ? selectionWords(cards.length) : this.#hint;
    for (const button of this.actTargets) button.disabled = !cards.length;
    this.splitTarget.hidden = new Set(cards.map(columnOf)).size > 1;
  }

  move() {
    this.#controller("move-form").openFor(selectedCards());
  }

  split() {
    const cards = selectedCards();
    this.#controller("column-form").split(columnOf(cards[0]), cards);
  }

  done() {
    this.#hint = null;
    clearSelection();
  }

  moved({ detail: { seq, count, column } }) {
    this.done();
    const words = tn("{count} info déplacée dans {column}.", "{count} infos déplacées dans {column}.", count, {
      column: quote(titleOf(column)),
    });
    toast(words, undoAction({ type: "move_cards", seq }));
  }

  async archive() {
    const type = "archive_cards";
    const cards = selectedCards();
    const answer = await performOrToast({ type, cards: cardIds(cards) });
    if (!answer) return;
    this.close();
    this.board.focus({ preventScroll: true });
    const words =
      cards.length === 1
        ? t("{title} archivée.", { title: quote(titleOf(cards[0])) })
        : tn("{count} info archivée.", "{count} infos archivées.", cards.length);
    toast(words, undoAction({ type, seq: answer.seq }));
  }

  #onClick = (event) => {
    const card = event.target.closest(".card:not(.pending)");
    const { shiftKey, ctrlKey, metaKey } = event;
    if (!card || card.closest(".column.folded") || event.target.closest("button")) return;
    if (!shiftKey && !ctrlKey && !metaKey && this.#hint === null) return;
    event.preventDefault();
    event.stopPropagation();
    if (shiftKey) extendSelection(card);
    else toggleSelection(card);
  };

  #extend(card, step) {
    const cards = cardsIn(columnOf(card));
    const target = cards[cards.indexOf(card) + step] ?? card;
    extendSelection(target, card);
    target.querySelector("h3 a").focus();
    target.scrollIntoView({ block: "nearest" });
  }

  #controller(name) {
    return this.application.getControllerForElementAndIdentifier(document.body, name);
  }
}

// The link's description tells screen readers that the card is selected.
function showSelected(card, selected) {
  card.classList.toggle("selected", selected);
  const link = card.querySelector("h3 a");
  if (selected) link.setAttribute("aria-describedby", "selected-words");
  else link.removeAttribute("aria-describedby");
}

// Shift and a click would select the text in between.
function preventTextSelection(event) {
  if (event.shiftKey && event.target.closest(".card")) event.preventDefault();
}
