import { Controller } from "@hotwired/stimulus";
import { labelsInUse, normalizeText } from "../board/filters.js";
import { t } from "../lib/i18n.js";
import { Listbox } from "../lib/listbox.js";
import { announce } from "../lib/toast.js";
import { perform } from "../live/client.js";

const OPTIONS_MAX = 8;

// The labels of the open card: a combobox to add labels of the board or new ones, and buttons to remove them.
export default class extends Controller {
  static values = { card: Number };
  static targets = ["list", "input", "options", "problem"];
  #unanswered = 0; // commands without an answer yet
  #saved = []; // list items as of the last answer

  connect() {
    this.listbox = new Listbox(this.inputTarget, this.optionsTarget);
  }

  // Offer labels that begin with what was typed, then those that contain it, and last a new one.
  suggest() {
    const typed = this.inputTarget.value.trim();
    const wanted = normalizeText(typed);
    const used = this.#names.map(normalizeText);
    const isOffered = ({ name }) => !used.includes(normalizeText(name)) && normalizeText(name).includes(wanted);
    const startsWith = ({ name }) => Number(normalizeText(name).startsWith(wanted));
    const matching = [...labelsInUse().values()].filter(isOffered).sort((a, b) => startsWith(b) - startsWith(a));
    const options = matching.slice(0, OPTIONS_MAX).map(({ name, hue }) => createOption(name, name, hue));
    const isKnown = [...used, ...matching.map(({ name }) => normalizeText(name))].includes(wanted);
    if (typed && !isKnown) options.push(createOption(typed, t("Créer « {name} »", { name: typed })));
    options.forEach((option, index) => (option.id = `label-option-${index}`));
    this.optionsTarget.replaceChildren(...options);
    this.#toggleOptions(options.length > 0);
    if (typed && options.length) this.listbox.activate(options[0]);
  }

  key(event) {
    const act = {
      Escape: !this.optionsTarget.hidden && (() => (event.stopPropagation(), this.close())),
      Backspace: !this.inputTarget.value && this.#names.length && (() => this.#set(this.#names.slice(0, -1))),
      ArrowDown: () => this.#step(1),
      ArrowUp: () => this.#step(-1),
    }[event.key];
    if (!act) return;
    if (event.key !== "Escape") event.preventDefault();
    act();
  }

  choose(event) {
    const option = event.target.closest("[role=option]");
    if (!option) return;
    event.preventDefault(); // the field keeps the focus
    this.#add(option.dataset.name);
  }

  add(event) {
    event.preventDefault();
    this.#add(this.listbox.active?.dataset.name ?? this.inputTarget.value.trim());
  }

  remove({ currentTarget }) {
    const name = nameOf(currentTarget.closest("li"));
    this.#set(this.#names.filter((each) => each !== name));
    this.inputTarget.focus();
  }

  close() {
    this.#toggleOptions(false);
  }

  #add(name) {
    if (name) this.#set([...this.#names, name]);
  }

  // Shown at once and put back when refused. Until every command is answered the list is busy: what the panel fetches
  // meanwhile is older than what is shown.
  async #set(names) {
    const before = this.#names;
    const typed = this.inputTarget.value;
    if (!this.#unanswered++) this.#saved = [...this.listTarget.children];
    this.listTarget.ariaBusy = "true";
    const shown = this.#showList(names);
    this.inputTarget.value = this.problemTarget.textContent = "";
    this.close();
    try {
      await perform({ type: "set_labels", card: this.cardValue, labels: names });
      this.#saved = shown;
      announce(changeWords(before, names));
    } catch (problem) {
      this.listTarget.replaceChildren(...this.#saved);
      this.inputTarget.value ||= typed;
      this.problemTarget.textContent = problem.detail;
    }
    if (--this.#unanswered) return;
    this.listTarget.ariaBusy = null;
    document.dispatchEvent(new CustomEvent("card:labelled", { detail: this.cardValue }));
  }

  #showList(names) {
    const present = [...this.listTarget.children];
    const known = [...labelsInUse().values()];
    const items = names.map((name) => present.find((item) => nameOf(item) === name) ?? createChip(name, known));
    this.listTarget.replaceChildren(...items);
    return items;
  }

  get #names() {
    return [...this.listTarget.children].map(nameOf);
  }

  #step(by) {
    if (this.optionsTarget.hidden) return this.suggest();
    this.listbox.step(by);
  }

  #toggleOptions(open) {
    this.optionsTarget.hidden = !open;
    this.inputTarget.ariaExpanded = String(open);
    this.inputTarget.removeAttribute("aria-activedescendant");
    if (!open) this.optionsTarget.replaceChildren();
  }
}

const nameOf = (item) => item.querySelector("bdi").textContent;

function changeWords(before, names) {
  const added = names.find((name) => !before.includes(name));
  if (added) return t("Étiquette {name} ajoutée.", { name: added });
  return t("Étiquette {name} retirée.", { name: before.find((name) => !names.includes(name)) ?? "" });
}

function createChip(name, known) {
  const item = document.createElement("li");
  item.className = "chip tint";
  item.dataset.hue = known.find((label) => normalizeText(label.name) === normalizeText(name))?.hue ?? "";
  item.append(Object.assign(document.createElement("bdi"), { textContent: name }));
  return item;
}

function createOption(name, words, hue) {
  const item = document.createElement("li");
  item.role = "option";
  item.dataset.name = name;
  item.ariaSelected = "false";
  const label = document.createElement("bdi");
  label.textContent = words;
  if (hue !== undefined) {
    label.className = "chip tint";
    label.dataset.hue = hue;
  }
  item.append(label);
  return item;
}
