import { Controller } from "@hotwired/stimulus";
import { quote, toast } from "../live/announce.js";
import { cardId } from "../live/cards.js";
import { columns, titleOf } from "../live/places.js";
import { isUnread, known, readAll, readColumn, takeBack } from "../live/unread.js";
import { t, tn } from "../live/words.js";

const SHOWN_AT_MOST = 99;

// What is new, in marks on cards and in numbers: on columns, the rail, the window’s title and « Nouveautés ».
export default class extends Controller {
  static targets = ["count", "words", "all"];
  #total = 0;

  connect() {
    this.#markAll();
    document.addEventListener("board:change", this.#changed);
    document.addEventListener("board:seen", this.#markAll);
    this.title = new MutationObserver(() => this.#entitle());
    this.title.observe(document.querySelector("title"), { childList: true });
  }

  disconnect() {
    document.removeEventListener("board:change", this.#changed);
    document.removeEventListener("board:seen", this.#markAll);
    this.title.disconnect();
  }

  readAll() {
    this.#mark(() => readAll(this.#seq), t("Tout est marqué comme lu."));
  }

  readColumn() {
    const column = document.getElementById(document.getElementById("column-menu").dataset.column);
    const cards = [...column.querySelectorAll(".card.unread")];
    this.#mark(() => readColumn(column.dataset.columnId, this.#seq, cards), t("Tout est marqué comme lu dans {title}.", { title: quote(titleOf(column)) }));
    column.querySelector(".column-menu-button").focus();
  }

  async #mark(act, words) {
    const before = known();
    try {
      await act();
      toast(words, { words: t("Annuler"), run: () => takeBack(before).catch((problem) => toast(problem.detail)) });
    } catch (problem) {
      toast(problem.detail);
    }
  }

  // Up to here the page has shown what is new.
  get #seq() {
    return Number(document.body.dataset.seq);
  }

  #changed = ({ detail: change }) => {
    if (change.whole) return this.#markAll();
    for (const id of Object.keys(change.cards)) show(document.getElementById(`card-${id}`));
    this.#count();
  };

  #markAll = () => {
    document.querySelectorAll("#board .card:not(.pending)").forEach(show);
    this.#count();
  };

  #count() {
    const links = new Map([...document.querySelectorAll(".column-nav a")].map((link) => [link.dataset.column, link]));
    this.#total = 0;
    for (const column of columns()) {
      const count = column.querySelectorAll(".cards > .card.unread").length;
      this.#total += count;
      number(column.querySelector(".unread-count"), count);
      onRail(links.get(column.dataset.columnId), count);
    }
    if (!this.hasCountTarget) return; // in somebody else’s place
    this.countTarget.hidden = !this.#total;
    this.countTarget.textContent = shortened(this.#total);
    this.wordsTarget.textContent = this.#total ? inWords(this.#total) : "";
    this.allTarget.hidden = !this.#total;
    this.#entitle();
  }

  #entitle() {
    const bare = document.title.replace(/^\(\d+\+?\) /, "");
    const title = this.#total ? `(${shortened(this.#total)}) ${bare}` : bare;
    if (document.title !== title) document.title = title;
  }
}

const shortened = (count) => (count > SHOWN_AT_MOST ? `${SHOWN_AT_MOST}+` : String(count));
const inWords = (count) => tn("{count} non lue", "{count} non lues", count);

function show(card) {
  if (!card) return;
  const unread = isUnread(cardId(card), card.dataset);
  const sign = card.querySelector(":scope > .unread-mark");
  card.classList.toggle("unread", unread);
  if (unread && !sign) card.prepend(newSign());
  else if (!unread) sign?.remove();
}

function newSign() {
  const sign = document.createElement("span");
  sign.className = "unread-mark";
  sign.setAttribute("role", "img");
  sign.ariaLabel = sign.title = t("Non lue");
  return sign;
}

function number(place, count) {
  if (!place || (place.textContent === shortened(count) && place.hidden === !count)) return;
  place.hidden = !count;
  place.textContent = shortened(count);
  place.ariaLabel = place.title = inWords(count);
}

function onRail(link, count) {
  if (!link || (link.dataset.unread ?? "") === (count ? shortened(count) : "")) return;
  if (!count) {
    delete link.dataset.unread;
    link.removeAttribute("aria-label");
  } else {
    link.dataset.unread = shortened(count);
    link.ariaLabel = `${link.textContent}, ${inWords(count)}`;
  }
}
