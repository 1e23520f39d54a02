// Shows changes on the board. A change carries how things look now, so applying one twice, late or in a batch is harmless.
import { Idiomorph } from "idiomorph";
import { glide, settle } from "./glide.js";
import { isPinned, standsBefore } from "./placements.js";
import { wordTimes } from "./times.js";

const COME_IN_NUMBERS = ["column_restored", "differed"]; // none of their cards is pointed at as it arrives

const held = new Map(); // element id → what came while a hand was on it: element id → how to show the latest

// A card or column being dragged is left alone, and so is the column it stands in; what came meanwhile is shown when it is let go.
export function hold(element) {
  held.set(element.id, new Map());
}

export function release(element) {
  const missed = held.get(element.id);
  held.delete(element.id);
  missed?.forEach((show) => show());
}

export const isHeld = (element) => Boolean(element && held.has(element.id));

// Columns come before their cards, and leave after their cards have gone where they belong.
export function applyChange(change) {
  const touched = Object.entries(change.columns);
  for (const [id, data] of touched) if (data) whenFree(`column-${id}`, () => showColumn(id, data));
  for (const [id, data] of Object.entries(change.cards)) whenFree(`card-${id}`, () => showCard(id, data, change));
  for (const [id, data] of touched) if (!data) whenFree(`column-${id}`, () => removeColumn(document.getElementById(`column-${id}`)));
  if (Object.keys(change.columns).length) document.dispatchEvent(new CustomEvent("board:columns"));
  document.dispatchEvent(new CustomEvent("board:change", { detail: change }));
}

// The whole board again, morphed in place: scroll, focus, open composers and what is being dragged stay.
export function applyBoard(fresh) {
  const morphing = { morphStyle: "innerHTML", ignoreActiveValue: true, callbacks: { beforeNodeMorphed, beforeNodeRemoved, beforeAttributeUpdated } };
  Idiomorph.morph(document.getElementById("board"), fresh.innerHTML, morphing);
  wordTimes(document.getElementById("board"));
  document.querySelectorAll("#board .cards").forEach(refreshCount);
  arrangeColumns();
  document.dispatchEvent(new CustomEvent("board:change", { detail: { cards: {}, columns: {}, whole: true } }));
}

// Puts an element among its siblings by rank; those without a rank are on their way and do not count.
export function placeByRank(element, parent, selector) {
  let next = null;
  for (let sibling = parent.lastElementChild; sibling; sibling = sibling.previousElementSibling) {
    if (sibling === element || !sibling.matches(selector) || !sibling.dataset.rank) continue;
    if (standsBefore(sibling, element)) break;
    next = sibling;
  }
  if (element.parentElement === parent && nextRanked(element, selector) === next) return;
  settle(element, parent, next ?? firstAfterRanked(parent, selector, element));
}

// All columns in their order, for whoever looks.
export function arrangeColumns() {
  const board = document.getElementById("board");
  const inTurn = [...board.querySelectorAll(":scope > .column")].sort((one, other) => (standsBefore(one, other) ? -1 : 1));
  let next = null;
  for (const column of inTurn.reverse()) {
    column.classList.toggle("pinned", isPinned(column));
    if (column.nextElementSibling !== next) glide(column, () => settle(column, board, next));
    next = column;
  }
  document.dispatchEvent(new CustomEvent("board:columns"));
}

export function refreshCount(list) {
  const count = list.closest(".column")?.querySelector(".count");
  const cards = list.querySelectorAll(":scope > .card").length;
  if (count && count.textContent !== String(cards)) count.textContent = cards;
}

function whenFree(id, show) {
  const missed = held.get(id) ?? [...held].find(([inside]) => document.querySelector(`#${id} #${inside}`))?.[1];
  if (missed) missed.set(id, show);
  else show();
}

