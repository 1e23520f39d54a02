import { Controller } from "@hotwired/stimulus";
import { toast } from "../live/announce.js";
import { areSet, boardAddress, clearFilters, countSet, filters, fits, labelsInUse, NONE, readQuery, setFilters } from "../live/filters.js";
import { columns } from "../live/places.js";
import { t, tn } from "../live/words.js";

// Leaves in sight only the cards that fit what is asked for; the address says what that is.
export default class extends Controller {
  static targets = ["button", "badge", "popover", "form", "labels", "bar", "said"];

  connect() {
    setFilters(readQuery(document.body.dataset.filters ?? ""));
    this.#dropLabelsThatAreGone();
    if (areSet() && location.pathname.startsWith("/boards/")) history.replaceState(history.state, "", boardAddress());
    this.apply();
    delete document.body.dataset.filtering;
    for (const event of ["board:change", "board:seen", "board:columns"]) document.addEventListener(event, this.apply);
    addEventListener("popstate", this.#followAddress);
  }

  disconnect() {
    for (const event of ["board:change", "board:seen", "board:columns"]) document.removeEventListener(event, this.apply);
    removeEventListener("popstate", this.#followAddress);
  }

  open() {
    this.popoverTarget.showPopover({ source: this.buttonTarget });
  }

  // Beside its button, or across a phone.
  opened({ newState }) {
    if (newState !== "open") return;
    this.#fill();
    const { right, bottom } = this.buttonTarget.getBoundingClientRect();
    const left = Math.max(8, Math.min(right - this.popoverTarget.offsetWidth, innerWidth - this.popoverTarget.offsetWidth - 8));
    Object.assign(this.popoverTarget.style, { left: `${left}px`, top: `${bottom + 6}px`, maxBlockSize: `${innerHeight - bottom - 14}px` });
    this.formTarget.elements.q.focus();
  }

  change({ target }) {
    const { q, service, fresh, kind, period, mine, unread } = this.formTarget.elements;
    const label = [...this.labelsTarget.querySelectorAll("input:checked")].map((box) => box.value);
    const asked = { q: q.value, service: service.value, fresh: fresh.value, kind: kind.value, period: period.value, mine: mine.checked, unread: unread.checked, label };
    this.#ask(asked, { typing: target === q });
  }

  // A form without its own way to the server: what it asks for is shown already.
  submit(event) {
    event.preventDefault();
    this.popoverTarget.hidePopover();
  }

  // Words that were typed elsewhere: to search by, and now to narrow the board.
  narrow(words) {
    this.#ask({ ...filters, q: words });
    this.#fill();
  }

  clear() {
    this.#ask(NONE);
    this.#fill();
    if (!this.popoverTarget.matches(":popover-open")) this.buttonTarget.focus();
  }

  // A filter that was saved: its link, without leaving the page.
  follow(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.#ask(readQuery(new URL(event.currentTarget.href).search));
    this.#dropLabelsThatAreGone();
    this.#fill();
    this.apply();
  }

  apply = () => {
    const set = areSet();
    const words = set || !this.barTarget.hidden ? this.#narrowDown(set) : "";
    this.barTarget.hidden = !set;
    if (this.saidTarget.textContent !== words) this.saidTarget.textContent = words;
    const count = countSet();
    this.badgeTarget.hidden = !count;
    this.badgeTarget.textContent = count;
    this.buttonTarget.ariaLabel = count ? tn("Filtrer : {count} filtre", "Filtrer : {count} filtres", count) : t("Filtrer");
    if (this.popoverTarget.matches(":popover-open")) this.#offerLabels();
  };

  // Returns how many are left, in words; without a filter none are said.
  #narrowDown(set) {
    const cards = [...document.querySelectorAll("#board .card:not(.pending)")];
    const shown = cards.filter((card) => !card.classList.toggle("filtered", set && !fits(card))).length;
    for (const column of columns()) column.classList.toggle("unmatched", set && !column.querySelector(".cards > .card:not(.filtered)"));
    return set ? this.#inWords(shown, cards.length - shown) : "";
  }

  // Several letters of a word are one step back; what lies open closes, since the board is what is looked at.
  #ask(asked, { typing = false } = {}) {
    const went = boardAddress();
    setFilters(asked);
    if (boardAddress() !== went) {
      const again = typing && history.state?.typed && location.pathname.startsWith("/boards/");
      history[again ? "replaceState" : "pushState"]({ typed: typing }, "", boardAddress());
      document.dispatchEvent(new CustomEvent("board:address"));
    }
    this.apply();
  }

  #followAddress = () => {
    if (!location.pathname.startsWith("/boards/")) return;
    clearFilters();
    setFilters(readQuery(location.search));
    this.#fill();
    requestAnimationFrame(this.apply); // the card that lay open has closed by then
  };

  // Nothing that is on the board could ever fit.
  #dropLabelsThatAreGone() {
    const known = labelsInUse();
    const left = filters.label.filter((id) => known.has(id));
    if (left.length === filters.label.length) return;
    setFilters({ label: left });
    toast(t("Plus aucune info ne porte l’étiquette demandée : ce filtre est laissé de côté."));
  }

  #fill() {
    const { elements } = this.formTarget;
    for (const name of ["q", "service", "fresh", "kind", "period"]) if (elements[name].value !== filters[name]) elements[name].value = filters[name];
    for (const name of ["mine", "unread"]) elements[name].checked = filters[name];
    this.#offerLabels();
  }

  #offerLabels() {
    const known = [...labelsInUse()];
    const told = JSON.stringify([known, filters.label]);
    if (this.offered === told) return;
    this.offered = told;
    const focused = this.labelsTarget.contains(document.activeElement) && document.activeElement.value;
    this.labelsTarget.querySelector(".choices").replaceChildren(...known.map(choice));
    this.labelsTarget.hidden = !known.length;
    if (focused) this.labelsTarget.querySelector(`[value="${focused}"]`)?.focus();
  }

  #inWords(shown, hidden) {
    const found = shown ? tn("{count} info affichée", "{count} infos affichées", shown) : t("Aucune info ne correspond");
    return `${found}, ${tn("{count} masquée", "{count} masquées", hidden)}`;
  }
}

function choice([id, { name, hue, count }]) {
  const label = document.createElement("label");
  label.className = "chip tint";
  label.dataset.hue = hue;
  const box = Object.assign(document.createElement("input"), { type: "checkbox", value: id, checked: filters.label.includes(id) });
  const words = document.createElement("bdi");
  words.textContent = name;
  const number = Object.assign(document.createElement("small"), { textContent: count });
  label.append(box, words, number);
  return label;
}
