import { Controller } from "@hotwired/stimulus";
import { announce, quote, toast } from "../live/announce.js";
import { perform } from "../live/board.js";
import { cardId } from "../live/cards.js";
import { cardsIn, columnOf, titleOf } from "../live/places.js";
import { clear, extendTo, forgetGone, inWords, isSelected, selectedCards, toggle } from "../live/selection.js";
import { takeBack } from "../live/undo.js";
import { t, tn } from "../live/words.js";

// Selecting cards, and the bar that says what may be done with them. With Ctrl or Shift and a click, with x or Shift and arrows;
// once begun from a column's menu, a tap selects.
export default class extends Controller {
  static targets = ["words", "act", "split"];
  #hint = null; // while a tap selects

  connect() {
    this.board = document.getElementById("board");
    this.board.addEventListener("click", this.#click, { capture: true });
    this.board.addEventListener("mousedown", keepTextUnselected);
  }

  disconnect() {
    this.board.removeEventListener("click", this.#click, { capture: true });
    this.board.removeEventListener("mousedown", keepTextUnselected);
  }

  begin({ detail: { hint } }) {
    this.#hint = hint;
    announce(hint);
    this.show();
    this.element.querySelector("button:not(:disabled)").focus();
  }

  close() {
    const [first] = selectedCards();
    this.#hint = null;
    clear();
    first?.querySelector("h3 a").focus({ preventScroll: true });
  }

  key(event) {
    if (event.target.closest("input, textarea, select, [contenteditable], dialog[open], [popover]:popover-open")) return;
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector(".card.lifted, dialog[open], [popover]:popover-open")) return;
    const card = event.target.matches(".card h3 a") ? event.target.closest(".card") : null;
    const act = {
      Escape: !this.element.hidden && (() => this.close()),
      x: card && (() => toggle(card)),
      ArrowUp: card && event.shiftKey && (() => this.#extend(card, -1)),
      ArrowDown: card && event.shiftKey && (() => this.#extend(card, 1)),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    act();
  }

  follow() {
    if (!this.element.hidden) forgetGone();
  }

  show() {
    const cards = selectedCards();
    for (const card of this.board.querySelectorAll(".card.selected")) if (!isSelected(card)) dress(card, false);
    for (const card of cards) dress(card, true);
    this.board.classList.toggle("selecting", this.#hint !== null);
    this.element.hidden = !cards.length && this.#hint === null;
    this.wordsTarget.textContent = cards.length ? inWords(cards.length) : this.#hint;
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

  // Those that were selected stand in a column of their own now.
  done() {
    this.#hint = null;
    clear();
  }

  moved({ detail: { seq, count, column } }) {
    this.done();
    const words = tn("{count} info déplacée dans {column}.", "{count} infos déplacées dans {column}.", count, { column: quote(titleOf(column)) });
    toast(words, { words: t("Annuler"), run: () => takeBack({ type: "move_cards", seq }) });
  }

  async archive() {
    const cards = selectedCards();
    try {
      const { seq } = await perform({ type: "archive_cards", cards: cards.map((card) => Number(cardId(card))) });
      this.close();
      this.board.focus({ preventScroll: true });
      const words = cards.length === 1 ? t("{title} archivée.", { title: quote(titleOf(cards[0])) }) : tn("{count} info archivée.", "{count} infos archivées.", cards.length);
      toast(words, { words: t("Annuler"), run: () => takeBack({ type: "archive_cards", seq }) });
    } catch (problem) {
      toast(problem.detail);
    }
  }

  #click = (event) => {
    const card = event.target.closest(".card:not(.pending)");
    const ranging = event.shiftKey;
    if (!card || card.closest(".column.folded") || event.target.closest("button")) return;
    if (!ranging && !event.ctrlKey && !event.metaKey && this.#hint === null) return;
    event.preventDefault();
    event.stopPropagation();
    if (ranging) extendTo(card);
    else toggle(card);
  };

  #extend(card, step) {
    const cards = cardsIn(columnOf(card));
    const goal = cards[cards.indexOf(card) + step] ?? card;
    extendTo(goal, card);
    goal.querySelector("h3 a").focus();
    goal.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  #controller(name) {
    return this.application.getControllerForElementAndIdentifier(document.body, name);
  }
}

// What is selected says so: by its look, and to screen readers with its title.
function dress(card, selected) {
  card.classList.toggle("selected", selected);
  const link = card.querySelector("h3 a");
  if (selected) link.setAttribute("aria-describedby", "selected-words");
  else link.removeAttribute("aria-describedby");
}

// Shift and a click would otherwise select the text in between.
function keepTextUnselected(event) {
  if (event.shiftKey && event.target.closest(".card")) event.preventDefault();
}
