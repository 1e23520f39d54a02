import { Controller } from "@hotwired/stimulus";
import { announce, toast } from "../live/announce.js";
import { keepRead, markReads } from "../live/reads.js";
import { t } from "../live/words.js";

// « J’ai lu » in the panel of a rule, and the marks on the board.
export default class extends Controller {
  connect() {
    markReads();
    document.addEventListener("board:change", markReads);
  }

  async toggle(event) {
    event.preventDefault();
    const form = event.target;
    const version = Number(form.elements.version.value) || null;
    try {
      await keepRead(Number(form.closest("[data-panel-card]").dataset.panelCard), version);
      announce(version ? t("Marquée comme lue.") : t("Marquée à lire."));
    } catch (problem) {
      toast(problem.detail);
      document.dispatchEvent(new CustomEvent("board:reads")); // the panel then shows the text as it is now
    }
  }
}
