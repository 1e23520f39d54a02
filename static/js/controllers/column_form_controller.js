import { Controller } from "@hotwired/stimulus";
import { cardIds, columnId, menuColumn, titleOf } from "../board/card_dom.js";
import { undoAction } from "../board/undo.js";
import { changedFields } from "../editing/three_way_merge.js";
import { t, tn } from "../lib/i18n.js";
import { quote, toast } from "../lib/toast.js";
import { perform } from "../live/client.js";

const DEFAULT_HUE = 250;

// The dialog that adds a column, edits one, or makes one of selected cards.
export default class extends Controller {
  static targets = [
    "dialog",
    "heading",
    "title",
    "kind",
    "kindField",
    "serviceField",
    "service",
    "hue",
    "checkField",
    "checkAfter",
    "problem",
  ];
  #command = null; // function that returns the command to send
  #initial = {}; // field values when the dialog was opened
  #checkAfter = ""; // days; "" for a new column
  #version = 0;
  #suggestedTitle = ""; // the service's name, filled in as the title

  add() {
    const beside = menuColumn();
    const after = beside ? { after: columnId(beside) } : {};
    this.#command = () => ({ type: "add_column", ...this.#fields, ...after });
    this.#open(t("Ajouter une colonne"), { title: "", kind: "service", hue: DEFAULT_HUE, service: "" });
  }

  edit() {
    const column = menuColumn();
    this.#version = Number(column.dataset.version); // a change that others make meanwhile is not overwritten
    const id = columnId(column);
    this.#command = () => ({ type: "edit_column", column: id, version: this.#version, ...this.#changes });
    this.#open(t("Modifier la colonne"), valuesOf(column), column.dataset.checkAfter);
  }

  split(column, cards) {
    const [id, ids] = [columnId(column), cardIds(cards)];
    this.#command = () => {
      const { title, hue } = this.#fields;
      return { type: "split_column", column: id, cards: ids, title, hue };
    };
    const heading = tn("Nouvelle colonne avec {count} info", "Nouvelle colonne avec {count} infos", ids.length);
    this.#open(heading, { ...valuesOf(column), title: "" });
    this.kindFieldTarget.hidden = this.serviceFieldTarget.hidden = true;
  }

  close() {
    this.dialogTarget.close();
  }

  showService() {
    this.serviceFieldTarget.hidden = this.kindTarget.value !== "service";
    this.checkFieldTarget.hidden = !this.#checkAfter || this.kindTarget.value === "suggestions";
  }

  // Suggest the service's name and hue for a new column until somebody enters a title.
  followService() {
    const { value, text, dataset } = this.serviceTarget.selectedOptions[0];
    const isEntered = this.titleTarget.value && this.titleTarget.value !== this.#suggestedTitle;
    if (this.#initial.title || isEntered || !value) return;
    this.titleTarget.value = this.#suggestedTitle = text;
    this.#selectHue(Number(dataset.hue));
  }

  async submit(event) {
    event.preventDefault();
    const command = this.#command();
    if (command.type === "edit_column" && !Object.keys(this.#changes).length) return this.close();
    try {
      const { changes, seq } = await perform(command);
      this.close();
      const [id] = Object.keys(changes[0].columns);
      document.getElementById(`column-${id}`)?.scrollIntoView({ inline: "nearest", block: "nearest" });
      if (command.type === "split_column") this.#announceSplit(command, seq);
    } catch (problem) {
      this.problemTarget.textContent = this.#refusalWords(problem);
      this.titleTarget.setAttribute("aria-invalid", "true");
      this.titleTarget.focus();
    }
  }

  #announceSplit({ type, title, cards }, seq) {
    document.dispatchEvent(new CustomEvent("cards:split"));
    const words = tn(
      "{count} info est dans la nouvelle colonne {title}.",
      "{count} infos sont dans la nouvelle colonne {title}.",
      cards.length,
      { title: quote(title.trim()) },
    );
    toast(words, undoAction({ type, seq }));
  }

  // After a conflict, saving once more overwrites the version that the message tells about.
  #refusalWords({ code, detail, current }) {
    if (code !== "stale_version") return detail;
    this.#version = current.version;
    return t(
      "Quelqu’un a modifié cette colonne entre-temps : elle s’appelle maintenant {title}. Votre saisie est conservée ; enregistrez à nouveau pour la garder.",
      { title: quote(current.title) },
    );
  }

  get #fields() {
    const fields = {
      title: this.titleTarget.value,
      kind: this.kindTarget.value,
      hue: Number(this.hueTargets.find((hue) => hue.checked)?.value ?? DEFAULT_HUE),
    };
    // Nothing is selected when the column's service was archived: leave it as it is.
    if (fields.kind !== "service" || this.serviceTarget.selectedIndex < 0) return fields;
    return { ...fields, service: Number(this.serviceTarget.value) || null };
  }

  get #changes() {
    const changes = changedFields(this.#initial, this.#fields);
    const { value } = this.checkAfterTarget;
    if (this.checkFieldTarget.hidden || value === this.#checkAfter) return changes;
    return { ...changes, check_after: value === "" ? null : Number(value) };
  }

  #open(heading, { title, kind, hue, service }, checkAfter = "") {
    this.#checkAfter = this.checkAfterTarget.value = checkAfter;
    this.headingTarget.textContent = heading;
    this.titleTarget.value = title;
    this.titleTarget.removeAttribute("aria-invalid");
    this.kindTarget.value = kind;
    this.kindFieldTarget.hidden = false;
    this.serviceTarget.value = service;
    this.showService();
    this.problemTarget.textContent = "";
    this.#suggestedTitle = "";
    this.#selectHue(hue);
    this.#initial = this.#fields;
    this.dialogTarget.showModal();
    this.titleTarget.focus();
  }

  #selectHue(hue) {
    const distance = (input) => Math.abs(input.value - hue);
    this.hueTargets.toSorted((a, b) => distance(a) - distance(b))[0].checked = true;
  }
}

function valuesOf(column) {
  const { columnKind: kind, color, serviceId: service = "" } = column.dataset;
  return { title: titleOf(column), kind, hue: Number(color), service };
}
