import { Controller } from "@hotwired/stimulus";
import Sortable from "sortablejs/modular/sortable.core.esm.js";
import { toast } from "../live/announce.js";
import { perform } from "../live/board.js";
import { EdgeScroll } from "../live/edge_scroll.js";
import { columnOf, columns, placeOf, putBack, sendMove } from "../live/places.js";
import { explainWhenPulled, whyNotIn } from "../live/refusals.js";
import { hold, placeByRank, release } from "../live/render.js";
import { mayArrange, mayEdit, mayPlace } from "../live/rights.js";
import { t } from "../live/words.js";

// The library's own drag image: the same on every system, tilted, and free of the browser's link dragging.
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

// Dragging by mouse or finger. The keyboard's way is lift_controller.
export default class extends Controller {
  #origin = null;

  connect() {
    // Before the first hand touches the board nothing needs to be ready: seventeen lists cost a page its first moments.
    this.board = document.getElementById("board");
    this.edges = new EdgeScroll(this.board);
    this.board.addEventListener("pointerdown", this.#begin, { capture: true, once: true });
    this.board.addEventListener("pointerdown", explainWhenPulled);
  }

  #begin = () => {
    this.#prepare();
    document.addEventListener("board:columns", this.#prepare);
    if (mayArrange()) this.columns = Sortable.create(this.board, this.#columnOptions());
  };

  disconnect() {
    document.removeEventListener("board:columns", this.#prepare);
    this.board.removeEventListener("pointerdown", explainWhenPulled);
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
      group: { name: "cards", pull: true, put: (to, _from, card) => mayPlace(card.dataset.authorId, to.el.closest(".column")) },
      onStart: ({ item }) => {
        this.#start(item, placeOf(item));
        for (const column of columns()) column.classList.toggle("refuses", !mayPlace(item.dataset.authorId, column));
      },
      onEnd: ({ item, originalEvent }) => this.#end(item, () => this.#dropCard(item, columnUnder(originalEvent))),
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
      onStart: ({ item }) => this.#start(item, { rank: item.dataset.rank }),
      onEnd: ({ item, oldIndex, newIndex }) => this.#end(item, () => oldIndex !== newIndex && this.#moveColumn(item)),
    };
  }

  #start(item, origin) {
    this.#origin = origin;
    hold(item);
    document.body.classList.add("is-dragging");
    this.board.classList.add("is-dragging");
    this.edges.start({ vertically: item.matches(".card") });
  }

  #end(item, send) {
    document.body.classList.remove("is-dragging");
    this.board.classList.remove("is-dragging");
    this.edges.stop();
    suppressClick(item);
    Promise.resolve(send()).finally(() => release(item));
  }

  // Let go over a column that refuses it, a card goes back, even if it crossed others that would have taken it.
  #dropCard(card, target) {
    for (const column of columns()) column.classList.remove("refuses");
    if (!target || target === columnOf(card) || mayPlace(card.dataset.authorId, target)) return sendMove(card, this.#origin);
    putBack(card, this.#origin);
    toast(whyNotIn(target));
  }

  async #moveColumn(column) {
    const before = column.previousElementSibling?.closest(".column");
    try {
      await perform({ type: "move_column", column: Number(column.dataset.columnId), after: before ? Number(before.dataset.columnId) : null });
    } catch (problem) {
      placeByRank(column, column.parentElement, ".column");
      toast(t("La colonne n’a pas bougé : {reason}", { reason: problem.detail }));
    }
  }
}

function columnUnder(event) {
  const { clientX, clientY } = event?.changedTouches?.[0] ?? event ?? {};
  if (clientX === undefined) return null;
  return document.elementsFromPoint(clientX, clientY).find((element) => element.matches("#board > .column"));
}

// The click that ends a drag must not open the card.
function suppressClick(item) {
  const stop = (event) => (event.preventDefault(), event.stopPropagation());
  item.addEventListener("click", stop, { capture: true, once: true });
  setTimeout(() => item.removeEventListener("click", stop, { capture: true }), 50);
}
