import { Controller } from "@hotwired/stimulus";
import { cardId } from "../board/card_dom.js";
import { copyProgress, isUnread, markAllRead, markCardRead, markColumnRead, restoreProgress } from "../board/unread.js";
import { t, tn } from "../lib/i18n.js";
import { announce, toast } from "../lib/toast.js";

const TYPING = "input, textarea, select";

// « Nouveautés »: the list of what is new, or one card after the other. A card marked as read stays in its place, so
// that it can be set back.
export default class extends Controller {
  static targets = ["item", "section", "state", "done", "all", "article", "list", "previous", "next", "open", "read"];
  static values = { seq: Number, more: Number };
  #formerSeqs = new Map(); // card → the seq up to which it was read before it was marked here

  connect() {
    document.addEventListener("board:seen", this.#show);
    this.#show();
    if (this.hasArticleTarget) this.articleTarget.focus({ preventScroll: true });
  }

  disconnect() {
    document.removeEventListener("board:seen", this.#show);
  }

  key(event) {
    const { target, key, altKey, ctrlKey, metaKey } = event;
    if (event.defaultPrevented || altKey || ctrlKey || metaKey || target.closest(TYPING)) return;
    const act = (this.hasArticleTarget ? this.#cardKeys : this.#listKeys)[key];
    if (!act || (key === "Enter" && target.closest("a, button"))) return;
    event.preventDefault();
    act();
  }

  async toggle(event) {
    event.preventDefault();
    const item = event.target.closest("li");
    if (isRead(item)) await this.#attempt(() => this.#setBack(item), t("De nouveau non lue."));
    else await this.#attempt(() => this.#markRead(item), t("Marquée comme lue."));
  }

  readAll(event) {
    this.#markMany(event, () => markAllRead(this.seqValue), t("Tout est marqué comme lu."));
  }

  readColumn(event) {
    const section = event.target.closest("section");
    const column = new FormData(event.target).get("column");
    const unread = [...section.querySelectorAll("li:not([data-read])")];
    const title = section.querySelector("h2 bdi").textContent;
    const words = t("Tout est marqué comme lu dans {title}.", { title: `\u2068${title}\u2069` });
    this.#markMany(event, () => markColumnRead(column, this.seqValue, unread), words);
  }

  #listKeys = {
    j: () => this.#moveFocus(1),
    ArrowDown: () => this.#moveFocus(1),
    k: () => this.#moveFocus(-1),
    ArrowUp: () => this.#moveFocus(-1),
    m: () => this.#markFocused(),
  };

  #cardKeys = {
    j: () => this.hasNextTarget && this.nextTarget.click(),
    ArrowRight: () => this.hasNextTarget && this.nextTarget.click(),
    k: () => this.hasPreviousTarget && this.previousTarget.click(),
    ArrowLeft: () => this.hasPreviousTarget && this.previousTarget.click(),
    m: () => this.readTarget.requestSubmit(),
    Enter: () => this.openTarget.click(),
    Escape: () => this.listTarget.click(),
  };

  get #focusedIndex() {
    return this.itemTargets.indexOf(document.activeElement.closest("li"));
  }

  #moveFocus(step) {
    const items = this.itemTargets;
    const index = this.#focusedIndex;
    const item = items[index < 0 ? 0 : Math.min(Math.max(index + step, 0), items.length - 1)];
    item?.querySelector("h3 a").focus({ preventScroll: true });
    item?.scrollIntoView({ block: "nearest" });
  }

  async #markFocused() {
    const item = this.itemTargets[this.#focusedIndex];
    this.#moveFocus(1);
    if (item && !isRead(item) && item.querySelector("form")) await this.#attempt(() => this.#markRead(item));
  }

  #markRead(item) {
    const { to, cards } = copyProgress();
    const card = cardId(item);
    this.#formerSeqs.set(card, cards[card] ?? to);
    return markCardRead(card, Number(item.dataset.signalled));
  }

  // Restore the former marker, so that the page shows the same differences again; 0 would mean that somebody set the
  // card back to unread without having read it here.
  #setBack(item) {
    const { to, cards } = copyProgress();
    const card = cardId(item);
    const seq = Math.max(1, this.#formerSeqs.get(card) ?? item.dataset.signalled - 1);
    return restoreProgress({ to, cards: { ...cards, [card]: seq } });
  }

  async #markMany(event, mark, words) {
    event.preventDefault();
    const former = copyProgress();
    if (!(await this.#attempt(mark))) return;
    const undo = () => this.#attempt(() => restoreProgress(former));
    toast(words, { words: t("Annuler"), run: undo });
  }

  // Resolves to true when done; a refusal is shown as a toast.
  async #attempt(act, words) {
    try {
      await act();
      if (words) announce(words);
      return true;
    } catch (problem) {
      toast(problem.detail);
    }
  }

  #show = () => {
    if (!this.hasStateTarget) return;
    const news = this.itemTargets.filter((item) => item.querySelector("form"));
    for (const item of news) showRead(item, !isUnread(cardId(item), item.dataset));
    for (const section of this.sectionTargets) {
      section.querySelector("header form").hidden = !section.querySelector("li:not([data-read])");
    }
    const left = news.filter((item) => !isRead(item)).length;
    // The list is read to its end: the page brings the older news that did not fit.
    if (!left && this.moreValue && copyProgress().to < this.seqValue) return location.reload();
    this.stateTarget.hidden = !left;
    if (left < news.length) {
      const count = left + this.moreValue;
      this.stateTarget.textContent = tn("{count} info reste à lire.", "{count} infos restent à lire.", count);
    }
    this.doneTarget.hidden = Boolean(left);
    for (const all of this.allTargets) all.hidden = !left;
  };
}

const isRead = (item) => "read" in item.dataset;

function showRead(item, read) {
  item.toggleAttribute("data-read", read);
  item.querySelector("form button").ariaPressed = read;
}
