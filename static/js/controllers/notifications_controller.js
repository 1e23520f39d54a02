import { Controller } from "@hotwired/stimulus";
import { announce, quote, toast } from "../live/announce.js";
import { cardId } from "../live/cards.js";
import { lookingAs, me } from "../live/context.js";
import { titleOf } from "../live/places.js";
import { t, tn } from "../live/words.js";

const TOLD = ["status_set", "answer_published", "replied", "suggestion_set"];

// The author of a suggestion is told of each step while the board is open, and finds the others behind the bell.
export default class extends Controller {
  static targets = ["count", "words"];
  #statuses = new Map(); // of one’s own suggestions, card → status: taking a change back may take a step back

  connect() {
    document.addEventListener("board:change", this.#changed);
    document.addEventListener("notices:count", this.#counted);
    this.#remember();
  }

  disconnect() {
    document.removeEventListener("board:change", this.#changed);
    document.removeEventListener("notices:count", this.#counted);
  }

  #changed = ({ detail: change }) => {
    if (change.whole) {
      this.#remember();
      return this.#show(Number(document.body.dataset.unread));
    }
    const mine = Object.keys(change.cards).map((id) => document.getElementById(`card-${id}`)).find(isOwnSuggestion);
    const before = mine && this.#statuses.get(mine.id);
    this.#remember();
    if (!mine || change.actor?.id === me.id || lookingAs) return;
    if (TOLD.includes(change.type)) this.#tell(mine, change.type);
    else if (change.type === "change_undone" && before !== mine.dataset.status) this.#tell(mine, "status_set");
  };

  #remember() {
    for (const card of document.querySelectorAll(`.card[data-suggestion][data-author-id="${me.id}"]`)) this.#statuses.set(card.id, card.dataset.status);
  }

  #counted = ({ detail }) => this.#show(detail);

  #tell(card, type) {
    const what = card.dataset.suggestion === "request" ? t("Votre demande {title}", { title: quote(titleOf(card)) }) : t("Votre suggestion {title}", { title: quote(titleOf(card)) });
    const news = t("{what} : {step}", { what, step: stepIn(card, type) });
    toast(news, { words: t("Ouvrir"), run: () => document.dispatchEvent(new CustomEvent("card:open", { detail: cardId(card) })) });
    announce(news);
    this.#show(Number(document.body.dataset.unread) + 1);
  }

  #show(count) {
    document.body.dataset.unread = count;
    this.countTarget.hidden = !count;
    this.countTarget.textContent = count;
    this.wordsTarget.textContent = count ? tn("Notifications : {count} non lue", "Notifications : {count} non lues", count) : t("Notifications");
  }
}

function isOwnSuggestion(card) {
  return card?.dataset.suggestion && Number(card.dataset.authorId) === me.id;
}

function stepIn(card, type) {
  if (type === "answer_published") return t("réponse publiée");
  if (type === "replied") return t("nouvelle réponse");
  if (type === "suggestion_set") return t("nature ou service modifiés");
  return card.querySelector(".status").textContent.trim().toLowerCase();
}
