import { Controller } from "@hotwired/stimulus";
import { requestJson } from "../lib/http.js";
import { t } from "../lib/i18n.js";
import { toast } from "../lib/toast.js";

const BUSY = "dialog[open], [popover]:popover-open, .composer, .edit-form";
const TYPING = "input, textarea, select, [contenteditable]";

// Run the tour once for newcomers, with the house rules in sight; anybody may replay it.
export default class extends Controller {
  #isRunning = false;

  connect() {
    if ("newcomer" in document.body.dataset) this.#welcome();
  }

  replay() {
    document.querySelector("dialog[open]")?.close();
    this.application.getControllerForElementAndIdentifier(this.element, "panel").close();
    this.#run(() => document.querySelector(".account").focus());
  }

  #welcome() {
    const guide = document.querySelector('.column[data-column-kind="guide"]');
    if (!location.hash) guide?.scrollIntoView({ inline: "center", block: "nearest", behavior: "instant" });
    const isBusy = document.querySelector(BUSY) || document.activeElement.matches(TYPING);
    if (isBusy) return; // the next visit offers it again
    this.#run(() => {
      saveWelcomed();
      (guide?.querySelector(".card h3 a") ?? document.getElementById("board")).focus();
    });
  }

  async #run(onEnd) {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      const { runTour } = await import("../board/tour.js");
      await runTour();
      onEnd();
    } catch {
      toast(t("La visite n’a pas pu être chargée. Réessayez quand la connexion sera revenue."));
    } finally {
      this.#isRunning = false;
    }
  }
}

function saveWelcomed() {
  delete document.body.dataset.newcomer;
  // On failure the next visit offers the tour once more.
  requestJson("PUT", "/profile/welcomed", undefined, { keepalive: true }).catch(() => {});
}
