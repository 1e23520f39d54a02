import { Controller } from "@hotwired/stimulus";
import { announce, toast } from "../live/announce.js";
import { cardId } from "../live/cards.js";
import { isUnread, known, readAll, readCard, readColumn, takeBack } from "../live/unread.js";
import { t, tn } from "../live/words.js";

// « Nouveautés »: all of it, or one card after the other. What is marked stays in its place, so that it can be taken back.
export default class extends Controller {
  static targets = ["item", "section", "state", "done", "all", "article", "list", "previous", "next", "open", "read"];
  static values = { seq: Number, more: Number };
  #before = new Map(); // card → up to which seq it was read before it was marked here

  connect() {
    document.addEventListener("board:seen", this.#show);
    this.#show();
    if (this.hasArticleTarget) this.articleTarget.focus({ preventScroll: true });
  }

  disconnect() {
    document.removeEventListener("board:seen", this.#show);
  }

  key(event) {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.target.closest("input, textarea, select")) return;
    const act = (this.hasArticleTarget ? this.#onCard : this.#onList)[event.key];
    if (!act || (event.key === "Enter" && event.target.closest("a, button"))) return;
    event.preventDefault();
    act();
  }

  async toggle(event) {
    event.preventDefault();
    const item = event.target.closest("li");
    if ("read" in item.dataset) await this.#try(() => this.#setBack(item), t("De nouveau non lue."));
    else await this.#try(() => this.#read(item), t("Marquée comme lue."));
  }

  readAll(event) {
    this.#mark(event, () => readAll(this.seqValue), t("Tout est marqué comme lu."));
  }

  readColumn(event) {
    const section = event.target.closest("section");
    const { column } = Object.fromEntries(new FormData(event.target));
    const unread = [...section.querySelectorAll("li:not([data-read])")];
    const title = section.querySelector("h2 bdi").textContent;
    this.#mark(event, () => readColumn(column, this.seqValue, unread), t("Tout est marqué comme lu dans {title}.", { title: `\u2068${title}\u2069` }));
  }

  #onList = {
    j: () => this.#go(1),
    ArrowDown: () => this.#go(1),
    k: () => this.#go(-1),
    ArrowUp: () => this.#go(-1),
    m: () => this.#readHere(),
  };

  #onCard = {
    j: () => this.hasNextTarget && this.nextTarget.click(),
    ArrowRight: () => this.hasNextTarget && this.nextTarget.click(),
    k: () => this.hasPreviousTarget && this.previousTarget.click(),
    ArrowLeft: () => this.hasPreviousTarget && this.previousTarget.click(),
    m: () => this.readTarget.requestSubmit(),
    Enter: () => this.openTarget.click(),
    Escape: () => this.listTarget.click(),
  };

  get #here() {
    return this.itemTargets.indexOf(document.activeElement.closest("li"));
  }

  #go(step) {
    const items = this.itemTargets;
    const goal = this.#here < 0 ? 0 : Math.min(Math.max(this.#here + step, 0), items.length - 1);
    const item = items[goal];
    item?.querySelector("h3 a").focus({ preventScroll: true });
    item?.scrollIntoView({ block: "nearest" });
  }

  async #readHere() {
    const item = this.itemTargets[this.#here];
    if (!item) return this.#go(1);
    this.#go(1);
    if (!("read" in item.dataset) && item.querySelector("form")) await this.#try(() => this.#read(item));
  }

  #read(item) {
    const { to, cards } = known();
    const card = cardId(item);
    this.#before.set(card, cards[card] ?? to);
    return readCard(card, Number(item.dataset.signalled));
  }

  // As it was before, so that the page tells the same difference again; 0 would say that it was set back for its own sake.
  #setBack(item) {
    const { to, cards } = known();
    const card = cardId(item);
    return takeBack({ to, cards: { ...cards, [card]: Math.max(1, this.#before.get(card) ?? item.dataset.signalled - 1) } });
  }

  async #mark(event, act, words) {
    event.preventDefault();
    const before = known();
    if (await this.#try(act)) toast(words, { words: t("Annuler"), run: () => this.#try(() => takeBack(before)) });
  }

  async #try(act, words) {
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
    const waiting = this.itemTargets.filter((item) => item.querySelector("form"));
    for (const item of waiting) this.#showItem(item, !isUnread(cardId(item), item.dataset));
    for (const section of this.sectionTargets) section.querySelector("header form").hidden = !section.querySelector("li:not([data-read])");
    const left = waiting.filter((item) => !("read" in item.dataset)).length;
    if (!left && this.moreValue && known().to < this.seqValue) return location.reload(); // it brings the ones that are older
    this.stateTarget.hidden = !left;
    if (left < waiting.length) this.stateTarget.textContent = tn("{count} info reste à lire.", "{count} infos restent à lire.", left + this.moreValue);
    this.doneTarget.hidden = Boolean(left);
    for (const all of this.allTargets) all.hidden = !left;
  };

  #showItem(item, isRead) {
    item.toggleAttribute("data-read", isRead);
    item.querySelector("form button").ariaPressed = isRead;
  }
}
