// Animate and perform moves of elements in the page.
const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");

const ANIMATED_MAX = 8; // at once; more than that no eye follows
let pending = []; // moves of this frame: [element, its rectangle before]

// Call `move` and animate the element from its former place to its new one (FLIP: first, last, invert, play).
export function animateMove(element, move) {
  const alreadyPending = pending.some(([each]) => each === element);
  if (reducedMotion.matches || document.hidden || pending.length === ANIMATED_MAX || alreadyPending) return move();
  const before = element.getBoundingClientRect();
  move();
  // Measure the new place in the next frame, which computes the layout anyway.
  if (!pending.length) requestAnimationFrame(play);
  pending.push([element, before]);
}

// Move an element while keeping its focus and scroll position, and those of the boxes around it.
export function moveKeepingState(element, parent, next) {
  if (parent.moveBefore && element.isConnected) return parent.moveBefore(element, next);
  const focused = element.contains(document.activeElement) && document.activeElement;
  const boxes = [parent, parent.parentElement, ...element.querySelectorAll(".cards")];
  const scrolled = boxes.map((box) => [box, box.scrollLeft, box.scrollTop]);
  parent.insertBefore(element, next);
  if (focused && document.activeElement !== focused) focused.focus({ preventScroll: true });
  for (const [box, left, top] of scrolled) {
    if (box.scrollLeft !== left) box.scrollLeft = left;
    if (element.contains(box) && box.scrollTop !== top) box.scrollTop = top;
  }
}

function play() {
  const moves = pending.map(([element, before]) => [element, before, element.getBoundingClientRect()]);
  pending = [];
  for (const [element, before, after] of moves) {
    const [x, y] = [before.left - after.left, before.top - after.top];
    if ((!x && !y) || !before.width) continue;
    const frames = [
      { translate: `${x}px ${y}px`, zIndex: 3 },
      { translate: "0 0", zIndex: 3 },
    ];
    element.animate(frames, { duration: 180, easing: "ease-out" });
  }
}
