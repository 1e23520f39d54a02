// Ask the server what differs from the board as this page shows it.
import { requestJson } from "../lib/http.js";
import { board, withPreview } from "../lib/page_context.js";

// Return {seq, board, cards, columns}; null when only the whole board will do, or the request fails in any way: the
// whole page then says why.
export async function fetchDifferences(after) {
  const shown = {
    after,
    view: document.body.dataset.view,
    columns: ids("#board > .column", "columnId"),
    cards: ids("#board .card[data-card-id]", "cardId"),
  };
  try {
    const found = await requestJson("POST", withPreview(`/boards/${board.slug}/differences`), shown);
    return !found || found.resync ? null : found;
  } catch {
    return null;
  }
}

const ids = (selector, name) => Array.from(document.querySelectorAll(selector), ({ dataset }) => Number(dataset[name]));
