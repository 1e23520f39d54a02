// Where cards are, and moving them: shown at once, sent, and put back with the reason when refused.
import { quote, toast } from "./announce.js";
import { perform } from "./board.js";
import { cardId } from "./cards.js";
import { glide } from "./glide.js";
import { placeByRank, refreshCount } from "./render.js";
import { t } from "./words.js";

export const titleOf = (element) => element.querySelector("h2, h3").textContent.trim();
export const columnOf = (card) => card.closest(".column");
export const cardsIn = (column) => [...column.querySelectorAll(".cards > .card:not(.pending, .filtered)")];
export const columns = () => [...document.querySelectorAll("#board > .column")];

export function openCard() {
  const article = document.querySelector("[data-panel-card]");
  return { id: Number(article.dataset.panelCard), title: document.getElementById("panel-title").textContent };
}

export function placeOf(card) {
  return { list: card.parentElement, next: card.nextElementSibling, rank: card.dataset.rank };
}

// By rank rather than beside its old neighbour: neighbours may have moved meanwhile.
export function putBack(card, { list, rank }) {
  if (!list.isConnected) return card.remove(); // its column left the board, and came back without it if at all
  card.dataset.rank = rank;
  glide(card, () => placeByRank(card, list, ".card"));
  document.querySelectorAll("#board .cards").forEach(refreshCount);
}

// The card stands where it was let go; `origin` is where to put it back.
export async function sendMove(card, origin) {
  const column = columnOf(card);
  const before = previousCard(card);
  if (origin.list === card.parentElement && origin.next === card.nextElementSibling) return;
  card.dataset.rank = ""; // on its way: others are placed without regard to it
  [origin.list, card.parentElement].forEach(refreshCount);
  const after = before ? Number(cardId(before)) : null;
  try {
    await perform({ type: "move_card", card: Number(cardId(card)), column: Number(column.dataset.columnId), after });
  } catch (problem) {
    putBack(card, origin);
    toast(t("{title} n’a pas bougé : {reason}", { title: quote(titleOf(card)), reason: problem.detail }));
  }
}

// Several cards gather where one of them was let go, in the order of the board. origins: card → where to put it back.
export async function sendMoves(card, origins) {
  const cards = [...origins.keys()];
  const column = columnOf(card);
  const before = previousCard(card, cards);
  cards.reduce((last, each) => (last ? last.after(each) : card.parentElement.prepend(each), each), before);
  for (const each of cards) each.dataset.rank = "";
  document.querySelectorAll("#board .cards").forEach(refreshCount);
  const after = before ? Number(cardId(before)) : null;
  try {
    const { seq } = await perform({ type: "move_cards", cards: cards.map((each) => Number(cardId(each))), column: Number(column.dataset.columnId), after });
    document.dispatchEvent(new CustomEvent("cards:moved", { detail: { seq, count: cards.length, column } }));
  } catch (problem) {
    for (const [each, origin] of origins) putBack(each, origin);
    toast(t("Rien n’a bougé : {reason}", { reason: problem.detail }));
  }
}

function previousCard(card, without = []) {
  let previous = card.previousElementSibling;
  while (previous && (!previous.matches(".card:not(.pending)") || without.includes(previous))) previous = previous.previousElementSibling;
  return previous;
}
