import { Controller } from "@hotwired/stimulus";
import { addDays, endOfMonth, today, weekday } from "../lib/calendar.js";

const FRIDAY = 5;

const PICKS = {
  tonight: (day) => day,
  friday: (day) => addDays(day, (FRIDAY - weekday(day) + 7) % 7),
  month: endOfMonth,
};

// Quick picks for a card's last day, counted from the day it is first shown. Of picks for the same day one is offered.
export default class extends Controller {
  static targets = ["start", "end", "pick", "none"];

  connect() {
    this.offer();
  }

  offer() {
    const offered = new Set();
    for (const button of this.pickTargets) {
      const { datesPickParam: pick } = button.dataset;
      const day = PICKS[pick](this.#firstDay);
      button.hidden = offered.has(day) || (pick === "tonight" && day !== today());
      offered.add(day);
    }
    this.noneTarget.hidden = !this.endTarget.value;
  }

  pick({ currentTarget: button, params }) {
    this.endTarget.value = params.pick ? PICKS[params.pick](this.#firstDay) : "";
    this.endTarget.dispatchEvent(new Event("input", { bubbles: true }));
    if (button.hidden) this.endTarget.focus();
  }

  get #firstDay() {
    const day = today();
    return this.startTarget.value > day ? this.startTarget.value : day;
  }
}
