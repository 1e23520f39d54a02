// Moves an element in the page so that the eye can follow: from where it was to where it is (FLIP).
const still = matchMedia("(prefers-reduced-motion: reduce)");

const AT_ONCE = 8; // more than that no eye follows
let underWay = []; // what moves until the next frame: [element, where it was]

export function glide(element, move) {
  if (still.matches || document.hidden || underWay.length === AT_ONCE || underWay.some(([each]) => each === element)) return move();
  const from = element.getBoundingClientRect();
  move();
  // Where it is now is asked with the next frame, which lays the page out anyhow.
  if (!underWay.length) requestAnimationFrame(follow);
  underWay.push([element, from]);
}

function follow() {
  const moves = underWay.map(([element, from]) => [element, from, element.getBoundingClientRect()]);
  underWay = [];
  for (const [element, from, to] of moves) {
    const [x, y] = [from.left - to.left, from.top - to.top];
    if ((!x && !y) || !from.width) continue;
    element.animate([{ translate: `${x}px ${y}px`, zIndex: 3 }, { translate: "0 0", zIndex: 3 }], { duration: 180, easing: "ease-out" });
  }
}

// Puts an element elsewhere without what moving usually costs: its focus, its scroll, that of what is around it.
export function settle(element, parent, next) {
  if (parent.moveBefore && element.isConnected) return parent.moveBefore(element, next);
  const focused = element.contains(document.activeElement) && document.activeElement;
  const scrolled = [parent, parent.parentElement, ...element.querySelectorAll(".cards")].map((box) => [box, box.scrollLeft, box.scrollTop]);
  parent.insertBefore(element, next);
  if (focused && document.activeElement !== focused) focused.focus({ preventScroll: true });
  for (const [box, left, top] of scrolled) {
    if (box.scrollLeft !== left) box.scrollLeft = left;
    if (element.contains(box) && box.scrollTop !== top) box.scrollTop = top;
  }
}