function showCard(id, data, change) {
  const card = document.getElementById(`card-${id}`);
  const list = data && document.querySelector(`#column-${data.column} > .cards`);
  const source = card?.parentElement;
  if (!list) {
    if (card) removeCard(card);
  } else if (card) {
    const show = () => {
      Idiomorph.morph(card, fragment(data.html), { callbacks: { beforeNodeRemoved, beforeAttributeUpdated } });
      card.dataset.rank = data.rank;
      if (source !== list || !inOrder(card)) placeByRank(card, list, ".card");
    };
    if (source !== list || card.dataset.rank !== data.rank || !inOrder(card)) glide(card, show);
    else show();
    wordTimes(card);
  } else {
    const fresh = fragment(data.html);
    list.append(fresh);
    placeByRank(fresh, list, ".card");
    wordTimes(fresh);
    if (!COME_IN_NUMBERS.includes(change.type)) fresh.classList.add("arrived");
  }
  [source, list].forEach((each) => each && refreshCount(each));
}

function removeCard(card) {
  const list = card.parentElement;
  if (card.contains(document.activeElement)) {
    const neighbour = card.nextElementSibling ?? card.previousElementSibling ?? list.closest(".column").querySelector("header");
    (neighbour.querySelector("a, button") ?? neighbour).focus();
  }
  card.remove();
}

function removeColumn(column) {
  if (!column) return;
  if (column.contains(document.activeElement)) document.getElementById("board").focus({ preventScroll: true });
  column.remove();
}

function showColumn(id, data) {
  const column = document.getElementById(`column-${id}`);
  const board = document.getElementById("board");
  const fresh = fragment(data.html);
  board.querySelector(":scope > .empty-state")?.remove();
  if (!column) {
    fresh.classList.toggle("pinned", isPinned(fresh));
    board.append(fresh);
    return placeByRank(fresh, board, ".column");
  }
  for (const name of ["columnKind", "level", "rank", "version", "hue", "color", "checkAfter", "forResidents"]) column.dataset[name] = fresh.dataset[name];
  if (fresh.dataset.serviceId) column.dataset.serviceId = fresh.dataset.serviceId;
  else delete column.dataset.serviceId;
  for (const part of [":scope > header", ":scope > .empty", ":scope > footer"]) {
    Idiomorph.morph(column.querySelector(part), fresh.querySelector(part), { callbacks: { beforeNodeRemoved, beforeNodeMorphed } });
  }
  refreshCount(column.querySelector(".cards"));
  if (!inOrder(column)) placeByRank(column, board, ".column");
}

function fragment(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild;
}

function inOrder(element) {
  const selector = element.matches(".card") ? ".card" : ".column";
  const before = previousRanked(element, selector);
  const after = nextRanked(element, selector);
  return (!before || standsBefore(before, element)) && (!after || standsBefore(element, after));
}

function nextRanked(element, selector) {
  let next = element.nextElementSibling;
  while (next && !(next.matches(selector) && next.dataset.rank)) next = next.nextElementSibling;
  return next;
}

function previousRanked(element, selector) {
  let previous = element.previousElementSibling;
  while (previous && !(previous.matches(selector) && previous.dataset.rank)) previous = previous.previousElementSibling;
  return previous;
}

function firstAfterRanked(parent, selector, element) {
  const ranked = [...parent.children].filter((child) => child !== element && child.matches(selector) && child.dataset.rank);
  return ranked.at(-1)?.nextElementSibling ?? null;
}

// What script put there (typing notes, open composers, cards on their way) is not the server's to remove.
function beforeNodeRemoved(node) {
  return !(node instanceof Element && (node.matches("[data-kept], .pending") || isHeld(node)));
}

function beforeNodeMorphed(node) {
  return !(node instanceof Element && (isHeld(node) || node.querySelector?.(":scope > [data-kept]:not(.typing)")));
}

function beforeAttributeUpdated(name, node) {
  return !(name === "class" && node.matches(".card, .column"));
}
