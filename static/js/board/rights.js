// What this person may do, for gestures; the server decides, this only avoids offering what it would refuse.
import { lookingAs, me } from "./context.js";

const LEVELS = ["none", "read", "comment", "contribute", "edit"];

// element: a column, or the open panel's article.
const holds = (element, level) => LEVELS.indexOf(element.dataset.level) >= LEVELS.indexOf(level);

export const mayArrange = () => document.body.classList.contains("may-arrange");

export const mayEditAll = (column) => holds(column, "edit");

export const mayAddTo = (column) => holds(column, "contribute");

export function mayPlace(authorId, column) {
  return mayEditAll(column) || (holds(column, "contribute") && Number(authorId) === me.id && !lookingAs);
}

// Who says what becomes of a suggestion: whoever edits in its column, and the agents of the service that it asks.
export const mayDecide = (card) => mayEditAll(card.closest(".column")) || ownServices().includes(card.dataset.asked);

const ownServices = () => document.body.dataset.view.split(":")[1].split(",");

export const mayEdit = (card) => mayPlace(card.dataset.authorId, card.closest(".column"));
