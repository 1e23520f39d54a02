import { Controller } from "@hotwired/stimulus";
import { toggleServiceField } from "../editing/suggestion_fields.js";
import { requestHtml, requestJson } from "../lib/http.js";
import { t, tn } from "../lib/i18n.js";
import { Listbox } from "../lib/listbox.js";
import { localizeTimes } from "../lib/local_time.js";
import { board, previewedAs } from "../lib/page_context.js";

const DELAY_MS = 120;
const FINISHED_MS = 2500; // a query that stays unchanged for so long was typed to its end
const LETTERS_MIN = 2;
const FIRST_CARD = "#board .card:not(.filtered) h3 a";

// The search field: a combobox whose options are rendered by the server while one types.
export default class extends Controller {
  static targets = ["input", "box", "state", "list", "all", "narrow", "ask"];
  #delay;
  #failedQueryTimer;
  #request = null; // AbortController of the request under way
  #answered = ""; // the words whose results are shown

  // A page beside the board links here with "#ask=…" to turn a failed query into a request to a service.
  connect() {
    this.listbox = new Listbox(this.inputTarget, this.boxTarget);
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
    if (this.#words.length < LETTERS_MIN) return this.close();
    this.#delay = setTimeout(() => this.#search(), DELAY_MS);
  }

  show() {
    if (this.#words.length >= LETTERS_MIN && this.boxTarget.hidden) this.type();
  }

  key(event) {
    if (event.isComposing) return;
    const act = {
      ArrowDown: () => this.listbox.step(1),
      ArrowUp: () => this.listbox.step(-1),
      Enter: () => this.#submit(),
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
    this.listbox.activate(null);
  }

  // Begin a request to a service with the words of the query.
  askService() {
    const column = document.querySelector('#board .column[data-column-kind="suggestions"]');
    const words = this.#words;
    this.close();
    this.#controller("composer", document.body).openIn(column);
    const form = column?.querySelector(".composer");
    if (!form) return;
    form.elements.title.value = words;
    form.elements.suggestion.value = "request";
    toggleServiceField(form.elements);
    form.elements.title.dispatchEvent(new Event("input", { bubbles: true }));
    form.elements.asked.focus();
  }

  get #words() {
    return this.inputTarget.value.trim();
  }

  async #search() {
    const words = this.#words;
    this.#open();
    this.#showState(this.listTarget.childElementCount ? "" : t("Recherche…"));
    this.#request = new AbortController();
    try {
      const options = { fragment: "options", signal: this.#request.signal };
      const response = await requestHtml(this.#address(words), options);
      if (!response.ok) throw new Error(response.status);
      this.#showResults(words, await response.text());
    } catch (error) {
      if (error.name !== "AbortError") this.#showFailure();
    }
  }

  #showResults(words, html) {
    this.listTarget.innerHTML = html;
    localizeTimes(this.listTarget);
    const { count, inVain, mayAsk } = this.listTarget.querySelector("template").dataset;
    this.#answered = words;
    const results = Number(count);
    this.#showState(results ? tn("{count} résultat", "{count} résultats", results) : t("Aucun résultat"));
    this.askTarget.hidden = mayAsk === undefined;
    this.listbox.activate(this.listbox.options[0]);
    if (inVain === undefined || previewedAs) return;
    this.#failedQueryTimer = setTimeout(() => reportFailedQuery(words), FINISHED_MS);
  }

  #showFailure() {
    this.listTarget.replaceChildren();
    this.#answered = "";
    const offline = t("Hors ligne : la recherche attend la connexion.");
    this.#showState(navigator.onLine ? t("La recherche ne répond pas. Réessayez dans un instant.") : offline);
  }

  #open() {
    this.boxTarget.hidden = false;
    this.inputTarget.ariaExpanded = "true";
    this.allTarget.href = this.#address(this.#words);
  }

  #showState(words) {
    if (this.stateTarget.textContent !== words) this.stateTarget.textContent = words;
  }

  // Enter before the results are there leads to the page with all of them.
  #submit() {
    if (!this.#words) return;
    const isCurrent = this.#answered === this.#words && !this.boxTarget.hidden;
    this.#follow((isCurrent && this.listbox.active) || this.allTarget);
  }

  #follow(option) {
    const { card, service } = option.dataset;
    if (option === this.narrowTarget) this.#narrow();
    else if (option === this.askTarget) this.askService();
    else if (card && option.dataset.board === board.slug) this.#leaveFor(() => openCard(card));
    else if (service) this.#leaveFor(() => this.#controller("service-sheet", document.body).show(service));
    else location.assign(option === this.allTarget ? this.#address(this.#words) : option.href);
  }

  #narrow() {
    this.close();
    this.#controller("filter", document.querySelector(".topbar")).narrow(this.#words);
    this.inputTarget.value = "";
    document.querySelector(FIRST_CARD)?.focus();
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
    (document.querySelector(FIRST_CARD) ?? document.getElementById("board")).focus();
  }

  #address(words) {
    const preview = previewedAs && { as: previewedAs };
    return `/search?${new URLSearchParams({ q: words, board: board.slug, ...preview })}`;
  }

  #stop() {
    clearTimeout(this.#delay);
    clearTimeout(this.#failedQueryTimer);
    this.#request?.abort();
  }

  #controller(name, element) {
    return this.application.getControllerForElementAndIdentifier(element, name);
  }
}

const openCard = (card) => document.dispatchEvent(new CustomEvent("card:open", { detail: card }));

const reportFailedQuery = (words) =>
  requestJson("POST", "/search/in-vain", { q: words, board: board.slug }).catch(() => null);
