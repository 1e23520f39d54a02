// Unread cards: news by others, later than what this person has read. boards/unread.py holds the same rule.
import { requestJson } from "../lib/http.js";
import { t } from "../lib/i18n.js";
import { board, me } from "../lib/page_context.js";
import { cardId } from "./card_dom.js";

// {to, cards: {card: seq}}: everything up to seq `to` is read; the listed cards have a marker of their own, 0 when set
// back to unread. Null in a preview.
let progress = JSON.parse(document.body.dataset.seen || "null");
let lastSave = Promise.resolve(); // saves are sent one after the other, so that the last one wins

// Sync with this person's other tabs of this browser; the server tells other machines.
const tabs = new BroadcastChannel(`flash-news:seen:${me?.id}`);
tabs.addEventListener("message", ({ data }) => applyReadMarkers(data));

// card: its id; then its dataset.
export function isUnread(card, { signalled = 0, signalledBy }) {
  if (!progress) return false;
  const readSeq = progress.cards[card];
  if (readSeq === 0) return true;
  return Number(signalled) > (readSeq ?? progress.to) && Number(signalledBy) !== me.id;
}

// Replace the progress by what the page or the server says.
export function setProgress(fresh) {
  if (!fresh || !progress || JSON.stringify(fresh) === JSON.stringify(progress)) return;
  progress = fresh;
  document.dispatchEvent(new CustomEvent("board:seen"));
}

// Apply read markers set in another tab or on another machine. A card's marker is null when it has none any more.
export function applyReadMarkers({ board: boardId, to = progress?.to, cards }) {
  if (!progress || boardId !== board.id) return;
  const stillValid = Object.entries(progress.cards).filter(([, seq]) => to <= progress.to || seq > to);
  const all = Object.entries({ ...Object.fromEntries(stillValid), ...cards });
  setProgress({ to, cards: Object.fromEntries(all.filter(([, seq]) => seq !== null)) });
}

// Return a copy of the progress, to restore it later.
export const copyProgress = () => structuredClone(progress);

// All of the following save and throw a Problem on failure.
export function markCardRead(card, seq) {
  return save("PUT", `/cards/${card}/seen`, { seq }, { cards: { [card]: seq || null } });
}

export function markCardUnread(card) {
  return save("DELETE", `/cards/${card}/seen`, undefined, { cards: { [card]: 0 } });
}

export function markAllRead(seq) {
  return save("PUT", `/boards/${board.slug}/seen`, { seq }, { to: seq, cards: {} });
}

// cards: the unread elements of the column.
export function markColumnRead(column, seq, cards) {
  const markers = cards.map((card) => [cardId(card), Number(card.dataset.signalled ?? 0) || null]);
  const path = `/boards/${board.slug}/columns/${column}/seen`;
  return save("PUT", path, { seq }, { cards: Object.fromEntries(markers) });
}

export function restoreProgress(former) {
  const cleared = Object.fromEntries(Object.keys(progress.cards).map((card) => [card, null]));
  const markers = { to: former.to, cards: { ...cleared, ...former.cards } };
  return save("PUT", `/boards/${board.slug}/progress`, markers, markers);
}

// Mark the card in the panel as read once it is visible. A failed save is ignored: opening it again saves again.
export function markOpenCardRead(article) {
  const { panelCard, signalled, signalledBy } = article.dataset;
  if (signalled === undefined || !isUnread(panelCard, { signalled, signalledBy })) return;
  const retry = () => article.isConnected && markOpenCardRead(article);
  if (document.hidden) document.addEventListener("visibilitychange", retry, { once: true });
  else markCardRead(panelCard, Number(signalled)).catch(() => {});
}

async function save(method, path, body, markers) {
  const failure = t("Cette lecture n’a pas pu être retenue. Réessayez quand la connexion sera revenue.");
  const saving = lastSave.then(() => requestJson(method, path, body, { keepalive: true, failure }));
  lastSave = saving.catch(() => {});
  await saving;
  const message = { board: board.id, ...markers };
  tabs.postMessage(message);
  applyReadMarkers(message);
}
