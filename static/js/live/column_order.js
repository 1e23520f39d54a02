// The order of columns and cards. Cards go by rank. Columns go by the person's own placements: pinned ones first, then
// by rank, the person's own where they gave one, else the board's.

const root = document.body.dataset;
const parsed = { text: "{}", placements: {} };

export const isPinned = (column) => Boolean(placementOf(column)?.pinned);
export const isPlaced = (column) => Boolean(placementOf(column)?.rank);
export const hasPlacements = () => root.placements !== "{}";

// placements: {column id: {pinned, rank}}
export function setPlacements(placements) {
  root.placements = JSON.stringify(placements);
}

// Return true when one card, or one column, goes before another.
export function precedes(one, other) {
  if (one.matches(".card")) return one.dataset.rank < other.dataset.rank;
  const [key, otherKey] = [sortKey(one), sortKey(other)];
  return key < otherKey || (key === otherKey && Number(one.dataset.columnId) < Number(other.dataset.columnId));
}

const sortKey = (column) => (isPinned(column) ? "0" : "1") + (placementOf(column)?.rank ?? column.dataset.rank);

function placementOf(column) {
  if (root.placements !== parsed.text) {
    Object.assign(parsed, { text: root.placements, placements: JSON.parse(root.placements) });
  }
  return parsed.placements[column.dataset.columnId];
}
