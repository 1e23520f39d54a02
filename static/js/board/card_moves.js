// Move cards: shown at once, sent, and put back with the reason when refused.
import { animateMove } from "../lib/flip.js";
import { t } from "../lib/i18n.js";
import { quote, toast } from "../lib/toast.js";
import { perform } from "../live/client.js";
import { insertByRank, updateCardCount } from "../live/rank_placement.js";
import { cardId, cardIds, columnId, columnOf, titleOf } from "./card_dom.js";

// Return the place of a card, to be put back to.
export function placeOf(card) {
  return { list: card.parentElement, next: card.nextElementSibling, rank: card.dataset.rank };
}

// Put a card back by its rank rather than beside its old neighbour, which may have moved meanwhile.
export function putBack(card, { list, rank }) {
  if (!list.isConnected) return card.remove(); // its column left the board
  card.dataset.rank = rank;
  animateMove(card, () => insertByRank(card, list, ".card"));
  document.querySelectorAll("#board .cards").forEach(updateCardCount);
}

// Send the move of a card to where it is now; origin is its former place.
export async function sendMove(card, origin) {
  if (origin.list === card.parentElement && origin.next === card.nextElementSibling) return;
  const previous = previousCard(card);
  card.dataset.rank = ""; // others are placed without regard to it until the answer brings its rank
  [origin.list, card.parentElement].forEach(updateCardCount);
  try {
    await perform({ type: "move_card", card: cardId(card), ...destination(card, previous) });
  } catch (problem) {
    putBack(card, origin);
    toast(t("{title} n’a pas bougé : {reason}", { title: quote(titleOf(card)), reason: problem.detail }));
  }
}

// Send the move of several cards to where one of them is now, in the order of the board. origins: card → former place.
export async function sendMoves(card, origins) {
  const cards = [...origins.keys()];
  const column = columnOf(card);
  const previous = previousCard(card, cards);
  cards.reduce((last, each) => (last ? last.after(each) : card.parentElement.prepend(each), each), previous);
  for (const each of cards) each.dataset.rank = "";
  document.querySelectorAll("#board .cards").forEach(updateCardCount);
  try {
    const { seq } = await perform({ type: "move_cards", cards: cardIds(cards), ...destination(card, previous) });
    document.dispatchEvent(new CustomEvent("cards:moved", { detail: { seq, count: cards.length, column } }));
  } catch (problem) {
    for (const [each, origin] of origins) putBack(each, origin);
    toast(t("Rien n’a bougé : {reason}", { reason: problem.detail }));
  }
}

function destination(card, previous) {
  return { column: columnId(columnOf(card)), after: previous ? cardId(previous) : null };
}

// Return the card before this one that is saved already and is not among those that move.
function previousCard(card, moving = []) {
  let previous = card.previousElementSibling;
  const counts = (element) => element.matches(".card:not(.pending)") && !moving.includes(element);
  while (previous && !counts(previous)) previous = previous.previousElementSibling;
  return previous;
}
