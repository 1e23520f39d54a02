// Moves an element in the page so that the eye can follow: from where it was to where it is (FLIP).
const still = matchMedia("(prefers-reduced-motion: reduce)");

export function glide(element, move) {
  const from = element.getBoundingClientRect();
  move();
  const to = element.getBoundingClientRect();
  const [x, y] = [from.left - to.left, from.top - to.top];
  if (still.matches || (!x && !y) || !from.width) return;
  element.animate([{ translate: `${x}px ${y}px`, zIndex: 3 }, { translate: "0 0", zIndex: 3 }], { duration: 180, easing: "ease-out" });
}

// Puts an element elsewhere without what moving usually costs: its focus, its scroll, that of what is around it.
export function settle(element, parent, next) {
  const focused = element.contains(document.activeElement) && document.activeElement;
  const scrolled = [parent, parent.parentElement, ...element.querySelectorAll(".cards")].map((box) => [box, box.scrollLeft, box.scrollTop]);
  if (parent.moveBefore && element.isConnected) parent.moveBefore(element, next);
  else parent.insertBefore(element, next);
  if (focused && document.activeElement !== focused) focused.focus({ preventScroll: true });
  for (const [box, left, top] of scrolled) {
    if (box.scrollLeft !== left) box.scrollLeft = left;
    if (element.contains(box) && box.scrollTop !== top) box.scrollTop = top;
  }
}
