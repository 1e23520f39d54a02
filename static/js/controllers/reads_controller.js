import { Controller } from "@hotwired/stimulus";
import { saveReceipt, setReceipts, showReceipts } from "../board/read_receipts.js";
import { t } from "../lib/i18n.js";
import { announce, toast } from "../lib/toast.js";
import { connection } from "../live/client.js";

// « J’ai lu »: the button in the panel, and the marks on the board.
export default class extends Controller {
  connect() {
    showReceipts();
    document.addEventListener("board:change", showReceipts);
    connection.addEventListener("joined", ({ detail }) => setReceipts(detail.reads));
  }

  async toggle(event) {
    event.preventDefault();
    const form = event.target;
    const version = Number(form.elements.version.value) || null;
    try {
      await saveReceipt(Number(form.closest("[data-panel-card]").dataset.panelCard), version);
      announce(version ? t("Marquée comme lue.") : t("Marquée à lire."));
    } catch (problem) {
      toast(problem.detail);
      document.dispatchEvent(new CustomEvent("board:reads")); // refreshes the panel: the card may have changed
    }
  }
}
