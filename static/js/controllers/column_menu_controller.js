import { Controller } from "@hotwired/stimulus";
import { cardsIn, columnId, columns, menuColumn, titleOf } from "../board/card_dom.js";
import { moveColumn, pinColumn, resetPlacements } from "../board/column_moves.js";
import { columnRefusalReason } from "../board/permission_messages.js";
import { mayAddTo, mayEdit, mayEditAll } from "../board/rights.js";
import { t } from "../lib/i18n.js";
import { previewedAs } from "../lib/page_context.js";
import { announce, quote, toast } from "../lib/toast.js";
import { performOrToast } from "../live/client.js";
import { hasPlacements, isPinned } from "../live/column_order.js";

// The « … » menu, one for all columns.
export default class extends Controller {
  static targets = [
    "menu",
    "note",
    "add",
    "select",
    "read",
    "sheet",
    "rights",
    "check",
    "own",
    "pin",
    "unpin",
    "reset",
  ];

  open({ currentTarget: button }) {
    const column = button.closest(".column");
    this.menuTarget.dataset.column = column.id;
    this.menuTarget.dataset.kind = column.dataset.columnKind;
    this.menuTarget.opener = button;
    this.noteTarget.hidden = mayEditAll(column);
    this.noteTarget.textContent = columnRefusalReason(column);
    this.addTarget.hidden = !mayAddTo(column);
    this.checkTarget.hidden = !mayAddTo(column) || column.dataset.columnKind === "suggestions";
    this.checkTarget.hash = column.id;
    this.selectTarget.hidden = !cardsIn(column).some(mayEdit);
    this.readTarget.hidden = !column.querySelector(".card.unread");
    this.ownTarget.hidden = previewedAs !== null;
    this.pinTarget.hidden = isPinned(column);
    this.unpinTarget.hidden = !isPinned(column);
    this.resetTarget.hidden = !hasPlacements();
    this.sheetTarget.hidden = !column.dataset.serviceId;
    this.rightsTarget.hash = `row-${column.dataset.columnId}`;
    this.menuTarget.showPopover();
  }

  select() {
    this.#startSelection(t("Touchez les infos à sélectionner."));
  }

  split() {
    const named = { title: quote(titleOf(menuColumn())) };
    this.#startSelection(t("Sélectionnez les infos de {title} à mettre dans une nouvelle colonne.", named));
  }

  merge() {
    document.dispatchEvent(new CustomEvent("column:merge", { detail: menuColumn() }));
  }

  // The pin button in the head of one's own service's column.
  pinThis({ currentTarget }) {
    this.menuTarget.dataset.column = currentTarget.closest(".column").id;
    this.pin();
  }

  async pin() {
    const words = t("Colonne {title} épinglée en premier.", { title: quote(titleOf(menuColumn())) });
    if (await pinColumn(menuColumn(), true)) this.#reveal(words);
  }

  async unpin() {
    const words = t("Colonne {title} remise à sa place.", { title: quote(titleOf(menuColumn())) });
    if (await pinColumn(menuColumn(), false)) this.#reveal(words);
  }

  async takeBoardsOrder() {
    if (await resetPlacements()) this.#reveal(t("Les colonnes sont dans l’ordre du tableau."));
  }

  moveLeft({ params }) {
    this.#move(-1, params);
  }

  moveRight({ params }) {
    this.#move(1, params);
  }

  async archive() {
    const column = columnId(menuColumn());
    const title = quote(titleOf(menuColumn()));
    if (!(await performOrToast({ type: "archive_column", column }))) return;
    const restore = { words: t("Annuler"), run: () => performOrToast({ type: "restore_column", column }) };
    toast(t("Colonne {title} archivée, avec ses infos.", { title }), restore);
  }

  #startSelection(hint) {
    document.dispatchEvent(new CustomEvent("cards:select", { detail: { hint } }));
  }

  async #move(step, { forOneself }) {
    const all = columns();
    const column = menuColumn();
    const others = all.filter((other) => other !== column);
    const index = all.indexOf(column) + step;
    if (index < 0 || index > others.length) return announce(t("La colonne est déjà au bord."));
    if (!(await moveColumn(column, others[index - 1], { forOneself }))) return;
    const place = columns().indexOf(column) + 1;
    const values = { title: titleOf(column), place, places: all.length };
    this.#reveal(t("Colonne {title}, position {place} sur {places}.", values));
  }

  #reveal(words) {
    menuColumn().scrollIntoView({ inline: "nearest", block: "nearest" });
    menuColumn().querySelector(".column-menu-button").focus();
    announce(words);
  }
}
