import { Controller } from "@hotwired/stimulus";
import { openCard } from "../board/card_dom.js";
import { undoAction } from "../board/undo.js";
import { t } from "../lib/i18n.js";
import { announce, quote, toast } from "../lib/toast.js";
import { perform, performOrToast } from "../live/client.js";

const HOUR_MS = 3_600_000;

// « Signaler en flash… »: flash the open card, or end its flash.
export default class extends Controller {
  static targets = ["dialog", "what", "problem"];
  #card = null;
  #tomorrow = ""; // the end of a flash until tomorrow, by the town's clock

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
      toast(t("{title} est signalée en flash.", { title: quote(title) }), undoAction({ type: "flash_card", seq }));
    } catch (problem) {
      this.problemTarget.textContent = problem.detail;
    }
  }

  async putOut() {
    const answer = await performOrToast({ type: "flash_card", card: openCard().id, on: false });
    if (answer) announce(t("Le flash est éteint."));
  }
}
