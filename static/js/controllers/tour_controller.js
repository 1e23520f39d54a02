import { Controller } from "@hotwired/stimulus";
import { toast } from "../live/announce.js";
import { csrfToken } from "../live/context.js";
import { t } from "../live/words.js";

const BUSY = "dialog[open], [popover]:popover-open, .composer, .edit-form";
const TYPING = "input, textarea, select, [contenteditable]";

// A newcomer arrives with the house rules in view and is shown around, once; anybody may see the tour again.
export default class extends Controller {
  #running = false;

  connect() {
    if ("newcomer" in document.body.dataset) this.#welcome();
  }

  replay() {
    document.querySelector("dialog[open]")?.close();
    this.application.getControllerForElementAndIdentifier(this.element, "panel").close();
    this.#begin(() => document.querySelector(".account").focus());
  }

  #welcome() {
    const guide = document.querySelector('.column[data-column-kind="guide"]');
    if (!location.hash) guide?.scrollIntoView({ inline: "center", block: "nearest", behavior: "instant" });
    if (document.querySelector(BUSY) || document.activeElement.matches(TYPING)) return; // it waits for the next visit
    this.#begin(() => {
      this.#remember();
      (guide?.querySelector(".card h3 a") ?? document.getElementById("board")).focus();
    });
  }

  async #begin(ended) {
    if (this.#running) return;
    this.#running = true;
    try {
      const { showAround } = await import("../tour.js");
      await showAround();
      ended();
    } catch {
      toast(t("La visite n’a pas pu être chargée. Réessayez quand la connexion sera revenue."));
    } finally {
      this.#running = false;
    }
  }

  #remember() {
    delete document.body.dataset.newcomer;
    fetch("/profile/welcomed", { method: "PUT", keepalive: true, headers: { "X-CSRFToken": csrfToken() } }).catch(() => {}); // then it is offered once more
  }
}
