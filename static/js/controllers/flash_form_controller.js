import { Controller } from "@hotwired/stimulus";
import { announce, quote, toast } from "../live/announce.js";
import { perform } from "../live/board.js";
import { openCard } from "../live/places.js";
import { takeBack } from "../live/undo.js";
import { t } from "../live/words.js";

const HOUR_MS = 3_600_000;

// « Signaler en flash… » of the open card, and putting it out.
export default class extends Controller {
  static targets = ["dialog", "what", "problem"];
  #card = null;
  #tomorrow = ""; // when it ends, by the town's clocks

  open({ currentTarget }) {
    this.#card = openCard();
    this.#tomorrow = currentTarget.dataset.tomorrow;
    this.whatTarget.textContent = this.#card.title;
    this.problemTarget.textContent = "";
    this.dialogTarget.querySelector("form").reset();
    this.dialogTarget.showModal();
    this.dialogTarget.querySelector(":checked").focus();
  }

  close() {
    this.dialogTarget.close();
  }

  async submit(event) {
    event.preventDefault();
    const chosen = new FormData(event.target).get("until");
    const until = { hour: new Date(Date.now() + HOUR_MS).toISOString(), tomorrow: this.#tomorrow }[chosen];
    const { id, title } = this.#card;
    try {
      const { seq } = await perform({ type: "flash_card", card: id, on: true, ...(until && { until }) });
      this.close();
      toast(t("{title} est signalée en flash.", { title: quote(title) }), { words: t("Annuler"), run: () => takeBack({ type: "flash_card", seq, first: seq }) });
    } catch (problem) {
      this.problemTarget.textContent = problem.detail;
    }
  }

  async putOut() {
    try {
      await perform({ type: "flash_card", card: openCard().id, on: false });
      announce(t("Le flash est éteint."));
    } catch (problem) {
      toast(problem.detail);
    }
  }
}
