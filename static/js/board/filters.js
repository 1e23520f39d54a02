// What one looks at of the board: the filters of the address, and which cards fit them. The same rule stands in boards/filters.py.
import { cardId } from "./cards.js";
import { board, lookingAs, me } from "./context.js";
import { addDays, daysUntil, today } from "./days.js";
import { isStale } from "./freshness.js";
import { isUnread } from "./unread.js";

const ENDS_SOON = 3; // days
const SINGLE = ["q", "service", "fresh", "kind", "period"];
const FLAGS = ["mine", "unread"];
const PERIODS = { today: 0, week: 6, month: 29 };

export const NONE = Object.freeze({ q: "", service: "", label: [], fresh: "", kind: "", period: "", mine: false, unread: false });

// What is set now. In the address while the board is in sight; kept while a card lies open under its own.
export let filters = NONE;

export const setFilters = (changed) => (filters = { ...filters, ...changed });

export const clearFilters = () => (filters = NONE);

export const areSet = () => queryOf(filters) !== "";

// How many filters are set, words included.
export const countSet = () => [...new URLSearchParams(queryOf(filters))].length;

export function readQuery(query) {
  const given = new URLSearchParams(query);
  const single = Object.fromEntries(SINGLE.map((name) => [name, given.get(name) ?? ""]));
  const flags = Object.fromEntries(FLAGS.map((name) => [name, given.get(name) === "1"]));
  return { ...single, ...flags, label: given.getAll("label").filter(Boolean) };
}

// In the one canonical form, as the server writes it.
export function queryOf({ q, service, label, fresh, kind, period, mine, unread }) {
  const words = q.trim().split(/\s+/).join(" ");
  const labels = [...new Set(label)].sort((one, other) => one - other).map((id) => ["label", id]);
  const all = [["q", words], ["service", service], ...labels, ["fresh", fresh], ["kind", kind], ["period", period], ["mine", mine && "1"], ["unread", unread && "1"]];
  return new URLSearchParams(all.filter(([, value]) => value)).toString();
}

// The board’s address as it is looked at: by whom, and through which filters.
export function boardAddress(asked = filters) {
  const query = [lookingAs && `as=${encodeURIComponent(lookingAs)}`, queryOf(asked)].filter(Boolean).join("&");
  return `/boards/${board.slug}${query && `?${query}`}`;
}

// Whether a card fits all of them. One that lies open stays in sight while it is read.
export function fits(card) {
  const { dataset: facts } = card;
  const { dataset: home } = card.closest(".column");
  return (
    (!filters.service || home.serviceId === filters.service) &&
    filters.label.every((id) => (facts.labels ?? "").split(" ").includes(id)) &&
    (!filters.kind || home.columnKind === filters.kind) &&
    (!filters.fresh || howItHolds(card) === filters.fresh) &&
    (!filters.period || facts.news >= addDays(today(), -PERIODS[filters.period])) &&
    (!filters.mine || Number(facts.authorId) === me.id) &&
    (!filters.unread || isUnread(cardId(card), facts) || card.matches(".open")) &&
    wordsOf(filters.q).every((word) => plain(card.textContent).includes(word))
  );
}

// {id: {name, hue, count}} of the labels that cards on the page have, by name.
export function labelsInUse() {
  const found = new Map();
  for (const { dataset, textContent } of document.querySelectorAll("#board .card [data-label]")) {
    const label = found.get(dataset.label) ?? { name: textContent.trim(), hue: dataset.hue, count: 0 };
    found.set(dataset.label, { ...label, count: label.count + 1 });
  }
  return new Map([...found].sort(([, one], [, other]) => one.name.localeCompare(other.name)));
}

export const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("œ", "oe").replaceAll("æ", "ae").replaceAll("’", "'");

const wordsOf = (text) => plain(text).split(/\s+/).filter(Boolean);

function howItHolds(card) {
  const lastDay = card.querySelector('time[data-words="until"]')?.dateTime;
  if (!lastDay) return isStale(card) ? "stale" : "current";
  const left = daysUntil(lastDay);
  return left < 0 ? "expired" : left <= ENDS_SOON ? "expiring" : "current";
}
