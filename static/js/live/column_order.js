// The order of the columns for oneself: those one pinned first, then by rank, one's own where one gave one, else the board's.
import { board, csrfToken, lookingAs } from "./context.js";

const root = document.body.dataset;
const parsed = { text: "{}", placements: {} };

function own(column) {
  if (root.placements !== parsed.text) Object.assign(parsed, { text: root.placements, placements: JSON.parse(root.placements) });
  return parsed.placements[column.dataset.columnId];
}

export const isPinned = (column) => Boolean(own(column)?.pinned);
export const isPlaced = (column) => Boolean(own(column)?.rank);
export const anythingPlaced = () => root.placements !== "{}";

// Whether one card, or one column, stands before another.
export function standsBefore(one, other) {
  if (one.matches(".card")) return one.dataset.rank < other.dataset.rank;
  const [rank, otherRank] = [standing(one), standing(other)];
  return rank < otherRank || (rank === otherRank && Number(one.dataset.columnId) < Number(other.dataset.columnId));
}

const standing = (column) => (isPinned(column) ? "0" : "1") + (own(column)?.rank ?? column.dataset.rank);

// asked: {after: a column or null, pinned}. Kept with the account; throws when it cannot be.
export async function keepPlacement(column, { after, pinned }) {
  const asked = { ...(after !== undefined && { after: after && Number(after.dataset.columnId) }), ...(pinned !== undefined && { pinned }) };
  const answer = await send("PUT", `/${column.dataset.columnId}`, asked);
  root.placements = JSON.stringify((await answer.json()).placements);
}

export async function forgetPlacements() {
  await send("DELETE", "");
  root.placements = "{}";
}

async function send(method, path, body) {
  if (lookingAs) throw new Error("only looking");
  const response = await fetch(`/boards/${board.slug}/placements${path}`, {
    method,
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken() },
    body: body && JSON.stringify(body),
  });
  if (!response.ok) throw new Error(response.statusText);
  return response;
}
