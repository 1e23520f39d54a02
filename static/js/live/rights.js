// What this person may do, for gestures; the server decides, this only avoids offering what it would refuse.
import { me } from "./context.js";

const holds = (name, kind) => (document.body.dataset[name] ?? "").split(" ").includes(kind);

export const mayArrange = () => document.body.classList.contains("may-arrange");

export const mayAddTo = (column) => holds("contributes", column.dataset.columnKind);

export function mayPlace(authorId, column) {
  const kind = column.dataset.columnKind;
  return holds("edits", kind) || (holds("contributes", kind) && Number(authorId) === me.id);
}

export const mayEdit = (card) => mayPlace(card.dataset.authorId, card.closest(".column"));
