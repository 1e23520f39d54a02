import { Controller } from "@hotwired/stimulus";
import { archiveCard, confirmCard, restoreCard, restoreCardText } from "../board/card_commands.js";
import { cardId, findCard } from "../board/card_dom.js";
import { boardAddress } from "../board/filters.js";
import {
  articleIn,
  finishContent,
  highlightCard,
  refreshContent,
  showContent,
  showSkeleton,
} from "../board/panel_content.js";
import { undoChange } from "../board/undo.js";
import { markCardUnread } from "../board/unread.js";
import { readPublishedCard } from "../editing/published_card.js";
import { requestHtml } from "../lib/http.js";
import { t } from "../lib/i18n.js";
import { withPreview } from "../lib/page_context.js";
import { quote, toast } from "../lib/toast.js";
import { boardTitle } from "../live/board_status.js";

// The open card, beside the board and under its own address; Back closes it.
export default class extends Controller {
  static targets = ["panel", "editForm"];
  #page = ""; // "" for the card's text, "/history" for its history
  #refreshes = 0; // number of the latest refresh
  #shownRefresh = 0; // number of the one that is shown: an older one may be answered later

  connect() {
    addEventListener("popstate", this.#onPopState);
    document.addEventListener("board:change", ({ detail }) => this.#onChange(detail));
    document.addEventListener("board:reads", () => this.#onReceiptsChange());
    document.addEventListener("card:open", ({ detail }) => this.#show(detail, { push: true }));
    document.addEventListener("card:write", ({ detail }) => this.#show(detail, { push: true, edit: true }));
    document.addEventListener("card:left", () => this.#onEditEnd());
    document.addEventListener("card:labelled", ({ detail }) =>
      this.#onChange({ cards: { [detail]: true }, columns: {} }),
    );
    if (!this.#article) return;
    finishContent(this.panelTarget);
    this.#updateTitle();
    if (location.hash === "#edit") this.edit();
    else if (document.activeElement === document.body) this.#focusPanel();
  }

  open(event) {
    const foldedColumn = event.target.closest(".column.folded");
    if (foldedColumn) return foldedColumn.querySelector(".unfold").click();
    const card = event.target.closest(".card:not(.pending)");
    if (!card || hasModifier(event)) return;
    event.preventDefault();
    this.#show(cardId(card), { push: true });
  }

  // Open another card from a link in this one.
  follow(event) {
    if (hasModifier(event)) return;
    event.preventDefault();
    this.#show(event.currentTarget.pathname.split("/").at(-1), { push: true });
  }

  close() {
    if (!this.#article) return;
    if (history.state?.panel) return history.back();
    history.replaceState(null, "", boardAddress());
    this.#hide();
  }

  edit() {
    if (!this.#isEditable) return;
    const form = this.editFormTarget.content.firstElementChild.cloneNode(true);
    Object.assign(form.dataset, this.#article.dataset);
    form.dataset.published = JSON.stringify(readPublishedCard(this.#article));
    this.panelTarget.replaceChildren(form);
  }

  async archive() {
    if (await archiveCard(this.#card)) this.close();
  }

  async restore() {
    const card = this.#card;
    if (await restoreCard(card)) this.#show(card.id, { push: false });
  }

  confirm(event) {
    event.preventDefault();
    confirmCard(this.#card);
  }

  undo(event) {
    event.preventDefault();
    const { seq, first } = Object.fromEntries(new FormData(event.target));
    undoChange({ seq: Number(seq), first: Number(first ?? seq) });
  }

  restoreText(event) {
    event.preventDefault();
    const { seq, version } = Object.fromEntries(new FormData(event.target));
    restoreCardText(this.#card, { seq: Number(seq), version: Number(version) });
  }

  async setUnread() {
    const { id, title } = this.#card;
    try {
      await markCardUnread(id);
      this.close();
      toast(t("{title} est de nouveau non lue.", { title: quote(title) }));
    } catch (problem) {
      toast(problem.detail);
    }
  }

  showHistory(event) {
    if (hasModifier(event)) return;
    event.preventDefault();
    this.#showPage("/history");
  }

  showCard() {
    this.#showPage("");
  }

  async #showPage(page) {
    this.#page = page;
    await this.#refresh();
    this.#focusPanel();
  }

  get #article() {
    return articleIn(this.panelTarget);
  }

  get #card() {
    return {
      id: Number(this.#article.dataset.panelCard),
      title: this.panelTarget.querySelector("#panel-title")?.textContent ?? "",
      isScheduled: "scheduled" in this.#article.dataset,
    };
  }

  get #isEditable() {
    const article = this.#article;
    if (!article || article.matches("form") || !this.panelTarget.matches(".editable")) return false;
    return !("archived" in article.dataset || "history" in article.dataset);
  }

  async #show(id, { push, edit = false }) {
    this.#page = "";
    const path = `/cards/${id}`;
    if (push && location.pathname !== path) {
      history[history.state?.panel ? "replaceState" : "pushState"]({ panel: true }, "", withPreview(path));
    }
    if (this.#article?.dataset.panelCard !== String(id)) showSkeleton(this.panelTarget, findCard(id));
    const response = await this.#fetch(id).catch(() => null);
    if (!response) return this.#fail(t("Cette info ne peut pas être ouverte sans connexion."));
    if (location.pathname !== path) return; // closed, or another one opened, meanwhile
    if (!response.ok) return this.#fail(t("Cette info n’existe plus, ou vous n’y avez plus accès."));
    showContent(this.panelTarget, await response.text());
    this.#updateTitle();
    if (edit) this.edit();
    else this.#focusPanel();
  }

  #fail(words) {
    this.panelTarget.replaceChildren();
    this.#hide();
    history.replaceState(null, "", boardAddress());
    toast(words);
  }

  #updateTitle() {
    document.title = `${this.#card.title} · ${boardTitle()}`;
  }

  #hide() {
    const id = this.#article?.dataset.panelCard;
    const { activeElement } = document;
    const hadFocus = this.panelTarget.contains(activeElement) || activeElement === document.body;
    this.panelTarget.hidden = true;
    this.panelTarget.replaceChildren();
    highlightCard(null);
    document.title = boardTitle();
    if (hadFocus) findCard(id)?.querySelector("h3 a").focus({ preventScroll: true });
  }

  #onPopState = () => {
    const id = location.pathname.match(/^\/cards\/(\d+)$/)?.[1];
    if (id) this.#show(id, { push: false });
    else this.#hide();
  };

  #onChange(change) {
    const article = this.#article;
    if (!article) return;
    const { panelCard: id, columnId } = article.dataset;
    if (!change.whole && !(id in change.cards) && !(columnId in change.columns)) return;
    if (article.matches("form")) this.#closeIfForbidden(id);
    else this.#refresh();
  }

  #onReceiptsChange() {
    const article = this.#article;
    if (!article?.querySelector(".mark-read-form") || article.matches("form") || "history" in article.dataset) return;
    this.#refresh();
  }

  // The edit form merges changes itself; it closes only when the card may no longer be seen.
  async #closeIfForbidden(id) {
    if (findCard(id)) return;
    const response = await this.#fetch(id).catch(() => null);
    if (response?.status !== 404 || this.#article?.dataset.panelCard !== id) return;
    this.#fail(t("Vous n’avez plus accès à cette info. Ce que vous écriviez est conservé sur ce poste."));
  }

  async #onEditEnd() {
    await this.#refresh();
    this.#focusPanel();
  }

  #fetch(id) {
    return requestHtml(withPreview(`/cards/${id}${this.#page}`), { fragment: "panel" });
  }

  async #refresh() {
    const id = this.#article?.dataset.panelCard;
    const refresh = ++this.#refreshes;
    const response = await this.#fetch(id).catch(() => null);
    if (!response || this.#article?.dataset.panelCard !== id) return;
    if (!response.ok) return this.#fail(t("Cette info n’est plus accessible."));
    const html = await response.text();
    if (this.#article?.dataset.panelCard !== id || refresh < this.#shownRefresh) return;
    this.#shownRefresh = refresh;
    const hasForms = this.#article.querySelector(".suggestion, .label-editor") && !this.#page;
    refreshContent(this.panelTarget, html, { hasForms });
    this.#updateTitle();
  }

  #focusPanel() {
    this.panelTarget.focus({ preventScroll: true });
  }
}

const hasModifier = (event) => event.ctrlKey || event.metaKey || event.shiftKey;
