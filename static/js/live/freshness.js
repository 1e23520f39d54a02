// Which cards ask to be checked, as the day goes: a card’s fragment is the same whatever the day and whoever looks, so its mark is put here.
import { board } from "./context.js";
import { daysUntil } from "./days.js";
import { mayEdit } from "./rights.js";
import { t, tn } from "./words.js";

// Without an end, and for too long nobody has said that it holds.
export function isStale(card) {
  const { checkAfter, columnKind } = card.closest(".column").dataset;
  return Number(checkAfter) > 0 && columnKind !== "suggestions" && Boolean(card.dataset.confirmed) && -daysUntil(card.dataset.confirmed) >= Number(checkAfter);
}

// change: what has just been shown; without one, or when whole columns are concerned, every card is looked at.
export function markStale(change) {
  const few = change && !change.whole && !Object.keys(change.columns).length;
  const cards = few ? Object.keys(change.cards).map((id) => document.querySelector(`#board > .column > .cards > #card-${id}`)) : document.querySelectorAll("#board > .column > .cards > .card[id]");
  for (const card of cards) if (card) mark(card, isStale(card));
  for (const column of document.querySelectorAll("#board > .column")) {
    const marks = [...column.querySelectorAll(":scope > .cards > .card .stale-mark")];
    count(column, marks.filter((each) => mayEdit(each.closest(".card"))).length);
  }
}

function mark(card, asks) {
  const sign = card.querySelector(".stale-mark");
  if (asks && !sign) {
    const chip = Object.assign(document.createElement("span"), { className: "chip warn stale-mark" });
    chip.append(Object.assign(document.createElement("span"), { className: "icon small icon-history" }), t("À vérifier"));
    place(card, chip);
  } else if (!asks) sign?.remove();
}

// Among the card’s other chips, or on a line of its own where only its author’s badge stands in the corner.
function place(card, chip) {
  const meta = card.querySelector(":scope > .meta");
  if (!meta || "bare" in card.dataset) return card.append(chip);
  meta.insertBefore(chip, meta.querySelector(".author"));
}

// At the head of the column, for those who can do something about it.
function count(column, stale) {
  const shown = column.querySelector(":scope > header > .to-check");
  if (!stale) return shown?.remove();
  const link = shown ?? Object.assign(document.createElement("a"), { className: "to-check", href: `/boards/${board.slug}/to-check#${column.id}` });
  const words = tn("{count} à vérifier", "{count} à vérifier", stale);
  if (link.textContent !== words) link.textContent = words;
  if (!shown) column.querySelector(":scope > header").append(link);
}
