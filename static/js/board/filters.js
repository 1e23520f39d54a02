// The filters of the board: read from and written to the address, and matched against cards. boards/filters.py holds
// the same rules.
import { addDays, daysUntil, today } from "../lib/calendar.js";
import { board, me, previewedAs } from "../lib/page_context.js";
import { cardId } from "./card_dom.js";
import { isStale } from "./freshness.js";
import { isUnread } from "./unread.js";

const EXPIRING_DAYS = 3;
const SINGLE = ["q", "service", "fresh", "kind", "period"];
const FLAGS = ["mine", "unread"];
const PERIOD_DAYS = { today: 0, week: 6, month: 29 };

export const NO_FILTERS = Object.freeze({
  q: "",
  service: "",
  label: [],
  fresh: "",
  kind: "",
  period: "",
  mine: false,
  unread: false,
});

// The filters that are set now. They are in the address while the board is open, and kept while a card is.
export let filters = NO_FILTERS;

export const setFilters = (changed) => (filters = { ...filters, ...changed });

export const clearFilters = () => (filters = NO_FILTERS);

export const hasFilters = () => toQuery(filters) !== "";

// Return how many filters are set; the words count as one.
export const countFilters = () => [...new URLSearchParams(toQuery(filters))].length;

export function parseQuery(query) {
  const given = new URLSearchParams(query);
  const single = Object.fromEntries(SINGLE.map((name) => [name, given.get(name) ?? ""]));
  const flags = Object.fromEntries(FLAGS.map((name) => [name, given.get(name) === "1"]));
  return { ...single, ...flags, label: given.getAll("label").filter(Boolean) };
}

// Return the canonical query, as the server writes it.
export function toQuery({ q, service, label, fresh, kind, period, mine, unread }) {
  const words = q.trim().split(/\s+/).join(" ");
  const labels = [...new Set(label)].sort((a, b) => a - b).map((id) => ["label", id]);
  const before = [
    ["q", words],
    ["service", service],
  ];
  const after = [
    ["fresh", fresh],
    ["kind", kind],
    ["period", period],
    ["mine", mine && "1"],
    ["unread", unread && "1"],
  ];
  return new URLSearchParams([...before, ...labels, ...after].filter(([, value]) => value)).toString();
}

// Return the board's address with the preview and the filters.
export function boardAddress(wanted = filters) {
  const preview = previewedAs && `as=${encodeURIComponent(previewedAs)}`;
  const query = [preview, toQuery(wanted)].filter(Boolean).join("&");
  return `/boards/${board.slug}${query && `?${query}`}`;
}

// Return true when the card matches every filter. The open card stays in sight while it is being read.
export function matchesFilters(card) {
  const { dataset } = card;
  const { serviceId, columnKind } = card.closest(".column").dataset;
  return (
    (!filters.service || serviceId === filters.service) &&
    filters.label.every((id) => (dataset.labels ?? "").split(" ").includes(id)) &&
    (!filters.kind || columnKind === filters.kind) &&
    (!filters.fresh || validityOf(card) === filters.fresh) &&
    (!filters.period || dataset.news >= addDays(today(), -PERIOD_DAYS[filters.period])) &&
    (!filters.mine || Number(dataset.authorId) === me.id) &&
    (!filters.unread || isUnread(cardId(card), dataset) || card.matches(".open")) &&
    splitWords(filters.q).every((word) => normalizeText(card.textContent).includes(word))
  );
}

// Return Map {id: {name, hue, count}} of the labels that cards on the page have, sorted by name.
export function labelsInUse() {
  const found = new Map();
  for (const { dataset, textContent } of document.querySelectorAll("#board .card [data-label]")) {
    const label = found.get(dataset.label) ?? { name: textContent.trim(), hue: dataset.hue, count: 0 };
    found.set(dataset.label, { ...label, count: label.count + 1 });
  }
  return new Map([...found].sort(([, one], [, other]) => one.name.localeCompare(other.name)));
}

// Fold case, accents, ligatures and apostrophes.
export function normalizeText(text) {
  const folded = text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  return folded.replaceAll("œ", "oe").replaceAll("æ", "ae").replaceAll("’", "'");
}

const splitWords = (text) => normalizeText(text).split(/\s+/).filter(Boolean);

function validityOf(card) {
  const lastDay = card.querySelector('time[data-words="until"]')?.dateTime;
  if (!lastDay) return isStale(card) ? "stale" : "current";
  const left = daysUntil(lastDay);
  if (left < 0) return "expired";
  return left <= EXPIRING_DAYS ? "expiring" : "current";
}
