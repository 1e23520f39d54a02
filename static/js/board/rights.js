// What this person may do, so that the page does not offer what the server would refuse. The server decides.
import { me, previewedAs } from "../lib/page_context.js";

const LEVELS = ["none", "read", "comment", "contribute", "edit"];

export const mayArrange = () => document.body.classList.contains("may-arrange");

// The argument of the next three is a column, or the article of the open panel.
export const mayEditAll = (column) => isAtLeast(column, "edit");

export const mayAddTo = (column) => isAtLeast(column, "contribute");

export function mayPlace(authorId, column) {
  return mayEditAll(column) || (mayAddTo(column) && Number(authorId) === me.id && !previewedAs);
}

export const mayEdit = (card) => mayPlace(card.dataset.authorId, card.closest(".column"));

// A suggestion is decided on by those who edit in its column, and by the agents of the service it is addressed to.
export function mayDecide(card) {
  return mayEditAll(card.closest(".column")) || ownServices().includes(card.dataset.asked);
}

const isAtLeast = (element, level) => LEVELS.indexOf(element.dataset.level) >= LEVELS.indexOf(level);

// data-view is the visibility key: role, services, …, separated by colons.
const ownServices = () => document.body.dataset.view.split(":")[1].split(",");
