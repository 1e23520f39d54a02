import { Controller } from "@hotwired/stimulus";
import { boardAddress, filters, parseQuery, toQuery } from "../board/filters.js";
import { requestJson } from "../lib/http.js";
import { t } from "../lib/i18n.js";
import { me } from "../lib/page_context.js";
import { announce } from "../lib/toast.js";

// This person's saved filters, in sync with their other tabs.
export default class extends Controller {
  static values = { address: String };
  static targets = ["list", "item", "none", "form", "label", "problem"];
  #renamed = null; // name of the filter that the form renames; null when it saves a new one

  connect() {
    this.tabs = new BroadcastChannel(`flash-news:filters:${me.id}:${this.addressValue}`);
    this.tabs.addEventListener("message", ({ data }) => this.#show(new Map(data)));
    this.#show(this.#saved); // adds the buttons that need script
  }

  disconnect() {
    this.tabs.close();
  }

  async save(event) {
    event.preventDefault();
    const name = this.formTarget.elements.name.value.trim().split(/\s+/).join(" ");
    if (this.#renamed) await this.#rename(this.#renamed, name);
    else await this.#add(name, toQuery(filters));
  }

  rename({ currentTarget }) {
    this.#prepareForm(currentTarget.closest("li").dataset.name);
    this.formTarget.elements.name.select();
  }

  async remove({ currentTarget }) {
    const { name } = currentTarget.closest("li").dataset;
    const saved = this.#saved;
    if (!(await this.#send("DELETE", { name }))) return;
    saved.delete(name);
    this.#finish(saved, t("Filtre retiré."));
  }

  async #add(name, query) {
    const saved = this.#saved;
    if (await this.#send("PUT", { name, query })) this.#finish(saved.set(name, query), t("Filtre gardé."));
  }

  async #rename(former, name) {
    const saved = [...this.#saved];
    if (!(await this.#send("PUT", { name: former, to: name }))) return;
    const renamed = saved.map(([each, query]) => [each === former ? name : each, query]);
    this.#finish(new Map(renamed), t("Filtre renommé."));
  }

  // Map {name: query} of the list that is shown.
  get #saved() {
    const query = (item) => toQuery(parseQuery(new URL(item.querySelector("a").href).search));
    return new Map([...this.listTarget.children].map((item) => [item.dataset.name, query(item)]));
  }

  #finish(saved, words) {
    this.#show(saved);
    this.tabs.postMessage([...saved]);
    this.#prepareForm(null);
    this.formTarget.elements.name.focus();
    announce(words);
  }

  #prepareForm(renamed) {
    this.#renamed = renamed;
    this.formTarget.elements.name.value = renamed ?? "";
    this.labelTarget.textContent = renamed
      ? t("Nouveau nom de « {name} »", { name: renamed })
      : t("Garder ces filtres sous le nom");
    this.formTarget.querySelector("button").textContent = renamed ? t("Renommer") : t("Garder");
    this.problemTarget.textContent = "";
  }

  async #send(method, body) {
    const failure = t("Cette lecture n’a pas pu être retenue. Réessayez quand la connexion sera revenue.");
    this.problemTarget.textContent = "";
    try {
      await requestJson(method, this.addressValue, body, { failure });
      return true;
    } catch (problem) {
      this.problemTarget.textContent = problem.detail;
      return false;
    }
  }

  #show(saved) {
    const sorted = [...saved].sort(([one], [other]) => one.localeCompare(other));
    this.listTarget.replaceChildren(...sorted.map(([name, query]) => this.#createRow(name, query)));
    this.noneTarget.hidden = saved.size > 0;
  }

  #createRow(name, query) {
    const row = this.itemTarget.content.firstElementChild.cloneNode(true);
    const [rename, remove] = row.querySelectorAll("button");
    row.dataset.name = name;
    row.querySelector("a").href = boardAddress(parseQuery(query));
    row.querySelector("bdi").textContent = name;
    rename.ariaLabel = t("Renommer le filtre {name}", { name });
    remove.ariaLabel = t("Retirer le filtre {name}", { name });
    return row;
  }
}
