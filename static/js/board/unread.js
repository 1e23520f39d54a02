// What is unread to this person: news of others, later than they have read. The same rule stands in boards/unread.py.
import { cardId } from "./cards.js";
import { board, csrfToken, me, renewCsrfToken } from "./context.js";
import { Problem } from "./problem.js";
import { t } from "./words.js";

// {to, cards: {card: seq}}: news up to `to` are read, of these cards up to a seq of their own; 0: set back on purpose. Null in somebody else’s place.
let progress = JSON.parse(document.body.dataset.seen || "null");
let last = Promise.resolve(); // one thing after the other, so that answers come in their order

// This person’s other tabs here; other machines are told by the server.
const tabs = new BroadcastChannel(`flash-news:seen:${me?.id}`);
tabs.addEventListener("message", ({ data }) => hear(data));

// card: its id; then its dataset.
export function isUnread(card, { signalled = 0, signalledBy }) {
  if (!progress) return false;
  const seen = progress.cards[card];
  return seen === 0 || (Number(signalled) > (seen ?? progress.to) && Number(signalledBy) !== me.id);
}

// The whole of it, as the page or the server says it.
export function takeProgress(fresh) {
  if (!fresh || !progress || JSON.stringify(fresh) === JSON.stringify(progress)) return;
  progress = fresh;
  document.dispatchEvent(new CustomEvent("board:seen"));
}

// What this person marked somewhere. Null: no seq of its own any more.
export function hear({ board: where, to = progress?.to, cards }) {
  if (!progress || where !== board.id) return;
  const kept = Object.entries(progress.cards).filter(([, seq]) => to <= progress.to || seq > to);
  const all = { ...Object.fromEntries(kept), ...cards };
  takeProgress({ to, cards: Object.fromEntries(Object.entries(all).filter(([, seq]) => seq !== null)) });
}

// How it stands, to be taken back to.
export const known = () => structuredClone(progress);

export const readCard = (card, seq) => keep(`/cards/${card}/seen`, "PUT", { seq }, { cards: { [card]: seq || null } });

export const setUnread = (card) => keep(`/cards/${card}/seen`, "DELETE", null, { cards: { [card]: 0 } });

export const readAll = (seq) => keep(`/boards/${board.slug}/seen`, "PUT", { seq }, { to: seq, cards: {} });

// cards: those of the column that are unread.
export function readColumn(id, seq, cards) {
  const read = cards.map((card) => [cardId(card), Number(card.dataset.signalled ?? 0) || null]);
  return keep(`/boards/${board.slug}/columns/${id}/seen`, "PUT", { seq }, { cards: Object.fromEntries(read) });
}

export function takeBack(before) {
  const forgotten = Object.fromEntries(Object.keys(progress.cards).map((card) => [card, null]));
  const told = { to: before.to, cards: { ...forgotten, ...before.cards } };
  return keep(`/boards/${board.slug}/progress`, "PUT", told, told);
}

// The card lies open before them. One that changes in a tab that nobody looks at is read once they look.
export function opened(article) {
  const { panelCard, signalled, signalledBy } = article.dataset;
  if (signalled === undefined || !isUnread(panelCard, { signalled, signalledBy })) return;
  if (document.hidden) document.addEventListener("visibilitychange", () => article.isConnected && opened(article), { once: true });
  else readCard(panelCard, Number(signalled)).catch(() => {}); // it stays unread, and the next look says it again
}

function keep(path, method, body, told) {
  const turn = last.then(() => send(path, method, body));
  last = turn.catch(() => {});
  return turn.then(() => {
    tabs.postMessage({ board: board.id, ...told });
    hear({ board: board.id, ...told });
  });
}

// Throws a Problem.
export async function send(path, method, body, again = true) {
  const response = await fetch(path, {
    method,
    keepalive: true, // it leaves even when the page is left at once
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken() },
    body: body && JSON.stringify(body),
  }).catch(() => null);
  if (response?.ok) return;
  const problem = (await response?.json().catch(() => null)) ?? { detail: t("Cette lecture n’a pas pu être retenue. Réessayez quand la connexion sera revenue.") };
  if (problem.code === "csrf" && again && (await renewCsrfToken())) return send(path, method, body, false);
  throw new Problem(problem);
}
