import { Controller } from "@hotwired/stimulus";
import Sortable from "sortablejs/modular/sortable.core.esm.js";
import { columnOf, columns } from "../board/card_dom.js";
import { placeOf, putBack, sendMove, sendMoves } from "../board/card_moves.js";
import { moveColumn } from "../board/column_moves.js";
import { DragAutoscroll } from "../board/drag_autoscroll.js";
import { columnRefusalReason, explainFailedDrag } from "../board/permission_messages.js";
import { mayEdit, mayPlace } from "../board/rights.js";
import { isSelected, selectedCards } from "../board/selection.js";
import { previewedAs } from "../lib/page_context.js";
import { toast } from "../lib/toast.js";
import { hold, release } from "../live/board_view.js";

// A drag image made by SortableJS looks the same on every system, and the browser does not drag the card's link.
const COMMON_OPTIONS = {
  animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 150,
  forceFallback: true,
  fallbackOnBody: true,
  fallbackTolerance: 5,
  fallbackClass: "dragged",
  ghostClass: "slot",
  chosenClass: "chosen",
  delay: 220, // on touch screens, so that a finger that scrolls does not drag
  delayOnTouchOnly: true,
  touchStartThreshold: 8,
  preventOnFilter: false,
};
const CLICK_AFTER_DRAG_MS = 50;

// Drag cards and columns by mouse or finger. keyboard_move_controller moves cards by keyboard.
export default class extends Controller {
  #origins = new Map(); // dragged element → its former place: a column, a card, or all selected cards

  connect() {
    this.board = document.getElementById("board");
    this.autoscroll = new DragAutoscroll(this.board);
    this.board.addEventListener("pointerdown", explainFailedDrag);
    this.board.addEventListener("dragstart", preventBrowserDrag);
    document.addEventListener("board:columns", this.#makeListsSortable);
    this.#makeListsSortable();
    if (!previewedAs) this.sortableBoard = Sortable.create(this.board, this.#columnOptions());
  }

  disconnect() {
    document.removeEventListener("board:columns", this.#makeListsSortable);
    this.board.removeEventListener("pointerdown", explainFailedDrag);
    this.board.removeEventListener("dragstart", preventBrowserDrag);
    this.sortableBoard?.destroy();
    this.autoscroll.stop();
  }

  #makeListsSortable = () => {
    for (const list of this.board.querySelectorAll(".cards")) {
      if (!Sortable.get(list)) Sortable.create(list, this.#cardOptions());
    }
  };

  #cardOptions() {
    return {
      ...COMMON_OPTIONS,
      draggable: ".card",
      filter: (_event, card) => card?.matches?.(".card") && (card.matches(".pending") || !mayEdit(card)),
      group: { name: "cards", pull: true, put: (to, _from, item) => mayDrop(item, to.el.closest(".column")) },
      onChoose: ({ item }) => (item.dataset.together = draggedWith(item).length), // number shown on the drag image
      onUnchoose: ({ item }) => delete item.dataset.together,
      onStart: ({ item }) => {
        const cards = draggedWith(item);
        this.#start(item, new Map(cards.map((card) => [card, placeOf(card)])));
        for (const column of columns()) column.classList.toggle("no-drop", !mayPlaceAll(cards, column));
      },
      onEnd: ({ item, originalEvent }) => this.#end(item, () => this.#dropCards(item, columnAt(originalEvent))),
    };
  }

  #columnOptions() {
    return {
      ...COMMON_OPTIONS,
      draggable: ".column",
      handle: ".column > header",
      filter: "button",
      direction: "horizontal",
      onStart: ({ item }) => this.#start(item, new Map([[item, null]])),
      onEnd: ({ item, oldIndex, newIndex }) => {
        const previous = item.previousElementSibling?.closest(".column");
        this.#end(item, () => oldIndex !== newIndex && moveColumn(item, previous));
      },
    };
  }

  #start(item, origins) {
    this.#origins = origins;
    for (const each of origins.keys()) {
      hold(each);
      each.classList.toggle("dragged-along", each !== item);
    }
    document.body.classList.add("is-dragging");
    this.board.classList.add("is-dragging");
    this.autoscroll.start({ vertically: item.matches(".card") });
  }

  #end(item, send) {
    const dragged = [...this.#origins.keys()];
    for (const each of dragged) each.classList.remove("dragged-along");
    document.body.classList.remove("is-dragging");
    this.board.classList.remove("is-dragging");
    this.autoscroll.stop();
    suppressClick(item);
    Promise.resolve(send()).finally(() => dragged.forEach(release));
  }

  // target: the column under the pointer. SortableJS leaves the card in the last column that accepted it: when the
  // target refuses one of the cards, all go back to where they came from.
  #dropCards(card, target) {
    for (const column of columns()) column.classList.remove("no-drop");
    const origins = this.#origins;
    if (target && target !== columnOf(card) && !mayPlaceAll([...origins.keys()], target)) {
      putBack(card, origins.get(card));
      return toast(columnRefusalReason(target));
    }
    return origins.size > 1 ? sendMoves(card, origins) : sendMove(card, origins.get(card));
  }
}

// A selected card is dragged together with the others that are selected.
const draggedWith = (card) => (isSelected(card) ? selectedCards() : [card]);

const mayDrop = (item, column) => item.matches(".card") && mayPlaceAll(draggedWith(item), column);

const mayPlaceAll = (cards, column) => cards.every((card) => mayPlace(card.dataset.authorId, column));

function columnAt(event) {
  const { clientX, clientY } = event?.changedTouches?.[0] ?? event ?? {};
  if (clientX === undefined) return null;
  return document.elementsFromPoint(clientX, clientY).find((element) => element.matches("#board > .column"));
}

// The browser would drag the card's link or the picture on it.
function preventBrowserDrag(event) {
  if (event.target.closest?.(".card")) event.preventDefault();
}

// The click that ends a drag neither opens nor selects the card.
function suppressClick(item) {
  const stop = (event) => item.contains(event.target) && (event.preventDefault(), event.stopPropagation());
  document.addEventListener("click", stop, { capture: true, once: true });
  setTimeout(() => document.removeEventListener("click", stop, { capture: true }), CLICK_AFTER_DRAG_MS);
}
