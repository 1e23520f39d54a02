// Where cards are, and moving them: shown at once, sent, and put back with the reason when refused.
import { announce, quote, toast } from "./announce.js";
import { perform } from "./board.js";
import { glide } from "./glide.js";
import { refreshCount } from "./render.js";

export const titleOf = (element) => element.querySelector("h2, h3").textContent.trim();
export const columnOf = (card) => card.closest(".column");
export const cardsIn = (column) => [...column.querySelectorAll(".cards > .card:not(.pending, .filtered)")];
export const columns = () => [...document.querySelectorAll("#board > .column")];

export function placeOf(card) {
  return { list: card.parentElement, next: card.nextElementSibling, rank: card.dataset.rank };
}

export function putBack(card, place) {
  glide(card, () => place.list.insertBefore(card, place.next?.parentElement === place.list ? place.next : null));
  card.dataset.rank = place.rank;
  [place.list, ...document.querySelectorAll("#board .cards")].forEach(refreshCount);
}

// The card stands where it was let go; `origin` is where to put it back.
export async function sendMove(card, origin) {
  const list = card.parentElement;
  const before = previousCard(card);
  if (origin.list === list && origin.next === card.nextElementSibling) return;
  card.dataset.rank = ""; // on its way: others are placed without regard to it
  [origin.list, list].forEach(refreshCount);
  const column = Number(columnOf(card).dataset.columnId);
  try {
    await perform({ type: "move_card", card: Number(card.dataset.cardId), column, after: before ? Number(before.dataset.cardId) : null });
  } catch (problem) {
    putBack(card, origin);
    toast(`${quote(titleOf(card))} n’a pas bougé : ${problem.detail}`);
    announce(`Déplacement refusé. ${problem.detail}`);
  }
}

function previousCard(card) {
  let previous = card.previousElementSibling;
  while (previous && !previous.matches(".card:not(.pending)")) previous = previous.previousElementSibling;
  return previous;
}
