// The selected cards, to be moved or archived together.
import { t, tn } from "../lib/i18n.js";
import { announce, toast } from "../lib/toast.js";
import { allCards, cardId, cardsIn, columnOf } from "./card_dom.js";
import { columnRefusalReason } from "./permission_messages.js";
import { mayEdit } from "./rights.js";

const selected = new Set(); // card ids
let anchor = null; // id of the card selected last, where a range begins

export const isSelected = (card) => selected.has(cardId(card));

// In the order of the board.
export const selectedCards = () => allCards().filter(isSelected);

export const selectionWords = (count) => tn("{count} info sélectionnée", "{count} infos sélectionnées", count);

export function toggleSelection(card) {
  if (!isSelected(card) && !mayEdit(card)) return toast(columnRefusalReason(columnOf(card)));
  if (!selected.delete(cardId(card))) selected.add(cardId(card));
  anchor = cardId(card);
  notify();
}

// Select from the anchor to this card. from: the end of the range before, which is deselected first.
export function extendSelection(card, from = null) {
  const cards = cardsIn(columnOf(card));
  const start = cards.find((each) => cardId(each) === anchor) ?? from ?? card;
  if (from) range(cards, start, from).forEach((each) => selected.delete(cardId(each)));
  const added = range(cards, start, card);
  added.filter(mayEdit).forEach((each) => selected.add(cardId(each)));
  anchor = cardId(start);
  const refused = added.filter((each) => !mayEdit(each)).length;
  if (refused) toast(refusedWords(refused));
  notify();
}

export function clearSelection() {
  selected.clear();
  anchor = null;
  notify();
}

// Deselect cards that have left the board.
export function pruneSelection() {
  const present = new Set(selectedCards().map(cardId));
  const gone = [...selected].filter((id) => !present.has(id));
  gone.forEach((id) => selected.delete(id));
  notify({ silent: !gone.length });
}

function range(cards, one, other) {
  const [first, last] = [cards.indexOf(one), cards.indexOf(other)].sort((a, b) => a - b);
  return cards.slice(Math.max(first, 0), last + 1);
}

function refusedWords(count) {
  return tn(
    "{count} info ne vous appartient pas : elle n’est pas sélectionnée.",
    "{count} infos ne vous appartiennent pas : elles ne sont pas sélectionnées.",
    count,
  );
}

function notify({ silent = false } = {}) {
  if (!silent) announce(selected.size ? selectionWords(selected.size) : t("Plus aucune info sélectionnée."));
  document.dispatchEvent(new CustomEvent("selection:changed"));
}
