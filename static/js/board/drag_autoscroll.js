// What is carried to an edge scrolls what lies under it: the board sideways, the column up and down, the faster the nearer.
//
// SortableJS's own AutoScroll forgets the last movement when it comes within 30 ms of the one before: a card thrown to the edge and held still there
// scrolled nothing. Here each frame looks at where the hand is now.

const REACH = 70; // px from an edge
const FASTEST = 18; // px a frame, at the edge itself or beyond

// How far to scroll in this frame, for a hand at `at` between two edges; 0 away from both.
export function pull(at, start, end) {
  const reach = Math.min(REACH, (end - start) / 4);
  if (at < start + reach) return -speed((start + reach - at) / reach);
  if (at > end - reach) return speed((at - end + reach) / reach);
  return 0;
}

const speed = (nearness) => Math.ceil(FASTEST * Math.min(1, nearness));

export class EdgeScroll {
  #hand = null;
  #frame = null;

  constructor(board) {
    this.board = board;
  }

  // vertically: whether the columns below scroll too (not while a column itself is carried).
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
    this.#hand = null;
  }

  #follow = (event) => {
    const { clientX: x, clientY: y } = event.touches?.[0] ?? event;
    this.#hand = { x, y };
  };

  #step = () => {
    if (this.#hand) this.#scroll(this.#hand);
    this.#frame = requestAnimationFrame(this.#step);
  };

  #scroll({ x, y }) {
    const board = this.board.getBoundingClientRect();
    const sideways = pull(x, board.left, board.right);
    if (sideways) this.board.scrollLeft += sideways;
    const list = this.vertically && document.elementFromPoint(x, y)?.closest(".column")?.querySelector(".cards");
    if (!list) return;
    const edges = list.getBoundingClientRect();
    const upright = pull(y, edges.top, edges.bottom);
    if (upright) list.scrollTop += upright;
  }
}
