// Mark cards to be checked. A card's fragment is the same on every day and for every viewer, so the marks are added
// here.
import { daysUntil } from "../lib/calendar.js";
import { t, tn } from "../lib/i18n.js";
import { board } from "../lib/page_context.js";
import { mayEdit } from "./rights.js";

const CARDS = "#board > .column > .cards > .card";

// Return true for a card without an end date that nobody confirmed for longer than its column allows.
export function isStale(card) {
  const { checkAfter, columnKind } = card.closest(".column").dataset;
  const { confirmed } = card.dataset;
  if (!Number(checkAfter) || columnKind === "suggestions" || !confirmed) return false;
  return -daysUntil(confirmed) >= Number(checkAfter);
}

// change: what was just shown; without one, or when columns changed, every card is looked at.
export function showStaleMarks(change) {
  const isPartial = change && !change.whole && !Object.keys(change.columns).length;
  const changed = isPartial ? Object.keys(change.cards).map((id) => `[data-card-id="${id}"]`) : ["[data-card-id]"];
  for (const which of changed) {
    for (const card of document.querySelectorAll(CARDS + which)) showMark(card, isStale(card));
  }
  for (const column of document.querySelectorAll("#board > .column")) {
    const marked = [...column.querySelectorAll(":scope > .cards > .card:has(.stale-mark)")];
    showCount(column, marked.filter(mayEdit).length);
  }
}

function showMark(card, stale) {
  const mark = card.querySelector(".stale-mark");
  if (!stale) mark?.remove();
  else if (!mark) addMark(card);
}

// Among the card's other chips, or on a line of its own where the author's badge stands alone in the corner.
function addMark(card) {
  const chip = Object.assign(document.createElement("span"), { className: "chip warn stale-mark" });
  const icon = Object.assign(document.createElement("span"), { className: "icon small icon-history" });
  chip.append(icon, t("À vérifier"));
  const meta = card.querySelector(":scope > .meta");
  if (!meta || "bare" in card.dataset) card.append(chip);
  else meta.insertBefore(chip, meta.querySelector(".author"));
}

// Link from the column's head to the list of cards to check.
function showCount(column, count) {
  const header = column.querySelector(":scope > header");
  const shown = header.querySelector(":scope > .to-check");
  if (!count) return shown?.remove();
  const link = shown ?? document.createElement("a");
  const words = tn("{count} à vérifier", "{count} à vérifier", count);
  if (link.textContent !== words) link.textContent = words;
  if (shown) return;
  Object.assign(link, { className: "to-check", href: `/boards/${board.slug}/to-check#${column.id}` });
  header.append(link);
}
