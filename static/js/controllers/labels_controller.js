import { Controller } from "@hotwired/stimulus";
import { announce } from "../live/announce.js";
import { perform } from "../live/board.js";
import { labelsInUse, plain } from "../live/filters.js";
import { t } from "../live/words.js";

const OFFERED_AT_MOST = 8;

// The labels of the open card: typed, chosen among those of the board, taken off again.
export default class extends Controller {
  static values = { card: Number };
  static targets = ["list", "input", "options", "problem"];
  #underWay = 0; // sets that are not answered yet
  #stored = []; // what the list shows of the last that was

  // Those that begin so, then those that hold it; last, what was typed as a new one.
  suggest() {
    const typed = this.inputTarget.value.trim();
    const sought = plain(typed);
    const worn = this.#names.map(plain);
    const free = [...labelsInUse().values()].filter(({ name }) => !worn.includes(plain(name)) && plain(name).includes(sought));
    free.sort((one, other) => plain(other.name).startsWith(sought) - plain(one.name).startsWith(sought));
    const offered = free.slice(0, OFFERED_AT_MOST).map(({ name, hue }) => option(name, name, hue));
    if (typed && ![...worn, ...free.map(({ name }) => plain(name))].includes(sought)) offered.push(option(typed, t("Créer « {name} »", { name: typed })));
    offered.forEach((each, number) => (each.id = `label-option-${number}`));
    this.optionsTarget.replaceChildren(...offered);
    this.#show(offered.length > 0);
    if (typed && offered.length) this.#point(offered[0]);
  }

  key(event) {
    const { key } = event;
    const { value } = this.inputTarget;
    if (key === "Escape" && !this.optionsTarget.hidden) (event.stopPropagation(), this.close());
    else if (key === "Backspace" && !value && this.#names.length) (event.preventDefault(), this.#set(this.#names.slice(0, -1)));
    else if (key === "ArrowDown" || key === "ArrowUp") (event.preventDefault(), this.#step(key === "ArrowDown" ? 1 : -1));
  }

  choose(event) {
    const chosen = event.target.closest("[role=option]");
    if (!chosen) return;
    event.preventDefault(); // the field keeps the focus
    this.#add(chosen.dataset.name);
  }

  add(event) {
    event.preventDefault();
    this.#add(this.#pointed?.dataset.name ?? this.inputTarget.value.trim());
  }

  remove({ currentTarget }) {
    const name = nameOf(currentTarget.closest("li"));
    this.#set(this.#names.filter((each) => each !== name));
    this.inputTarget.focus();
  }

  close() {
    this.#show(false);
  }

  #add(name) {
    if (name) this.#set([...this.#names, name]);
  }

  // Shown at once, so that the next one may be typed; put back with the reason when refused. Until all is answered the list is busy: what
  // the panel reads meanwhile is older than what is shown.
  async #set(names) {
    const before = this.#names;
    const typed = this.inputTarget.value;
    if (!this.#underWay++) this.#stored = [...this.listTarget.children];
    this.listTarget.ariaBusy = "true";
    const shown = this.#list(names);
    this.inputTarget.value = this.problemTarget.textContent = "";
    this.close();
    try {
      await perform({ type: "set_labels", card: this.cardValue, labels: names });
      this.#stored = shown;
      announce(said(before, names));
    } catch (problem) {
      this.listTarget.replaceChildren(...this.#stored);
      this.inputTarget.value ||= typed;
      this.problemTarget.textContent = problem.detail;
    }
    if (--this.#underWay) return;
    this.listTarget.ariaBusy = null;
    document.dispatchEvent(new CustomEvent("card:labelled", { detail: this.cardValue }));
  }

  #list(names) {
    const before = [...this.listTarget.children];
    const known = labelsInUse();
    const items = names.map((name) => before.find((item) => nameOf(item) === name) ?? chip(name, known));
    this.listTarget.replaceChildren(...items);
    return items;
  }

  get #names() {
    return [...this.listTarget.children].map(nameOf);
  }

  get #pointed() {
    return this.optionsTarget.querySelector("[aria-selected=true]");
  }

  #step(by) {
    if (this.optionsTarget.hidden) return this.suggest();
    const all = [...this.optionsTarget.children];
    const at = all.indexOf(this.#pointed);
    this.#point(all[at < 0 && by < 0 ? all.length - 1 : (at + by + all.length) % all.length]);
  }

  #point(chosen) {
    for (const each of this.optionsTarget.children) each.setAttribute("aria-selected", each === chosen);
    this.inputTarget.setAttribute("aria-activedescendant", chosen.id);
    chosen.scrollIntoView({ block: "nearest" });
  }

  #show(open) {
    this.optionsTarget.hidden = !open;
    this.inputTarget.ariaExpanded = String(open);
    this.inputTarget.removeAttribute("aria-activedescendant");
    if (!open) this.optionsTarget.replaceChildren();
  }
}

const nameOf = (item) => item.querySelector("bdi").textContent;

function said(before, names) {
  const added = names.find((name) => !before.includes(name));
  if (added) return t("Étiquette {name} ajoutée.", { name: added });
  return t("Étiquette {name} retirée.", { name: before.find((name) => !names.includes(name)) ?? "" });
}

function chip(name, known) {
  const item = document.createElement("li");
  item.className = "chip tint";
  item.dataset.hue = [...known.values()].find((label) => plain(label.name) === plain(name))?.hue ?? "";
  item.append(Object.assign(document.createElement("bdi"), { textContent: name }));
  return item;
}

function option(name, words, hue) {
  const item = document.createElement("li");
  item.role = "option";
  item.dataset.name = name;
  item.ariaSelected = "false";
  const shown = document.createElement("bdi");
  shown.textContent = words;
  if (hue !== undefined) {
    shown.className = "chip tint";
    shown.dataset.hue = hue;
  }
  item.append(shown);
  return item;
}
