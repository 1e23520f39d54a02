import { Controller } from "@hotwired/stimulus";
import { announce, quote, toast } from "../live/announce.js";
import { perform } from "../live/board.js";
import { cardId } from "../live/cards.js";
import { seen } from "../live/context.js";
import { showInPlace } from "../live/in_place.js";
import { boardAddress } from "../live/filters.js";
import { publishedIn } from "../live/merge.js";
import { bring, brought } from "../live/later.js";
import { noticed } from "../live/notices.js";
import { whyNot } from "../live/refusals.js";
import { mayPlace } from "../live/rights.js";
import { wordTimes } from "../live/times.js";
import { takeBack } from "../live/undo.js";
import { opened, setUnread } from "../live/unread.js";
import { boardTitle } from "../live/whole_board.js";
import { t } from "../live/words.js";

// The open card, beside the board and under its own address; Back closes it.
export default class extends Controller {
  static targets = ["panel", "editForm"];
  #page = ""; // of the card's address: its text, or its history
  #asked = 0; // how often the open card was read anew
  #shown = 0; // which of these readings is shown: an older one may come later

  connect() {
    addEventListener("popstate", this.#followAddress);
    document.addEventListener("board:change", this.#changed);
    document.addEventListener("board:reads", this.#readsChanged);
    document.addEventListener("card:write", ({ detail }) => this.#show(detail, { push: true, edit: true }));
    document.addEventListener("card:left", this.#left);
    document.addEventListener("card:labelled", ({ detail }) => this.#changed({ detail: { cards: { [detail]: true }, columns: {} } }));
    document.addEventListener("card:open", ({ detail }) => this.#show(detail, { push: true }));
    if (!this.#article) return;
    bring("writing").catch(() => {});
    this.#dress();
    if (location.hash === "#edit") this.edit();
    else if (document.activeElement === document.body) this.panelTarget.focus({ preventScroll: true }); // what this address is about
  }

  open(event) {
    const card = event.target.closest(".card:not(.pending)");
    if (event.target.closest(".column.folded")) return event.target.closest(".column").querySelector(".unfold").click();
    if (!card || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.#show(cardId(card), { push: true });
  }

  async setUnread() {
    const { id, title } = this.#open;
    try {
      await setUnread(id);
      this.close();
      toast(t("{title} est de nouveau non lue.", { title: quote(title) }));
    } catch (problem) {
      toast(problem.detail);
    }
  }

  // A link to another card of the board: what answers a request, the next rule to read.
  follow(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.#show(event.currentTarget.pathname.split("/").at(-1), { push: true });
  }

  close() {
    if (!this.#article) return;
    if (history.state?.panel) history.back();
    else {
      history.replaceState(null, "", boardAddress());
      this.#hide();
    }
  }

  async edit() {
    if (!this.#mayBeEdited || !(await brought("writing")) || !this.#mayBeEdited) return;
    const article = this.#article;
    const form = this.editFormTarget.content.firstElementChild.cloneNode(true);
    for (const [name, value] of Object.entries(article.dataset)) form.dataset[name] = value;
    form.dataset.published = JSON.stringify(publishedIn(article));
    this.panelTarget.replaceChildren(form);
  }

  get #mayBeEdited() {
    const article = this.#article;
    return article && !article.matches("form") && this.panelTarget.matches(".editable") && !("archived" in article.dataset) && !("history" in article.dataset);
  }

  async archive() {
    const { id, title } = this.#open;
    const waited = "scheduled" in this.#article.dataset; // restoring would publish it
    const answer = await this.#perform({ type: "archive_card", card: id });
    if (!answer) return;
    this.close();
    const run = () => (waited ? takeBack({ seq: answer.seq, first: answer.seq }) : this.#perform({ type: "restore_card", card: id }));
    toast(t("{title} archivée.", { title: quote(title) }), { words: t("Annuler"), run });
  }

  async restore() {
    const { id, title } = this.#open;
    const waited = "scheduled" in this.#article.dataset;
    if (!(await this.#perform({ type: "restore_card", card: id }))) return;
    announce(waited ? t("{title} publiée.", { title: quote(title) }) : t("{title} restaurée.", { title: quote(title) }));
    this.#show(id, { push: false });
  }

  // « Toujours valable ».
  async confirm(event) {
    event.preventDefault();
    const { id, title } = this.#open;
    const answer = await this.#perform({ type: "confirm_card", card: id });
    if (answer) toast(t("{title} : toujours valable.", { title: quote(title) }), { words: t("Annuler"), run: () => takeBack({ seq: answer.seq, first: answer.seq }) });
  }

  showHistory(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.#turnTo("/history");
  }

  showCard() {
    this.#turnTo("");
  }

  undo(event) {
    event.preventDefault();
    const { seq, first } = Object.fromEntries(new FormData(event.target));
    takeBack({ seq: Number(seq), first: Number(first ?? seq) });
  }

  async restoreText(event) {
    event.preventDefault();
    const { seq, version } = Object.fromEntries(new FormData(event.target));
    const answer = await this.#perform({ type: "restore_text", card: this.#open.id, seq: Number(seq), version: Number(version) });
    if (answer) toast(t("Le texte est repris."), { words: t("Annuler"), run: () => takeBack({ seq: answer.seq, first: answer.seq }) });
  }

  async #turnTo(page) {
    this.#page = page;
    await this.#refresh();
    this.panelTarget.focus({ preventScroll: true });
  }

  get #article() {
    return this.panelTarget.querySelector("[data-panel-card]");
  }

  get #open() {
    return { id: Number(this.#article.dataset.panelCard), title: this.panelTarget.querySelector("#panel-title")?.textContent ?? "" };
  }

  async #show(id, { push, edit = false }) {
    const known = document.getElementById(`card-${id}`);
    this.#page = "";
    if (push && location.pathname !== `/cards/${id}`) {
      history[history.state?.panel ? "replaceState" : "pushState"]({ panel: true }, "", seen(`/cards/${id}`));
    }
    if (String(this.#article?.dataset.panelCard) !== String(id)) this.#showSkeleton(known);
    let response;
    const writing = bring("writing").catch(() => {}); // tried again when something is asked of it
    try {
      [response] = await Promise.all([this.#fetch(id), writing]); // a form that is shown is at work
    } catch {
      return this.#fail(t("Cette info ne peut pas être ouverte sans connexion."));
    }
    if (location.pathname !== `/cards/${id}`) return; // closed, or another one opened, meanwhile
    if (!response.ok) return this.#fail(t("Cette info n’existe plus, ou vous n’y avez plus accès."));
    this.panelTarget.innerHTML = await response.text();
    this.#dress();
    if (edit) this.edit();
    else this.panelTarget.focus({ preventScroll: true });
  }

  #showSkeleton(known) {
    const title = known?.querySelector("h3").textContent ?? t("Ouverture…");
    const frame = document.createElement("article");
    frame.innerHTML = '<header><h2></h2></header><div class="body"><div class="skeleton"><i></i><i></i><i></i></div></div>';
    frame.querySelector("h2").textContent = title;
    this.panelTarget.replaceChildren(frame);
    this.panelTarget.hidden = false;
  }

  #fail(words) {
    this.panelTarget.replaceChildren();
    this.#hide();
    history.replaceState(null, "", boardAddress());
    toast(words);
  }

  #dress() {
    const article = this.#article;
    this.panelTarget.hidden = false;
    this.panelTarget.classList.toggle("editable", mayPlace(article.dataset.authorId, article));
    const note = article.querySelector("[data-why-not]");
    if (note) note.textContent = whyNot(article, note.dataset.whyNot);
    wordTimes(article);
    if ("unnoticed" in article.dataset) noticed(article.dataset.panelCard);
    opened(article);
    document.querySelector(".card.open")?.classList.remove("open");
    document.getElementById(`card-${article.dataset.panelCard}`)?.classList.add("open");
    document.title = `${this.#open.title} · ${boardTitle()}`;
  }

  #hide() {
    const id = this.#article?.dataset.panelCard;
    const hadFocus = this.panelTarget.contains(document.activeElement) || document.activeElement === document.body;
    this.panelTarget.hidden = true;
    this.panelTarget.replaceChildren();
    document.querySelector(".card.open")?.classList.remove("open");
    document.title = boardTitle();
    if (hadFocus) document.querySelector(`#card-${id} h3 a`)?.focus({ preventScroll: true });
  }

  #followAddress = () => {
    const id = location.pathname.match(/^\/cards\/(\d+)$/)?.[1];
    if (id) this.#show(id, { push: false });
    else this.#hide();
  };

  // Somebody changed the open card. While one is writing in it the form looks after itself.
  #changed = ({ detail: change }) => {
    const article = this.#article;
    if (!article || !(change.whole || article.dataset.panelCard in change.cards || article.dataset.columnId in change.columns)) return;
    if (article.matches("form")) this.#closeIfHidden(article.dataset.panelCard);
    else this.#refresh();
  };

  #readsChanged = () => {
    const article = this.#article;
    if (article?.querySelector(".mark-read-form") && !article.matches("form") && !("history" in article.dataset)) this.#refresh();
  };

  // A form looks after itself, unless its card may no longer be seen: what was typed stays in the drafts.
  async #closeIfHidden(id) {
    if (document.getElementById(`card-${id}`)) return;
    const response = await this.#fetch(id).catch(() => null);
    if (response?.status === 404 && this.#article?.dataset.panelCard === id) this.#fail(t("Vous n’avez plus accès à cette info. Ce que vous écriviez est conservé sur ce poste."));
  }

  #fetch(id) {
    return fetch(seen(`/cards/${id}${this.#page}`), { headers: { "X-Fragment": "panel", Accept: "text/html" } });
  }

  // The form was saved or given up: back to reading.
  #left = () => this.#refresh().then(() => this.panelTarget.focus({ preventScroll: true }));

  async #refresh() {
    const article = this.#article;
    const id = article?.dataset.panelCard;
    const reading = ++this.#asked;
    const response = await this.#fetch(id).catch(() => null);
    if (this.#article?.dataset.panelCard !== id || !response) return;
    if (!response.ok) return this.#fail(t("Cette info n’est plus accessible."));
    const scroll = this.panelTarget.querySelector(".body")?.scrollTop ?? 0;
    const focus = this.panelTarget.contains(document.activeElement);
    const pressed = document.activeElement.matches("[data-confirm]") ? "[data-confirm]" : document.activeElement.closest(".mark-read-form") && ".mark-read-form button";
    const html = await response.text();
    if (this.#article?.dataset.panelCard !== id || reading < this.#shown) return;
    this.#shown = reading;
    const inPlace = article.querySelector(".suggestion, .label-editor") && !this.#page;
    if (inPlace) showInPlace(this.panelTarget, html);
    else this.panelTarget.innerHTML = html;
    this.#dress();
    if (inPlace && focus && this.panelTarget.contains(document.activeElement)) return;
    this.panelTarget.querySelector(".body").scrollTop = scroll;
    if (focus) ((pressed && this.panelTarget.querySelector(pressed)) || this.panelTarget).focus({ preventScroll: true });
  }

  async #perform(command) {
    try {
      return await perform(command);
    } catch (problem) {
      toast(problem.detail);
    }
  }
}
