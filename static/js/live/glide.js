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
