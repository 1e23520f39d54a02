// What becomes of the board itself under its open pages: renamed, archived, restored.
import { announce, quote } from "./announce.js";
import { t } from "./words.js";

const readOnly = "archived" in document.body.dataset; // the page of a board that was archived already

const names = () => document.querySelectorAll("[data-board-title]");

// How the window is called when nothing but the board is open.
export const boardTitle = () => `${names()[0].textContent} · Flash News`;

export function showWholeBoard({ title, archived }) {
  if (title !== names()[0].textContent) rename(title);
  if (archived) sayArchived();
  else if (readOnly) location.reload();
  else dialog()?.close();
}

// Calmly, whatever one was doing: what was typed stays on this machine.
export function sayArchived() {
  if (!readOnly && !dialog().open) dialog().showModal();
}

const dialog = () => document.getElementById("board-archived");

function rename(title) {
  const opened = document.title.endsWith(boardTitle()) ? document.title.slice(0, -boardTitle().length) : "";
  names().forEach((name) => (name.textContent = title));
  document.title = opened + boardTitle();
  announce(t("Le tableau s’appelle maintenant {title}.", { title: quote(title) }));
}
