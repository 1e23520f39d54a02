// « J’ai lu »: the rules and other cards to read that this person confirmed. A card's fragment is the same for every
// viewer, so the marks are added here.
import { requestJson } from "../lib/http.js";
import { t, tn } from "../lib/i18n.js";
import { me } from "../lib/page_context.js";
import { cardId } from "./card_dom.js";

// Sync with this person's other tabs of this browser; other machines are synced when they join.
const tabs = new BroadcastChannel(`flash-news:reads:${me?.id}`);
tabs.addEventListener("message", ({ data }) => remember(data.card, data.version));

export function showReceipts() {
  const receipts = readReceipts();
  const isRead = (card) => receipts[cardId(card)] === Number(card.dataset.version);
  for (const column of document.querySelectorAll('.column[data-column-kind="guide"]')) {
    const cards = [...column.querySelectorAll(".cards > .card:not(.pending)")];
    for (const card of cards) showReadMark(card, isRead(card));
    showProgress(column.querySelector(".read-progress"), cards.filter(isRead).length, cards.length);
  }
  for (const chip of document.querySelectorAll('.column:not([data-column-kind="guide"]) .reading-requested')) {
    showRequestedReading(chip, isRead(chip.closest(".card")));
  }
}

// receipts: {card id: version read}, as the server sends them.
export function setReceipts(receipts = readReceipts()) {
  const text = JSON.stringify(receipts);
  if (text === JSON.stringify(readReceipts())) return;
  document.body.dataset.reads = text;
  showReceipts();
  document.dispatchEvent(new CustomEvent("board:reads"));
}

// version: the one that was read; null to take the receipt back. Throws a Problem, for example when the card changed.
export async function saveReceipt(card, version) {
  const failure = t("Cette lecture n’a pas pu être retenue. Réessayez quand la connexion sera revenue.");
  await requestJson("PUT", `/cards/${card}/read`, { version }, { failure });
  tabs.postMessage({ card, version });
  remember(card, version);
}

// The root element holds the receipts, so a refetched page brings fresh ones.
const readReceipts = () => JSON.parse(document.body.dataset.reads || "{}");

function remember(card, version) {
  const receipts = { ...readReceipts(), [card]: version };
  if (version === null) delete receipts[card];
  setReceipts(receipts);
}

function showReadMark(card, isRead) {
  const words = isRead ? t("Lue") : t("À lire");
  const mark = card.querySelector(":scope > .read-mark") ?? addReadMark(card);
  if (mark.ariaLabel === words) return;
  mark.ariaLabel = mark.title = words;
  mark.toggleAttribute("data-read", isRead);
}

function addReadMark(card) {
  const mark = document.createElement("span");
  mark.className = "read-mark";
  mark.setAttribute("role", "img");
  card.prepend(mark);
  return mark;
}

function showRequestedReading(chip, isRead) {
  const words = isRead ? t("Lue") : t("Lecture demandée");
  if (chip.lastElementChild.textContent !== words) chip.lastElementChild.textContent = words;
  chip.toggleAttribute("data-read", isRead);
}

function showProgress(element, read, all) {
  if (!element) return;
  const isComplete = all > 0 && read === all;
  const words = progressWords(read, all);
  if (element.textContent !== words) element.textContent = words;
  element.toggleAttribute("data-all", isComplete);
}

function progressWords(read, all) {
  if (!all) return "";
  if (read === all) return t("Tout est lu");
  return tn("{count} lue sur {all}", "{count} lues sur {all}", read, { all });
}
