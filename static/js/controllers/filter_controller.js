import { Controller } from "@hotwired/stimulus";
import { allCards, columns } from "../board/card_dom.js";
import {
  boardAddress,
  clearFilters,
  countFilters,
  filters,
  hasFilters,
  labelsInUse,
  matchesFilters,
  NO_FILTERS,
  parseQuery,
  setFilters,
} from "../board/filters.js";
import { t, tn } from "../lib/i18n.js";
import { toast } from "../lib/toast.js";

const CHANGES = ["board:change", "board:seen", "board:columns"];
const MARGIN = 8; // px between the popover and the window's edges
const GAP = 6; // px between the button and the popover

// Show only the cards that match the filters. The address holds the filters.
export default class extends Controller {
  static targets = ["button", "badge", "popover", "form", "labels", "bar", "said"];

  connect() {
    setFilters(parseQuery(document.body.dataset.filters ?? ""));
    this.#dropUnknownLabels();
    if (hasFilters() && isBoardOpen()) history.replaceState(history.state, "", boardAddress());
    this.apply();
    delete document.body.dataset.filtering;
    for (const event of CHANGES) document.addEventListener(event, this.apply);
    addEventListener("popstate", this.#onPopState);
  }

  disconnect() {
    for (const event of CHANGES) document.removeEventListener(event, this.apply);
    removeEventListener("popstate", this.#onPopState);
  }

  open() {
    this.popoverTarget.showPopover({ source: this.buttonTarget });
  }

  opened({ newState }) {
    if (newState !== "open") return;
    this.#fillForm();
    const { right, bottom } = this.buttonTarget.getBoundingClientRect();
    const width = this.popoverTarget.offsetWidth;
    const left = Math.max(MARGIN, Math.min(right - width, innerWidth - width - MARGIN));
    const top = bottom + GAP;
    const maxBlockSize = `${innerHeight - top - MARGIN}px`;
    Object.assign(this.popoverTarget.style, { left: `${left}px`, top: `${top}px`, maxBlockSize });
    this.formTarget.elements.q.focus();
  }

  change({ target }) {
    const { q, service, fresh, kind, period, mine, unread } = this.formTarget.elements;
    const wanted = {
      q: q.value,
      service: service.value,
      label: [...this.labelsTarget.querySelectorAll("input:checked")].map((box) => box.value),
      fresh: fresh.value,
      kind: kind.value,
      period: period.value,
      mine: mine.checked,
      unread: unread.checked,
    };
    this.#set(wanted, { typing: target === q });
  }

  // The filters are applied already; submitting only closes the form.
  submit(event) {
    event.preventDefault();
    this.popoverTarget.hidePopover();
  }

  // Filter by words that were typed into the search field.
  narrow(words) {
    this.#set({ ...filters, q: words });
    this.#fillForm();
  }

  clear() {
    this.#set(NO_FILTERS);
    this.#fillForm();
    if (!this.popoverTarget.matches(":popover-open")) this.buttonTarget.focus();
  }

  // Apply a saved filter's link without leaving the page.
  follow(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.#set(parseQuery(new URL(event.currentTarget.href).search));
    this.#dropUnknownLabels();
    this.#fillForm();
    this.apply();
  }

  apply = () => {
    const isFiltered = hasFilters();
    const words = isFiltered || !this.barTarget.hidden ? this.#filterCards(isFiltered) : "";
    this.barTarget.hidden = !isFiltered;
    if (this.saidTarget.textContent !== words) this.saidTarget.textContent = words;
    const count = countFilters();
    this.badgeTarget.hidden = !count;
    this.badgeTarget.textContent = count;
    const label = count ? tn("Filtrer : {count} filtre", "Filtrer : {count} filtres", count) : t("Filtrer");
    this.buttonTarget.ariaLabel = label;
    if (this.popoverTarget.matches(":popover-open")) this.#fillLabels();
  };

  // Return the result in words; "" without filters.
  #filterCards(isFiltered) {
    const cards = allCards();
    for (const card of cards) card.classList.toggle("filtered", isFiltered && !matchesFilters(card));
    for (const column of columns()) {
      const isEmpty = !column.querySelector(".cards > .card:not(.filtered)");
      column.classList.toggle("unmatched", isFiltered && isEmpty);
    }
    const shown = cards.filter((card) => !card.matches(".filtered")).length;
    return isFiltered ? resultWords(shown, cards.length - shown) : "";
  }

  // The letters of one word make one history entry. An open card closes: the board is looked at now.
  #set(wanted, { typing = false } = {}) {
    const before = boardAddress();
    setFilters(wanted);
    if (boardAddress() !== before) {
      const continuesTyping = typing && history.state?.typed && isBoardOpen();
      history[continuesTyping ? "replaceState" : "pushState"]({ typed: typing }, "", boardAddress());
      document.dispatchEvent(new CustomEvent("board:address"));
    }
    this.apply();
  }

  #onPopState = () => {
    if (!isBoardOpen()) return;
    clearFilters();
    setFilters(parseQuery(location.search));
    this.#fillForm();
    requestAnimationFrame(this.apply); // once the panel has closed its card
  };

  // Drop labels that no card on the board has: nothing could ever match.
  #dropUnknownLabels() {
    const known = labelsInUse();
    const label = filters.label.filter((id) => known.has(id));
    if (label.length === filters.label.length) return;
    setFilters({ label });
    toast(t("Plus aucune info ne porte l’étiquette demandée : ce filtre est laissé de côté."));
  }

  #fillForm() {
    const { elements } = this.formTarget;
    for (const name of ["q", "service", "fresh", "kind", "period"]) {
      if (elements[name].value !== filters[name]) elements[name].value = filters[name];
    }
    for (const name of ["mine", "unread"]) elements[name].checked = filters[name];
    this.#fillLabels();
  }

  #fillLabels() {
    const known = [...labelsInUse()];
    const state = JSON.stringify([known, filters.label]);
    if (this.shownLabels === state) return;
    this.shownLabels = state;
    const focused = this.labelsTarget.contains(document.activeElement) && document.activeElement.value;
    this.labelsTarget.querySelector(".choices").replaceChildren(...known.map(createChoice));
    this.labelsTarget.hidden = !known.length;
    if (focused) this.labelsTarget.querySelector(`[value="${focused}"]`)?.focus();
  }
}

const isBoardOpen = () => location.pathname.startsWith("/boards/");

function resultWords(shown, hidden) {
  const none = t("Aucune info ne correspond");
  const found = shown ? tn("{count} info affichée", "{count} infos affichées", shown) : none;
  return `${found}, ${tn("{count} masquée", "{count} masquées", hidden)}`;
}

function createChoice([id, { name, hue, count }]) {
  const label = document.createElement("label");
  label.className = "chip tint";
  label.dataset.hue = hue;
  const box = document.createElement("input");
  Object.assign(box, { type: "checkbox", value: id, checked: filters.label.includes(id) });
  const words = document.createElement("bdi");
  words.textContent = name;
  const number = Object.assign(document.createElement("small"), { textContent: count });
  label.append(box, words, number);
  return label;
}
