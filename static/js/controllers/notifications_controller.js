import { Controller } from "@hotwired/stimulus";
import { cardId, findCard, titleOf } from "../board/card_dom.js";
import { t, tn } from "../lib/i18n.js";
import { me, previewedAs } from "../lib/page_context.js";
import { announce, quote, toast } from "../lib/toast.js";

const ANNOUNCED = ["status_set", "answer_published", "replied", "suggestion_set"];

// Tell the author of a suggestion about each step while the board is open, and count the notifications on the bell.
export default class extends Controller {
  static targets = ["count", "words"];
  #statuses = new Map(); // own suggestions, card → status: undoing a change may set an earlier status

  connect() {
    document.addEventListener("board:change", this.#onChange);
    document.addEventListener("notices:count", this.#onCount);
    this.#saveStatuses();
  }

  disconnect() {
    document.removeEventListener("board:change", this.#onChange);
    document.removeEventListener("notices:count", this.#onCount);
  }

  #onChange = ({ detail: change }) => {
    if (change.whole) {
      this.#saveStatuses();
      return this.#show(Number(document.body.dataset.unread));
    }
    const card = Object.keys(change.cards).map(findCard).find(isOwnSuggestion);
    const formerStatus = card && this.#statuses.get(cardId(card));
    this.#saveStatuses();
    if (!card || change.actor?.id === me.id || previewedAs) return;
    const isStatusUndone = change.type === "change_undone" && formerStatus !== card.dataset.status;
    if (ANNOUNCED.includes(change.type)) this.#announce(card, change.type);
    else if (isStatusUndone) this.#announce(card, "status_set");
  };

  #onCount = ({ detail: count }) => this.#show(count);

  #saveStatuses() {
    const own = `.card[data-suggestion][data-author-id="${me.id}"]`;
    for (const card of document.querySelectorAll(own)) this.#statuses.set(cardId(card), card.dataset.status);
  }

  #announce(card, type) {
    const named = { title: quote(titleOf(card)) };
    const isRequest = card.dataset.suggestion === "request";
    const what = isRequest ? t("Votre demande {title}", named) : t("Votre suggestion {title}", named);
    const words = t("{what} : {step}", { what, step: stepWords(card, type) });
    const open = () => document.dispatchEvent(new CustomEvent("card:open", { detail: cardId(card) }));
    toast(words, { words: t("Ouvrir"), run: open });
    announce(words);
    this.#show(Number(document.body.dataset.unread) + 1);
  }

  #show(count) {
    document.body.dataset.unread = count;
    this.countTarget.hidden = !count;
    this.countTarget.textContent = count;
    this.wordsTarget.textContent = count
      ? tn("Notifications : {count} non lue", "Notifications : {count} non lues", count)
      : t("Notifications");
  }
}

function isOwnSuggestion(card) {
  return card?.dataset.suggestion && Number(card.dataset.authorId) === me.id;
}

function stepWords(card, type) {
  if (type === "answer_published") return t("réponse publiée");
  if (type === "replied") return t("nouvelle réponse");
  if (type === "suggestion_set") return t("nature ou service modifiés");
  return card.querySelector(".status").textContent.trim().toLowerCase();
}
