import { Controller } from "@hotwired/stimulus";
import { announce } from "../live/announce.js";
import { me } from "../live/context.js";
import { boardAddress, filters, queryOf, readQuery } from "../live/filters.js";
import { send } from "../live/unread.js";
import { t } from "../live/words.js";

// Filters kept under a name: this person’s own, here and in their other tabs.
export default class extends Controller {
  static values = { address: String };
  static targets = ["list", "item", "none", "form", "label", "problem"];
  #renaming = null;

  connect() {
    this.tabs = new BroadcastChannel(`flash-news:filters:${me.id}:${this.addressValue}`);
    this.tabs.addEventListener("message", ({ data }) => this.#show(new Map(data)));
    this.#show(this.#kept); // with what only script can do
  }

  disconnect() {
    this.tabs.close();
  }

  async save(event) {
    event.preventDefault();
    const field = this.formTarget.elements.name;
    const name = field.value.trim().split(/\s+/).join(" ");
    const kept = this.#kept;
    if (this.#renaming) {
      const was = this.#renaming;
      if (await this.#send("PUT", { name: was, to: name })) this.#done(new Map([...kept].map(([each, query]) => [each === was ? name : each, query])), t("Filtre renommé."));
    } else {
      const query = queryOf(filters);
      if (await this.#send("PUT", { name, query })) this.#done(kept.set(name, query), t("Filtre gardé."));
    }
  }

  rename({ currentTarget }) {
    this.#turn(currentTarget.closest("li").dataset.name);
    this.formTarget.elements.name.select();
  }

  async remove({ currentTarget }) {
    const { name } = currentTarget.closest("li").dataset;
    const kept = this.#kept;
    if (!(await this.#send("DELETE", { name }))) return;
    kept.delete(name);
    this.#done(kept, t("Filtre retiré."));
  }

  get #kept() {
    return new Map([...this.listTarget.children].map((item) => [item.dataset.name, queryOf(readQuery(new URL(item.querySelector("a").href).search))]));
  }

  #done(kept, words) {
    this.#show(kept);
    this.tabs.postMessage([...kept]);
    this.#turn(null);
    this.formTarget.elements.name.focus();
    announce(words);
  }

  // The one field names what is set now, or what was kept before.
  #turn(renamed) {
    this.#renaming = renamed;
    this.formTarget.elements.name.value = renamed ?? "";
    this.labelTarget.textContent = renamed ? t("Nouveau nom de « {name} »", { name: renamed }) : t("Garder ces filtres sous le nom");
    this.formTarget.querySelector("button").textContent = renamed ? t("Renommer") : t("Garder");
    this.problemTarget.textContent = "";
  }

  async #send(method, body) {
    this.problemTarget.textContent = "";
    try {
      await send(this.addressValue, method, body);
      return true;
    } catch (problem) {
      this.problemTarget.textContent = problem.detail;
      return false;
    }
  }

  #show(kept) {
    const inTurn = [...kept].sort(([one], [other]) => one.localeCompare(other));
    this.listTarget.replaceChildren(...inTurn.map(([name, query]) => this.#row(name, query)));
    this.noneTarget.hidden = kept.size > 0;
  }

  #row(name, query) {
    const row = this.itemTarget.content.firstElementChild.cloneNode(true);
    const [rename, remove] = row.querySelectorAll("button");
    row.dataset.name = name;
    row.querySelector("a").href = boardAddress(readQuery(query));
    row.querySelector("bdi").textContent = name;
    rename.ariaLabel = t("Renommer le filtre {name}", { name });
    remove.ariaLabel = t("Retirer le filtre {name}", { name });
    return row;
  }
}
