import { Controller } from "@hotwired/stimulus";
import { board, lookingAs } from "../live/context.js";
import { showAsked } from "../live/suggesting.js";
import { wordTimes } from "../live/times.js";
import { t, tn } from "../live/words.js";

const PAUSE_MS = 120;
const GIVEN_UP_MS = 2500; // whoever stops typing for so long has finished their question
const LETTERS_FROM = 2;

// The field at the top: what everything one may read says of a question, as one types it. A combobox whose list is made by the server.
export default class extends Controller {
  static targets = ["input", "box", "state", "list", "all", "narrow", "ask"];
  #pause;
  #givingUp;
  #asking = null; // aborts the question that is on its way
  #answered = ""; // the words whose results are shown

  connect() {
    const asked = new URLSearchParams(location.hash.slice(1)).get("ask");
    if (!asked) return;
    history.replaceState(history.state, "", location.pathname + location.search);
    this.inputTarget.value = asked;
    this.askService();
  }

  disconnect() {
    this.#stop();
  }

  type() {
    this.#stop();
    if (this.#words.length < LETTERS_FROM) return this.close();
    this.#pause = setTimeout(() => this.#search(), PAUSE_MS);
  }

  // Back in the field: what it found is there again.
  show() {
    if (this.#words.length >= LETTERS_FROM && this.boxTarget.hidden) this.type();
  }

  key(event) {
    if (event.isComposing) return;
    const act = {
      ArrowDown: () => this.#step(1),
      ArrowUp: () => this.#step(-1),
      Enter: () => this.#enter(event),
      Escape: () => this.#escape(event),
    }[event.key];
    if (!act || (this.boxTarget.hidden && event.key.startsWith("Arrow"))) return;
    event.preventDefault();
    act();
  }

  choose(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const option = event.target.closest("[role=option]");
    if (!option) return;
    event.preventDefault();
    this.#follow(option);
  }

  left({ relatedTarget }) {
    if (!this.element.contains(relatedTarget)) this.close();
  }

  close() {
    this.boxTarget.hidden = true;
    this.inputTarget.ariaExpanded = "false";
    this.#activate(null);
  }

  // What nobody has written down is asked of a service: a suggestion that begins with these words.
  askService() {
    const column = document.querySelector('#board .column[data-column-kind="suggestions"]');
    const words = this.#words;
    this.close();
    this.application.getControllerForElementAndIdentifier(document.body, "composer").openIn(column);
    const form = column?.querySelector(".composer");
    if (!form) return;
    form.elements.title.value = words;
    form.elements.suggestion.value = "request";
    showAsked(form.elements);
    form.elements.title.dispatchEvent(new Event("input", { bubbles: true }));
    form.elements.asked.focus();
  }

  get #words() {
    return this.inputTarget.value.trim();
  }

  get #options() {
    return [...this.boxTarget.querySelectorAll("[role=option]:not([hidden])")];
  }

  get #active() {
    return this.boxTarget.querySelector("[role=option][aria-selected=true]");
  }

  async #search() {
    const words = this.#words;
    this.#open();
    this.#say(this.listTarget.childElementCount ? "" : t("Recherche…"));
    this.#asking = new AbortController();
    try {
      const response = await fetch(this.#address(words), { headers: { "X-Fragment": "options", Accept: "text/html" }, signal: this.#asking.signal });
      if (!response.ok) throw new Error(response.status);
      this.#fill(words, await response.text());
    } catch (problem) {
      if (problem.name !== "AbortError") this.#fail();
    }
  }

  #fill(words, html) {
    this.listTarget.innerHTML = html;
    wordTimes(this.listTarget);
    const { count, inVain, mayAsk } = this.listTarget.querySelector("template").dataset;
    this.#answered = words;
    this.#say(Number(count) ? tn("{count} résultat", "{count} résultats", Number(count)) : t("Aucun résultat"));
    this.askTarget.hidden = mayAsk === undefined;
    this.#activate(this.#options[0]);
    if (inVain !== undefined && !lookingAs) this.#givingUp = setTimeout(() => countInVain(words), GIVEN_UP_MS);
  }

  #fail() {
    this.listTarget.replaceChildren();
    this.#answered = "";
    this.#say(navigator.onLine ? t("La recherche ne répond pas. Réessayez dans un instant.") : t("Hors ligne : la recherche attend la connexion."));
  }

  #open() {
    this.boxTarget.hidden = false;
    this.inputTarget.ariaExpanded = "true";
    this.allTarget.href = this.#address(this.#words);
  }

  #say(words) {
    if (this.stateTarget.textContent !== words) this.stateTarget.textContent = words;
  }

  #step(by) {
    const options = this.#options;
    const place = options.indexOf(this.#active);
    this.#activate(options.at((place + by) % options.length));
  }

  #activate(option) {
    this.#active?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) this.inputTarget.setAttribute("aria-activedescendant", option.id);
    else this.inputTarget.removeAttribute("aria-activedescendant");
  }

  // Before the answer has come, Enter leads to the page with all results.
  #enter() {
    if (!this.#words) return;
    const option = this.#answered === this.#words && !this.boxTarget.hidden ? this.#active : null;
    this.#follow(option ?? this.allTarget);
  }

  #follow(option) {
    const { card, service } = option.dataset;
    if (option === this.narrowTarget) this.#narrow();
    else if (option === this.askTarget) this.askService();
    else if (card && option.dataset.board === board.slug) this.#leaveFor(() => document.dispatchEvent(new CustomEvent("card:open", { detail: card })));
    else if (service) this.#leaveFor(() => this.application.getControllerForElementAndIdentifier(document.body, "service-sheet").show(service));
    else location.assign(option === this.allTarget ? this.#address(this.#words) : option.href);
  }

  #narrow() {
    this.close();
    this.application.getControllerForElementAndIdentifier(document.querySelector(".topbar"), "filter").narrow(this.#words);
    this.inputTarget.value = "";
    document.querySelector("#board .card:not(.filtered) h3 a")?.focus();
  }

  #leaveFor(act) {
    this.#stop();
    this.close();
    act();
  }

  // Escape closes the list, then empties the field, then leaves it for the board.
  #escape(event) {
    event.stopPropagation();
    if (!this.boxTarget.hidden) return this.close();
    if (this.inputTarget.value) return (this.inputTarget.value = "");
    (document.querySelector("#board .card:not(.filtered) h3 a") ?? document.getElementById("board")).focus();
  }

  #address(words) {
    return `/search?${new URLSearchParams({ q: words, board: board.slug, ...(lookingAs && { as: lookingAs }) })}`;
  }

  #stop() {
    clearTimeout(this.#pause);
    clearTimeout(this.#givingUp);
    this.#asking?.abort();
  }
}

const countInVain = (words) =>
  fetch("/search/in-vain", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content },
    body: JSON.stringify({ q: words, board: board.slug }),
  }).catch(() => null);
