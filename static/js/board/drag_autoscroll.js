// Scroll what lies under a dragged element when it comes near an edge: the board sideways, a column up and down.
//
// SortableJS's own AutoScroll drops a movement that comes within 30 ms of the one before, so a card thrown to the edge
// and held still there scrolled nothing. Here each frame reads where the pointer is now.

const REACH = 70; // px from an edge
const SPEED_MAX = 18; // px per frame, at the edge itself or beyond

// Return how far to scroll in this frame for a pointer between two edges; 0 away from both.
function scrollStep(position, start, end) {
  const reach = Math.min(REACH, (end - start) / 4);
  if (position < start + reach) return -speed((start + reach - position) / reach);
  if (position > end - reach) return speed((position - end + reach) / reach);
  return 0;
}

const speed = (nearness) => Math.ceil(SPEED_MAX * Math.min(1, nearness));

export class DragAutoscroll {
  #pointer = null;
  #frame = null;

  constructor(board) {
    this.board = board;
  }

  // vertically: scroll the columns below as well (not while a column itself is dragged).
  start({ vertically }) {
    this.vertically = vertically;
    document.addEventListener("pointermove", this.#follow, { passive: true });
    document.addEventListener("touchmove", this.#follow, { passive: true });
    this.#frame = requestAnimationFrame(this.#step);
  }

  stop() {
    document.removeEventListener("pointermove", this.#follow);
    document.removeEventListener("touchmove", this.#follow);
    cancelAnimationFrame(this.#frame);
    this.#pointer = null;
  }

  #follow = (event) => {
    const { clientX: x, clientY: y } = event.touches?.[0] ?? event;
    this.#pointer = { x, y };
  };

  #step = () => {
    if (this.#pointer) this.#scroll(this.#pointer);
    this.#frame = requestAnimationFrame(this.#step);
  };

  #scroll({ x, y }) {
    const board = this.board.getBoundingClientRect();
    const sideways = scrollStep(x, board.left, board.right);
    if (sideways) this.board.scrollLeft += sideways;
    const list = this.vertically && document.elementFromPoint(x, y)?.closest(".column")?.querySelector(".cards");
    if (!list) return;
    const edges = list.getBoundingClientRect();
    const upright = scrollStep(y, edges.top, edges.bottom);
    if (upright) list.scrollTop += upright;
  }
}
