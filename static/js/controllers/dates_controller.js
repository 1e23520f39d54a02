import { Controller } from "@hotwired/stimulus";
import { addDays, endOfMonth, today, weekday } from "../live/days.js";

const FRIDAY = 5;

const PICKS = {
  tonight: (day) => day,
  friday: (day) => addDays(day, (FRIDAY - weekday(day) + 7) % 7),
  month: endOfMonth,
};

// Quick picks for a card’s last day, by the town’s calendar; those that would be the same day are offered once.
export default class extends Controller {
  static targets = ["end", "pick", "none"];

  connect() {
    this.offer();
  }

  offer() {
    const offered = new Set();
    for (const button of this.pickTargets) {
      const day = this.#day(button);
      button.hidden = offered.has(day);
      offered.add(day);
    }
    this.noneTarget.hidden = !this.endTarget.value;
  }

  pick({ currentTarget: button, params }) {
    this.endTarget.value = params.pick ? PICKS[params.pick](today()) : "";
    this.endTarget.dispatchEvent(new Event("input", { bubbles: true }));
    this.offer();
    if (button.hidden) this.endTarget.focus();
  }

  #day(button) {
    return PICKS[button.dataset.datesPickParam](today());
  }
}
