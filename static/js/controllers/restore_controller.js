import { Controller } from "@hotwired/stimulus";
import { announce, toast } from "../live/announce.js";
import { giveBack } from "../live/drafts.js";
import { Sender } from "../live/sender.js";
import { t } from "../live/words.js";

// Restores from the archive page, which needs no live connection.
export default class extends Controller {
  sender = new Sender(null);
  #told = false;

  connect() {
    this.sender.addEventListener("waiting", this.#sayOffline);
    this.sender.addEventListener("refused", ({ detail }) => giveBack(detail.request));
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
      await this.sender.perform(command);
      const title = row.querySelector("strong").textContent;
      announce(params.published ? t("{title} : publiée.", { title }) : t("{title} : restaurée.", { title }));
      (row.nextElementSibling ?? row.previousElementSibling)?.querySelector("button")?.focus();
      row.remove();
    } catch (problem) {
      button.disabled = false;
      toast(problem.detail);
    }
  }

  #sayOffline = () => {
    if (this.sender.waiting && !this.#told) toast(t("Hors ligne : la restauration partira au retour de la connexion."));
    this.#told = this.sender.waiting > 0;
  };
}
