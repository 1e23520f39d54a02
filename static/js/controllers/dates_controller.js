import { Controller } from "@hotwired/stimulus";
import { addDays, endOfMonth, today, weekday } from "../live/days.js";

const FRIDAY = 5;

const PICKS = {
  tonight: (day) => day,
  friday: (day) => addDays(day, (FRIDAY - weekday(day) + 7) % 7),
  month: endOfMonth,
};

// Quick picks for a card’s last day, by the town’s calendar, from the day on which it is shown; those that would be the same day are offered once.
export default class extends Controller {
  static targets = ["start", "end", "pick", "none"];

  connect() {
    this.offer();
  }

  offer() {
    const offered = new Set();
    for (const button of this.pickTargets) {
      const { datesPickParam: pick } = button.dataset;
      const day = PICKS[pick](this.#first);
      button.hidden = offered.has(day) || (pick === "tonight" && day !== today());
      offered.add(day);
    }
    this.noneTarget.hidden = !this.endTarget.value;
  }

  pick({ currentTarget: button, params }) {
    this.endTarget.value = params.pick ? PICKS[params.pick](this.#first) : "";
    this.endTarget.dispatchEvent(new Event("input", { bubbles: true }));
    if (button.hidden) this.endTarget.focus();
  }

  get #first() {
    const day = today();
    return this.startTarget.value > day ? this.startTarget.value : day;
  }
}
