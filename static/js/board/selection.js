// The cards somebody has selected, to move or put away together.
import { announce, toast } from "./announce.js";
import { cardId } from "./cards.js";
import { cardsIn, columnOf } from "./places.js";
import { mayEdit } from "./rights.js";
import { whyNotIn } from "./refusals.js";
import { t, tn } from "./words.js";

const ids = new Set();
let anchor = null; // where a range begins: the card selected last

export const isSelected = (card) => ids.has(cardId(card));

// In the order of the board.
export const selectedCards = () => [...document.querySelectorAll("#board .card:not(.pending)")].filter(isSelected);

export function toggle(card) {
  if (!isSelected(card) && !mayEdit(card)) return toast(whyNotIn(columnOf(card)));
  if (!ids.delete(cardId(card))) ids.add(cardId(card));
  anchor = cardId(card);
  tell();
}

// From the anchor to this card; what was selected from there in the other direction no longer is.
export function extendTo(card, from = null) {
  const cards = cardsIn(columnOf(card));
  const start = cards.find((each) => cardId(each) === anchor) ?? from ?? card;
  if (from) between(cards, start, from).forEach((each) => ids.delete(cardId(each)));
  const range = between(cards, start, card);
  range.filter(mayEdit).forEach((each) => ids.add(cardId(each)));
  anchor = cardId(start);
  const refused = range.filter((each) => !mayEdit(each)).length;
  if (refused) toast(tn("{count} info ne vous appartient pas : elle n’est pas sélectionnée.", "{count} infos ne vous appartiennent pas : elles ne sont pas sélectionnées.", refused));
  tell();
}

export function clear() {
  ids.clear();
  anchor = null;
  tell();
}

// What has left the board leaves the selection.
export function forgetGone() {
  const standing = new Set(selectedCards().map(cardId));
  const gone = [...ids].filter((id) => !standing.has(id));
  gone.forEach((id) => ids.delete(id));
  tell({ quietly: !gone.length });
}

function between(cards, one, other) {
  const [first, last] = [cards.indexOf(one), cards.indexOf(other)].sort((a, b) => a - b);
  return cards.slice(Math.max(first, 0), last + 1);
}

function tell({ quietly = false } = {}) {
  if (!quietly) announce(ids.size ? inWords(ids.size) : t("Plus aucune info sélectionnée."));
  document.dispatchEvent(new CustomEvent("selection:changed"));
}

export const inWords = (count) => tn("{count} info sélectionnée", "{count} infos sélectionnées", count);
