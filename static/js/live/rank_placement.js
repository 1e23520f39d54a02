// Insert cards and columns among their siblings by rank. An element without a rank is being moved and does not count.
import { animateMove, moveKeepingState } from "../lib/flip.js";
import { isPinned, precedes } from "./column_order.js";

// selector: which siblings count, ".card" or ".column".
export function insertByRank(element, parent, selector) {
  let next = null;
  for (let sibling = parent.lastElementChild; sibling; sibling = sibling.previousElementSibling) {
    if (sibling === element || !isRanked(sibling, selector)) continue;
    if (precedes(sibling, element)) break;
    next = sibling;
  }
  if (element.parentElement === parent && rankedSibling(element, selector, "nextElementSibling") === next) return;
  moveKeepingState(element, parent, next ?? firstAfterRanked(parent, selector, element));
}

// Put all columns into the order of the person who looks.
export function sortColumns() {
  const board = document.getElementById("board");
  const sorted = [...board.querySelectorAll(":scope > .column")].sort((a, b) => (precedes(a, b) ? -1 : 1));
  let next = null;
  for (const column of sorted.reverse()) {
    column.classList.toggle("pinned", isPinned(column));
    const before = next;
    if (column.nextElementSibling !== before) animateMove(column, () => moveKeepingState(column, board, before));
    next = column;
  }
  document.dispatchEvent(new CustomEvent("board:columns"));
}

export function isInOrder(element) {
  const selector = element.matches(".card") ? ".card" : ".column";
  const previous = rankedSibling(element, selector, "previousElementSibling");
  const next = rankedSibling(element, selector, "nextElementSibling");
  return (!previous || precedes(previous, element)) && (!next || precedes(element, next));
}

export function updateCardCount(list) {
  const count = list.closest(".column")?.querySelector(".count");
  const cards = list.querySelectorAll(":scope > .card").length;
  if (count && count.textContent !== String(cards)) count.textContent = cards;
}

const isRanked = (element, selector) => element.matches(selector) && Boolean(element.dataset.rank);

function rankedSibling(element, selector, direction) {
  let sibling = element[direction];
  while (sibling && !isRanked(sibling, selector)) sibling = sibling[direction];
  return sibling;
}

// What follows the last ranked sibling: new cards go above an open composer, for example.
function firstAfterRanked(parent, selector, element) {
  const ranked = [...parent.children].filter((child) => child !== element && isRanked(child, selector));
  return ranked.at(-1)?.nextElementSibling ?? null;
}
