import { Controller } from "@hotwired/stimulus";
import { allCards, cardId, columns, findCard, menuColumn, titleOf } from "../board/card_dom.js";
import {
  applyReadMarkers,
  copyProgress,
  isUnread,
  markAllRead,
  markColumnRead,
  restoreProgress,
  setProgress,
} from "../board/unread.js";
import { t, tn } from "../lib/i18n.js";
import { quote, toast } from "../lib/toast.js";
import { connection } from "../live/client.js";

const COUNT_MAX = 99;

// Show what is unread: marks on cards, and counts on columns, the list of columns, the window's title and
// « Nouveautés ».
export default class extends Controller {
  static targets = ["count", "words", "all"];
  #total = 0;

  connect() {
    this.#markAll();
    document.addEventListener("board:change", this.#onChange);
    document.addEventListener("board:seen", this.#markAll);
    connection.addEventListener("seen", ({ detail }) => applyReadMarkers(detail));
    connection.addEventListener("joined", ({ detail }) => setProgress(detail.seen));
    connection.addEventListener("refetched", ({ detail: page }) => {
      setProgress(JSON.parse(page.body.dataset.seen || "null"));
    });
    this.titleObserver = new MutationObserver(() => this.#updateTitle());
    this.titleObserver.observe(document.querySelector("title"), { childList: true });
  }

  disconnect() {
    document.removeEventListener("board:change", this.#onChange);
    document.removeEventListener("board:seen", this.#markAll);
    this.titleObserver.disconnect();
  }

  readAll() {
    this.#save(() => markAllRead(shownSeq()), t("Tout est marqué comme lu."));
  }

  readColumn() {
    const column = menuColumn();
    const cards = [...column.querySelectorAll(".card.unread")];
    const words = t("Tout est marqué comme lu dans {title}.", { title: quote(titleOf(column)) });
    this.#save(() => markColumnRead(column.dataset.columnId, shownSeq(), cards), words);
    column.querySelector(".column-menu-button").focus();
  }

  async #save(mark, words) {
    const former = copyProgress();
    const undo = () => restoreProgress(former).catch((problem) => toast(problem.detail));
    try {
      await mark();
      toast(words, { words: t("Annuler"), run: undo });
    } catch (problem) {
      toast(problem.detail);
    }
  }

  #onChange = ({ detail: change }) => {
    if (change.whole) return this.#markAll();
    Object.keys(change.cards).map(findCard).forEach(showMark);
    this.#showCounts();
  };

  #markAll = () => {
    allCards().forEach(showMark);
    this.#showCounts();
  };

  #showCounts() {
    const links = new Map([...document.querySelectorAll(".column-nav a")].map((link) => [link.dataset.column, link]));
    this.#total = 0;
    for (const column of columns()) {
      const count = column.querySelectorAll(".cards > .card.unread").length;
      this.#total += count;
      showColumnCount(column.querySelector(".unread-count"), count);
      showLinkCount(links.get(column.dataset.columnId), count);
    }
    if (!this.hasCountTarget) return; // previews have no counts of one's own
    this.countTarget.hidden = !this.#total;
    this.countTarget.textContent = shorten(this.#total);
    this.wordsTarget.textContent = this.#total ? countWords(this.#total) : "";
    this.allTarget.hidden = !this.#total;
    this.#updateTitle();
  }

  #updateTitle() {
    const bare = document.title.replace(/^\(\d+\+?\) /, "");
    const title = this.#total ? `(${shorten(this.#total)}) ${bare}` : bare;
    if (document.title !== title) document.title = title;
  }
}

// The page shows all news up to this seq.
const shownSeq = () => Number(document.body.dataset.seq);

const shorten = (count) => (count > COUNT_MAX ? `${COUNT_MAX}+` : String(count));
const countWords = (count) => tn("{count} non lue", "{count} non lues", count);

function showMark(card) {
  if (!card) return;
  const unread = isUnread(cardId(card), card.dataset);
  const mark = card.querySelector(":scope > .unread-mark");
  card.classList.toggle("unread", unread);
  if (!unread) mark?.remove();
  else if (!mark) card.prepend(createMark());
}

function createMark() {
  const mark = document.createElement("span");
  mark.className = "unread-mark";
  mark.setAttribute("role", "img");
  mark.ariaLabel = mark.title = t("Non lue");
  return mark;
}

function showColumnCount(element, count) {
  if (!element || (element.textContent === shorten(count) && element.hidden === !count)) return;
  element.hidden = !count;
  element.textContent = shorten(count);
  element.ariaLabel = element.title = countWords(count);
}

function showLinkCount(link, count) {
  if (!link || (link.dataset.unread ?? "") === (count ? shorten(count) : "")) return;
  if (count) {
    link.dataset.unread = shorten(count);
    link.ariaLabel = `${link.textContent}, ${countWords(count)}`;
  } else {
    delete link.dataset.unread;
    link.removeAttribute("aria-label");
  }
}
