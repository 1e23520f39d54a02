import { Controller } from "@hotwired/stimulus";
import { toast } from "../live/announce.js";
import { moveColumn } from "../live/arranging.js";
import { lookingAs } from "../live/context.js";
import { EdgeScroll } from "../live/edge_scroll.js";
import { columnOf, columns, placeOf, putBack, sendMove, sendMoves } from "../live/places.js";
import { explainWhenPulled, whyNotIn } from "../live/refusals.js";
import { hold, release } from "../live/render.js";
import { mayEdit, mayPlace } from "../live/rights.js";
import { isSelected, selectedCards } from "../live/selection.js";

const QUIET_MS = 10_000;

// The library comes when a hand does, and by then at the latest: what was never dragged may be dragged while the connection is gone.
let Sortable = null;
const bringLibrary = async () => (Sortable ??= (await import("sortablejs/modular/sortable.core.esm.js")).default);
const foresee = () => bringLibrary().catch(() => {}); // tried again when something is pressed

// Its own drag image: the same on every system, tilted, and free of the browser's link dragging.
const FEEL = {
  animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 150,
  forceFallback: true,
  fallbackOnBody: true,
  fallbackTolerance: 5,
  fallbackClass: "dragged",
  ghostClass: "slot",
  chosenClass: "chosen",
  delay: 220, // a short press: a finger that scrolls never drags
  delayOnTouchOnly: true,
  touchStartThreshold: 8,
};

// Dragging by mouse or finger. The keyboard's way is keyboard_move_controller.
export default class extends Controller {
  #hand = new Map(); // what is being dragged, and where each comes from: a column, a card, or all selected cards

  connect() {
    this.board = document.getElementById("board");
    this.edges = new EdgeScroll(this.board);
    this.board.addEventListener("pointerdown", this.#begin, { capture: true });
    this.board.addEventListener("pointerdown", this.#explain);
    this.board.addEventListener("dragstart", noBrowsersDrag);
    document.addEventListener("pointermove", foresee, { once: true });
    setTimeout(foresee, matchMedia("(any-pointer: coarse)").matches ? 0 : QUIET_MS); // a finger moves only once it presses
  }

  // Before the first hand touches the board nothing needs to be ready: seventeen lists cost a page its first moments.
  #begin = (event) => {
    if (!Sortable) return this.#beginOnceThere(event);
    this.board.removeEventListener("pointerdown", this.#begin, { capture: true });
    this.#prepare();
    document.addEventListener("board:columns", this.#prepare);
    if (!lookingAs) this.columns = Sortable.create(this.board, this.#columnOptions());
  };

  // A hand quicker than the library: if it still presses when that has come, it presses again.
  async #beginOnceThere(event) {
    const over = new AbortController();
    for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => over.abort(), { signal: over.signal });
    await bringLibrary().catch(() => over.abort());
    if (!over.signal.aborted && event.target.isConnected) event.target.dispatchEvent(new PointerEvent(event.type, event));
    over.abort();
  }

  #explain = (event) => event.isTrusted && explainWhenPulled(event); // once, also when it presses again

  disconnect() {
    document.removeEventListener("board:columns", this.#prepare);
    this.board.removeEventListener("pointerdown", this.#begin, { capture: true });
    this.board.removeEventListener("pointerdown", this.#explain);
    this.board.removeEventListener("dragstart", noBrowsersDrag);
    this.columns?.destroy();
    this.edges.stop();
  }

  #prepare = () => {
    for (const list of document.querySelectorAll("#board .cards")) if (!Sortable.get(list)) Sortable.create(list, this.#cardOptions());
  };

  #cardOptions() {
    return {
      ...FEEL,
      draggable: ".card",
      filter: (_event, card) => card?.matches?.(".card") && (card.matches(".pending") || !mayEdit(card)),
      preventOnFilter: false,
      group: { name: "cards", pull: true, put: (to, _from, item) => item.matches(".card") && mayAllStand(takenWith(item), to.el.closest(".column")) },
      onChoose: ({ item }) => (item.dataset.together = takenWith(item).length), // shown by the copy that follows the hand
      onUnchoose: ({ item }) => delete item.dataset.together,
      onStart: ({ item }) => {
        const cards = takenWith(item);
        this.#start(item, cards.map((card) => [card, placeOf(card)]));
        for (const column of columns()) column.classList.toggle("no-drop", !mayAllStand(cards, column));
      },
      onEnd: ({ item, originalEvent }) => this.#end(item, () => this.#dropCards(item, columnUnder(originalEvent))),
    };
  }

  #columnOptions() {
    return {
      ...FEEL,
      draggable: ".column",
      handle: ".column > header",
      filter: "button",
      preventOnFilter: false,
      direction: "horizontal",
      onStart: ({ item }) => this.#start(item, [[item, { rank: item.dataset.rank }]]),
      onEnd: ({ item, oldIndex, newIndex }) => this.#end(item, () => oldIndex !== newIndex && moveColumn(item, item.previousElementSibling?.closest(".column"))),
    };
  }

  #start(item, hand) {
    this.#hand = new Map(hand);
    for (const each of this.#hand.keys()) {
      hold(each);
      each.classList.toggle("dragged-along", each !== item);
    }
    document.body.classList.add("is-dragging");
    this.board.classList.add("is-dragging");
    this.edges.start({ vertically: item.matches(".card") });
  }

  #end(item, send) {
    const hand = [...this.#hand.keys()];
    for (const each of hand) each.classList.remove("dragged-along");
    document.body.classList.remove("is-dragging");
    this.board.classList.remove("is-dragging");
    this.edges.stop();
    suppressClick(item);
    Promise.resolve(send()).finally(() => hand.forEach(release));
  }

  // Let go over a column that refuses one of them, all go back, even if they crossed others that would have taken them.
  #dropCards(card, target) {
    for (const column of columns()) column.classList.remove("no-drop");
    const hand = this.#hand;
    if (target && target !== columnOf(card) && !mayAllStand([...hand.keys()], target)) {
      putBack(card, hand.get(card));
      return toast(whyNotIn(target));
    }
    return hand.size > 1 ? sendMoves(card, hand) : sendMove(card, hand.get(card));
  }
}

// A selected card takes the others along.
const takenWith = (card) => (isSelected(card) ? selectedCards() : [card]);

const mayAllStand = (cards, column) => cards.every((card) => mayPlace(card.dataset.authorId, column));

function columnUnder(event) {
  const { clientX, clientY } = event?.changedTouches?.[0] ?? event ?? {};
  if (clientX === undefined) return null;
  return document.elementsFromPoint(clientX, clientY).find((element) => element.matches("#board > .column"));
}

// The browser would drag the link of a card, or the picture on it.
function noBrowsersDrag(event) {
  if (event.target.closest?.(".card")) event.preventDefault();
}

// The click that ends a drag neither opens nor selects the card.
function suppressClick(item) {
  const stop = (event) => item.contains(event.target) && (event.preventDefault(), event.stopPropagation());
  document.addEventListener("click", stop, { capture: true, once: true });
  setTimeout(() => document.removeEventListener("click", stop, { capture: true }), 50);
}
