// The content of the panel: a skeleton while it is fetched, fresh HTML in place, and what script adds to it.
import { t } from "../lib/i18n.js";
import { localizeTimes } from "../lib/local_time.js";
import { morphChildren } from "../lib/morph.js";
import { findCard } from "./card_dom.js";
import { markNotificationsRead } from "./notifications.js";
import { refusalReason } from "./permission_messages.js";
import { mayPlace } from "./rights.js";
import { markOpenCardRead } from "./unread.js";

const SKELETON = '<header><h2></h2></header><div class="body"><div class="skeleton"><i></i><i></i><i></i></div></div>';

// Return the article of the card in the panel; null while it is closed or being fetched.
export const articleIn = (panel) => panel.querySelector("[data-panel-card]");

// Show the card's title at once; card: its element on the board, if any.
export function showSkeleton(panel, card) {
  const article = document.createElement("article");
  article.innerHTML = SKELETON;
  article.querySelector("h2").textContent = card?.querySelector("h3").textContent ?? t("Ouverture…");
  panel.replaceChildren(article);
  panel.hidden = false;
}

export function showContent(panel, html) {
  panel.innerHTML = html;
  finishContent(panel);
}

// Show fresh content of the same card: the scroll position, the focus and forms that are being filled in stay.
export function refreshContent(panel, html, { hasForms }) {
  const scroll = panel.querySelector(".body")?.scrollTop ?? 0;
  const hadFocus = panel.contains(document.activeElement);
  const button = focusedButton();
  if (hasForms) morphChildren(panel, html);
  else panel.innerHTML = html;
  finishContent(panel);
  if (hasForms && hadFocus && panel.contains(document.activeElement)) return;
  panel.querySelector(".body").scrollTop = scroll;
  if (hadFocus) ((button && panel.querySelector(button)) || panel).focus({ preventScroll: true });
}

// Adapt the server's HTML, which is the same for everybody, to this person, and mark the card as read.
export function finishContent(panel) {
  const article = articleIn(panel);
  const { panelCard: id, authorId } = article.dataset;
  panel.hidden = false;
  panel.classList.toggle("editable", mayPlace(authorId, article));
  const note = article.querySelector("[data-why-not]");
  if (note) note.textContent = refusalReason(article, note.dataset.whyNot);
  localizeTimes(article);
  if ("unnoticed" in article.dataset) markNotificationsRead(id);
  markOpenCardRead(article);
  highlightCard(id);
}

// Highlight the open card on the board; id: null for none.
export function highlightCard(id) {
  document.querySelector(".card.open")?.classList.remove("open");
  if (id) findCard(id)?.classList.add("open");
}

// Return the selector of the focused button when fresh content has the same one.
function focusedButton() {
  const { activeElement } = document;
  if (activeElement.matches("[data-confirm]")) return "[data-confirm]";
  return activeElement.closest(".mark-read-form") ? ".mark-read-form button" : null;
}
