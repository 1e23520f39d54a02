import { Controller } from "@hotwired/stimulus";
import { quote, toast } from "../live/announce.js";
import { perform } from "../live/board.js";
import { cardId } from "../live/cards.js";
import { differences } from "../live/merge.js";
import { titleOf } from "../live/places.js";
import { takeBack } from "../live/undo.js";
import { t, tn } from "../live/words.js";

// The dialog that adds or edits a column, or makes one of selected cards.
export default class extends Controller {
  static targets = ["dialog", "heading", "title", "kind", "kindField", "serviceField", "service", "hue", "checkField", "checkAfter", "problem"];
  #command = null; // the command that the form as it stands asks for
  #shown = {}; // what it showed when it was opened
  #checkAfter = ""; // days, of a column that is there already
  #version = 0;
  #named = ""; // the service after which the title was written

  add() {
    const menu = document.getElementById("column-menu");
    const beside = menu.dataset.column && document.getElementById(menu.dataset.column);
    this.#command = () => ({ type: "add_column", ...this.#fields, ...(beside && { after: Number(beside.dataset.columnId) }) });
    this.#show(t("Ajouter une colonne"), { title: "", kind: "service", hue: 250, service: "" });
  }

  edit() {
    const column = document.getElementById(document.getElementById("column-menu").dataset.column);
    this.#version = Number(column.dataset.version); // the one that is shown: what others write meanwhile is not overwritten unseen
    this.#command = () => ({ type: "edit_column", column: Number(column.dataset.columnId), version: this.#version, ...this.#altered });
    this.#show(t("Modifier la colonne"), shownBy(column), column.dataset.checkAfter);
  }

  split(column, cards) {
    const ids = cards.map((card) => Number(cardId(card)));
    this.#command = () => ({ type: "split_column", column: Number(column.dataset.columnId), cards: ids, title: this.titleTarget.value, hue: this.#fields.hue });
    this.#show(tn("Nouvelle colonne avec {count} info", "Nouvelle colonne avec {count} infos", ids.length), { ...shownBy(column), title: "" });
    this.kindFieldTarget.hidden = this.serviceFieldTarget.hidden = true;
  }

  close() {
    this.dialogTarget.close();
  }

  // Only a service's column is filled by one service.
  showService() {
    this.serviceFieldTarget.hidden = this.kindTarget.value !== "service";
    this.checkFieldTarget.hidden = !this.#checkAfter || this.kindTarget.value === "suggestions";
  }

  // A new column is called and coloured as its service, until somebody says otherwise.
  followService() {
    const { value, text, dataset } = this.serviceTarget.selectedOptions[0];
    if (this.#shown.title || (this.titleTarget.value && this.titleTarget.value !== this.#named) || !value) return;
    this.titleTarget.value = this.#named = text;
    this.#colour(Number(dataset.hue));
  }

  async submit(event) {
    event.preventDefault();
    const command = this.#command();
    if (command.type === "edit_column" && !Object.keys(this.#altered).length) return this.close();
    try {
      const answer = await perform(command);
      this.close();
      document.getElementById(`column-${Object.keys(answer.changes[0].columns)[0]}`)?.scrollIntoView({ inline: "nearest", block: "nearest" });
      if (command.type === "split_column") this.#tellOfSplit(command, answer.seq);
    } catch (problem) {
      this.problemTarget.textContent = this.#inWords(problem);
      this.titleTarget.setAttribute("aria-invalid", "true");
      this.titleTarget.focus();
    }
  }

  #tellOfSplit({ type, title, cards }, seq) {
    document.dispatchEvent(new CustomEvent("cards:split"));
    const words = tn("{count} info est dans la nouvelle colonne {title}.", "{count} infos sont dans la nouvelle colonne {title}.", cards.length, { title: quote(title.trim()) });
    toast(words, { words: t("Annuler"), run: () => takeBack({ type, seq }) });
  }

  // Saving once more is then a choice: the version is the one that was told.
  #inWords({ code, detail, current }) {
    if (code !== "stale_version") return detail;
    this.#version = current.version;
    return t("Quelqu’un a modifié cette colonne entre-temps : elle s’appelle maintenant {title}. Votre saisie est conservée ; enregistrez à nouveau pour la garder.", {
      title: quote(current.title),
    });
  }

  get #fields() {
    const fields = { title: this.titleTarget.value, kind: this.kindTarget.value, hue: Number(this.hueTargets.find((hue) => hue.checked)?.value ?? 250) };
    // Left as it is when the choice offers no such service: one that was archived since.
    if (fields.kind !== "service" || this.serviceTarget.selectedIndex < 0) return fields;
    return { ...fields, service: Number(this.serviceTarget.value) || null };
  }

  get #altered() {
    const altered = differences(this.#shown, this.#fields);
    const { value } = this.checkAfterTarget;
    return this.checkFieldTarget.hidden || value === this.#checkAfter ? altered : { ...altered, check_after: value === "" ? null : Number(value) };
  }

  #show(heading, { title, kind, hue, service }, checkAfter = "") {
    this.#checkAfter = this.checkAfterTarget.value = checkAfter;
    this.headingTarget.textContent = heading;
    this.titleTarget.value = title;
    this.titleTarget.removeAttribute("aria-invalid");
    this.kindTarget.value = kind;
    this.kindFieldTarget.hidden = false;
    this.serviceTarget.value = service;
    this.showService();
    this.problemTarget.textContent = "";
    this.#named = "";
    this.#colour(hue);
    this.#shown = this.#fields;
    this.dialogTarget.showModal();
    this.titleTarget.focus();
  }

  #colour(hue) {
    const nearest = this.hueTargets.toSorted((a, b) => Math.abs(a.value - hue) - Math.abs(b.value - hue))[0];
    nearest.checked = true;
  }
}

function shownBy(column) {
  return { title: titleOf(column), kind: column.dataset.columnKind, hue: Number(column.dataset.color), service: column.dataset.serviceId ?? "" };
}
