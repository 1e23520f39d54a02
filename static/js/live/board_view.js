// Show changes on the board. A change says how what it touched looks now, so applying one twice, late or in a batch is
// harmless.
import { animateMove } from "../lib/flip.js";
import { localizeTimes } from "../lib/local_time.js";
import { morph, parseElement } from "../lib/morph.js";
import { isPinned } from "./column_order.js";
import { insertByRank, isInOrder, sortColumns, updateCardCount } from "./rank_placement.js";

const BULK_CHANGES = ["column_restored", "differed"]; // their many cards are not highlighted as new
const COLUMN_DATA = ["columnKind", "level", "rank", "version", "hue", "color", "checkAfter", "forResidents"];

const held = new Map(); // id of a held element → its postponed updates: element id → function, the latest wins

// Postpone updates of a card or column that is being dragged, and of the column it is in.
export function hold(element) {
  held.set(element.id, new Map());
}

export function release(element) {
  const postponed = held.get(element.id);
  held.delete(element.id);
  postponed?.forEach((update) => update());
}

// Columns are added before cards that may be in them, and removed after cards that move elsewhere.
export function applyChange(change) {
  const columns = Object.entries(change.columns);
  for (const [id, data] of columns) if (data) updateUnlessHeld(`column-${id}`, () => showColumn(id, data));
  for (const [id, data] of Object.entries(change.cards)) {
    updateUnlessHeld(`card-${id}`, () => showCard(id, data, change));
  }
  for (const [id, data] of columns) if (!data) updateUnlessHeld(`column-${id}`, () => removeColumn(id));
  if (columns.length) document.dispatchEvent(new CustomEvent("board:columns"));
  document.dispatchEvent(new CustomEvent("board:change", { detail: change }));
}

// Morph the whole board in place: scroll, focus, open composers and what is being dragged stay.
export function morphBoard(fresh) {
  const board = document.getElementById("board");
  const callbacks = { beforeNodeMorphed, beforeNodeRemoved, beforeAttributeUpdated };
  morph(board, fresh.innerHTML, { morphStyle: "innerHTML", ignoreActiveValue: true, callbacks });
  localizeTimes(board);
  board.querySelectorAll(".cards").forEach(updateCardCount);
  sortColumns();
  const change = { cards: {}, columns: {}, whole: true };
  document.dispatchEvent(new CustomEvent("board:change", { detail: change }));
}

function updateUnlessHeld(id, update) {
  const inside = () => [...held].find(([heldId]) => document.querySelector(`#${id} #${heldId}`))?.[1];
  const postponed = held.get(id) ?? inside();
  if (postponed) postponed.set(id, update);
  else update();
}

function showCard(id, data, change) {
  const card = document.getElementById(`card-${id}`);
  const list = data && document.querySelector(`#column-${data.column} > .cards`);
  const source = card?.parentElement;
  if (!list) removeCard(card);
  else if (card) updateCard(card, data, list);
  else addCard(data, list, { highlight: !BULK_CHANGES.includes(change.type) });
  for (const changed of [source, list]) if (changed) updateCardCount(changed);
}

function updateCard(card, data, list) {
  const isElsewhere = card.parentElement !== list;
  const update = () => {
    morph(card, parseElement(data.html), { callbacks: { beforeNodeRemoved, beforeAttributeUpdated } });
    card.dataset.rank = data.rank;
    if (isElsewhere || !isInOrder(card)) insertByRank(card, list, ".card");
  };
  if (isElsewhere || card.dataset.rank !== data.rank || !isInOrder(card)) animateMove(card, update);
  else update();
  localizeTimes(card);
}

function addCard(data, list, { highlight }) {
  const card = parseElement(data.html);
  list.append(card);
  insertByRank(card, list, ".card");
  localizeTimes(card);
  if (highlight) card.classList.add("arrived");
}

function removeCard(card) {
  if (!card) return;
  if (card.contains(document.activeElement)) {
    const column = card.closest(".column");
    const neighbour = card.nextElementSibling ?? card.previousElementSibling ?? column.querySelector("header");
    (neighbour.querySelector("a, button") ?? neighbour).focus();
  }
  card.remove();
}

function showColumn(id, data) {
  const column = document.getElementById(`column-${id}`);
  const fresh = parseElement(data.html);
  document.querySelector("#board > .empty-state")?.remove();
  if (column) updateColumn(column, fresh);
  else addColumn(fresh);
}

function updateColumn(column, fresh) {
  for (const name of COLUMN_DATA) column.dataset[name] = fresh.dataset[name];
  if (fresh.dataset.serviceId) column.dataset.serviceId = fresh.dataset.serviceId;
  else delete column.dataset.serviceId;
  for (const part of [":scope > header", ":scope > .empty", ":scope > footer"]) {
    const callbacks = { beforeNodeRemoved, beforeNodeMorphed };
    morph(column.querySelector(part), fresh.querySelector(part), { callbacks });
  }
  updateCardCount(column.querySelector(".cards"));
  if (!isInOrder(column)) insertByRank(column, column.parentElement, ".column");
}

function addColumn(column) {
  const board = document.getElementById("board");
  column.classList.toggle("pinned", isPinned(column));
  board.append(column);
  insertByRank(column, board, ".column");
}

function removeColumn(id) {
  const column = document.getElementById(`column-${id}`);
  if (!column) return;
  if (column.contains(document.activeElement)) document.getElementById("board").focus({ preventScroll: true });
  column.remove();
}

// Keep what script added: typing notes, open composers, cards that are being saved.
function beforeNodeRemoved(node) {
  return !(node instanceof Element && (node.matches("[data-kept], .pending") || held.has(node.id)));
}

function beforeNodeMorphed(node) {
  return !(node instanceof Element && (held.has(node.id) || node.querySelector(":scope > [data-kept]:not(.typing)")));
}

// Classes of cards and columns are state of this page: open, selected, folded, filtered, unread.
function beforeAttributeUpdated(name, node) {
  return !(name === "class" && node.matches(".card, .column"));
}
