// Show what happens to the board itself while its page is open: renamed, archived, restored.
import { t } from "../lib/i18n.js";
import { announce, quote } from "../lib/toast.js";

const isReadOnly = "archived" in document.body.dataset; // the board was archived before the page was opened

// Return the window's title while no card is open.
export const boardTitle = () => `${titleElements()[0].textContent} · Flash News`;

export function showBoardStatus({ title, archived }) {
  if (title !== titleElements()[0].textContent) rename(title);
  if (archived) showArchivedDialog();
  else if (isReadOnly) location.reload();
  else dialog()?.close();
}

// The dialog covers the page without closing anything: what was typed stays.
export function showArchivedDialog() {
  if (!isReadOnly && !dialog().open) dialog().showModal();
}

function rename(title) {
  const before = boardTitle();
  const openCard = document.title.endsWith(before) ? document.title.slice(0, -before.length) : "";
  titleElements().forEach((element) => (element.textContent = title));
  document.title = openCard + boardTitle();
  announce(t("Le tableau s’appelle maintenant {title}.", { title: quote(title) }));
}

const titleElements = () => document.querySelectorAll("[data-board-title]");

const dialog = () => document.getElementById("board-archived");
