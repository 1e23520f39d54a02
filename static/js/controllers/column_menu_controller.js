import { Controller } from "@hotwired/stimulus";
import { announce, quote, toast } from "../live/announce.js";
import { perform } from "../live/board.js";
import { columns, titleOf } from "../live/places.js";
import { whyNotIn } from "../live/refusals.js";
import { mayAddTo, mayEditAll } from "../live/rights.js";
import { t } from "../live/words.js";

// The « … » of a column: one menu for all of them, so that a column stays light.
export default class extends Controller {
  static targets = ["menu", "note", "add", "sheet", "rights"];

  open(event) {
    const column = event.target.closest(".column");
    this.menuTarget.dataset.column = column.id;
    this.menuTarget.dataset.kind = column.dataset.columnKind;
    this.menuTarget.opener = event.currentTarget;
    this.noteTarget.hidden = mayEditAll(column);
    this.noteTarget.textContent = whyNotIn(column);
    this.addTarget.hidden = !mayAddTo(column);
    this.sheetTarget.hidden = !column.dataset.serviceId;
    this.rightsTarget.hash = `row-${column.dataset.columnId}`;
    this.menuTarget.showPopover();
  }

  moveLeft() {
    this.#move(-1);
  }

  moveRight() {
    this.#move(1);
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

  async #move(step) {
    const all = columns();
    const column = this.#column;
    const others = all.filter((other) => other !== column);
    const place = all.indexOf(column) + step;
    if (place < 0 || place > others.length) return announce(t("La colonne est déjà au bord."));
    const before = others[place - 1];
    const moved = await this.#perform({
      type: "move_column",
      column: Number(column.dataset.columnId),
      after: before ? Number(before.dataset.columnId) : null,
    });
    if (!moved) return;
    column.scrollIntoView({ inline: "nearest", block: "nearest" });
    column.querySelector(".column-menu-button").focus();
    announce(t("Colonne {title}, position {place} sur {places}.", { title: titleOf(column), place: columns().indexOf(column) + 1, places: all.length }));
  }

  async #perform(command) {
    try {
      return await perform(command);
    } catch (problem) {
      toast(problem.detail);
    }
  }
}
