// What differs from the board as this page shows it; null when only the whole board will do.
import { cardId } from "./cards.js";
import { board, csrfToken, seen } from "./context.js";

export async function differences(after) {
  const had = {
    after,
    view: document.body.dataset.view,
    columns: Array.from(document.querySelectorAll("#board > .column"), ({ dataset }) => Number(dataset.columnId)),
    cards: Array.from(document.querySelectorAll("#board .card[id]"), (card) => Number(cardId(card))),
  };
  const response = await fetch(seen(`/boards/${board.slug}/differences`), {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken() },
    body: JSON.stringify(had),
  });
  if (!response.ok || response.redirected) return null; // whatever is wrong, the page itself will say it
  const found = await response.json();
  return found.resync ? null : found;
}
