import { Controller } from "@hotwired/stimulus";
import { perform } from "../live/board.js";
import { titleOf } from "../live/places.js";
import { t } from "../live/words.js";

// The dialog that adds or edits a column.
export default class extends Controller {
  static targets = ["dialog", "heading", "title", "kind", "serviceField", "service", "hue", "problem"];
  #column = null;
  #after = undefined;

  add() {
    const menu = document.getElementById("column-menu");
    const beside = menu.dataset.column && document.getElementById(menu.dataset.column);
    this.#column = null;
    this.#after = beside ? Number(beside.dataset.columnId) : undefined;
    this.#show(t("Ajouter une colonne"), { title: "", kind: "service", hue: 250, service: "" });
  }

  edit() {
    const column = document.getElementById(document.getElementById("column-menu").dataset.column);
    this.#column = column;
    this.#show(t("Modifier la colonne"), {
      title: titleOf(column),
      kind: column.dataset.columnKind,
      hue: Number(column.dataset.color),
      service: column.dataset.serviceId ?? "",
    });
  }

  close() {
    this.dialogTarget.close();
  }

  // Only a service's column is filled by one service.
  showService() {
    this.serviceFieldTarget.hidden = this.kindTarget.value !== "service";
  }

  async submit(event) {
    event.preventDefault();
    const fields = { title: this.titleTarget.value, kind: this.kindTarget.value, hue: Number(this.hueTargets.find((hue) => hue.checked)?.value ?? 250), ...this.#service };
    try {
      const { changes } = await perform(this.#column ? this.#edited(fields) : this.#added(fields));
      this.close();
      document.getElementById(`column-${Object.keys(changes[0].columns)[0]}`)?.scrollIntoView({ inline: "nearest", block: "nearest" });
    } catch (problem) {
      this.problemTarget.textContent = problem.detail;
      this.titleTarget.setAttribute("aria-invalid", "true");
      this.titleTarget.focus();
    }
  }

  // Left as it is when the choice offers no such service: one that was archived since.
  get #service() {
    if (this.kindTarget.value !== "service" || this.serviceTarget.selectedIndex < 0) return {};
    return { service: Number(this.serviceTarget.value) || null };
  }

  #added(fields) {
    return { type: "add_column", ...fields, ...(this.#after === undefined ? {} : { after: this.#after }) };
  }

  #edited(fields) {
    return { type: "edit_column", column: Number(this.#column.dataset.columnId), version: Number(this.#column.dataset.version), ...fields };
  }

  #show(heading, { title, kind, hue, service }) {
    this.headingTarget.textContent = heading;
    this.titleTarget.value = title;
    this.titleTarget.removeAttribute("aria-invalid");
    this.kindTarget.value = kind;
    this.serviceTarget.value = service;
    this.showService();
    this.problemTarget.textContent = "";
    const nearest = this.hueTargets.toSorted((a, b) => Math.abs(a.value - hue) - Math.abs(b.value - hue))[0];
    nearest.checked = true;
    this.dialogTarget.showModal();
    this.titleTarget.focus();
  }
}
