import { Controller } from "@hotwired/stimulus";
import { restoreDraft } from "../editing/drafts.js";
import { t } from "../lib/i18n.js";
import { announce, toast } from "../lib/toast.js";
import { CommandQueue } from "../live/command_queue.js";

// Restore cards and columns from the archive page, which has no live connection.
export default class extends Controller {
  queue = new CommandQueue(null);
  #isOfflineAnnounced = false;

  connect() {
    this.queue.addEventListener("waiting", this.#onWaiting);
    this.queue.addEventListener("refused", ({ detail }) => restoreDraft(detail.request));
  }

  card(event) {
    this.#restore(event, { type: "restore_card", card: event.params.id });
  }

  column(event) {
    this.#restore(event, { type: "restore_column", column: event.params.id });
  }

  async #restore({ currentTarget: button, params }, command) {
    button.disabled = true;
    const row = button.closest("li");
    try {
      await this.queue.perform(command);
      const title = row.querySelector("strong").textContent;
      announce(params.published ? t("{title} : publiée.", { title }) : t("{title} : restaurée.", { title }));
      (row.nextElementSibling ?? row.previousElementSibling)?.querySelector("button")?.focus();
      row.remove();
    } catch (problem) {
      button.disabled = false;
      toast(problem.detail);
    }
  }

  #onWaiting = () => {
    const isWaiting = this.queue.waiting > 0;
    if (isWaiting && !this.#isOfflineAnnounced) {
      toast(t("Hors ligne : la restauration partira au retour de la connexion."));
    }
    this.#isOfflineAnnounced = isWaiting;
  };
}
