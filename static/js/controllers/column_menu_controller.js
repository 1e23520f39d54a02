import { Controller } from "@hotwired/stimulus";
import { announce, quote, toast } from "../live/announce.js";
import { moveColumn, pin, takeBoardsOrder } from "../live/arranging.js";
import { perform } from "../live/board.js";
import { lookingAs } from "../live/context.js";
import { anythingPlaced, isPinned } from "../live/placements.js";
import { cardsIn, columns, titleOf } from "../live/places.js";
import { whyNotIn } from "../live/refusals.js";
import { mayAddTo, mayEdit, mayEditAll } from "../live/rights.js";
import { t } from "../live/words.js";

// The « … » of a column: one menu for all of them, so that a column stays light.
export default class extends Controller {
  static targets = ["menu", "note", "add", "select", "read", "sheet", "rights", "check", "own", "pin", "unpin", "reset"];

  open(event) {
    const column = event.target.closest(".column");
    this.menuTarget.dataset.column = column.id;
    this.menuTarget.dataset.kind = column.dataset.columnKind;
    this.menuTarget.opener = event.currentTarget;
    this.noteTarget.hidden = mayEditAll(column);
    this.noteTarget.textContent = whyNotIn(column);
    this.addTarget.hidden = !mayAddTo(column);
    this.checkTarget.hidden = !mayAddTo(column) || column.dataset.columnKind === "suggestions";
    this.checkTarget.hash = column.id;
    this.selectTarget.hidden = !cardsIn(column).some(mayEdit);
    this.readTarget.hidden = !column.querySelector(".card.unread");
    this.ownTarget.hidden = lookingAs !== null;
    this.pinTarget.hidden = isPinned(column);
    this.unpinTarget.hidden = !isPinned(column);
    this.resetTarget.hidden = !anythingPlaced();
    this.sheetTarget.hidden = !column.dataset.serviceId;
    this.rightsTarget.hash = `row-${column.dataset.columnId}`;
    this.menuTarget.showPopover();
  }

  select() {
    this.#select(t("Touchez les infos à sélectionner."));
  }

  split() {
    this.#select(t("Sélectionnez les infos de {title} à mettre dans une nouvelle colonne.", { title: quote(titleOf(this.#column)) }));
  }

  merge() {
    document.dispatchEvent(new CustomEvent("column:merge", { detail: this.#column }));
  }

  // From the column's head: an agent's own service is pinned at once.
  pinThis({ currentTarget }) {
    this.menuTarget.dataset.column = currentTarget.closest(".column").id;
    this.pin();
  }

  async pin() {
    if (await pin(this.#column, true)) this.#showPlace(t("Colonne {title} épinglée en premier.", { title: quote(titleOf(this.#column)) }));
  }

  async unpin() {
    if (await pin(this.#column, false)) this.#showPlace(t("Colonne {title} remise à sa place.", { title: quote(titleOf(this.#column)) }));
  }

  async takeBoardsOrder() {
    if (await takeBoardsOrder()) this.#showPlace(t("Les colonnes sont dans l’ordre du tableau."));
  }

  moveLeft({ params }) {
    this.#move(-1, params);
  }

  moveRight({ params }) {
    this.#move(1, params);
  }

  async archive() {
    const column = this.#column;
    const title = titleOf(column);
    const id = Number(column.dataset.columnId);
    const done = await this.#perform({ type: "archive_column", column: id });
    if (done) toast(t("Colonne {title} archivée, avec ses infos.", { title: quote(title) }), { words: t("Annuler"), run: () => this.#perform({ type: "restore_column", column: id }) });
  }

  get #column() {
    return document.getElementById(this.menuTarget.dataset.column);
  }

  #select(hint) {
    document.dispatchEvent(new CustomEvent("cards:select", { detail: { hint } }));
  }

  async #move(step, { forOneself }) {
    const all = columns();
    const column = this.#column;
    const others = all.filter((other) => other !== column);
    const place = all.indexOf(column) + step;
    if (place < 0 || place > others.length) return announce(t("La colonne est déjà au bord."));
    if (!(await moveColumn(column, others[place - 1], { forOneself }))) return;
    this.#showPlace(t("Colonne {title}, position {place} sur {places}.", { title: titleOf(column), place: columns().indexOf(column) + 1, places: all.length }));
  }

  #showPlace(words) {
    this.#column.scrollIntoView({ inline: "nearest", block: "nearest" });
    this.#column.querySelector(".column-menu-button").focus();
    announce(words);
  }

  async #perform(command) {
    try {
      return await perform(command);
    } catch (problem) {
      toast(problem.detail);
    }
  }
}
