import { Controller } from "@hotwired/stimulus";
import { menuColumn } from "../board/card_dom.js";
import { requestJson } from "../lib/http.js";
import { t } from "../lib/i18n.js";
import { board, previewedAs } from "../lib/page_context.js";
import { toast } from "../lib/toast.js";

// Fold a column for oneself; saved with the account.
export default class extends Controller {
  fold() {
    const column = menuColumn();
    this.#set(column, true);
    column.querySelector(".unfold").focus();
  }

  unfold(event) {
    const column = event.target.closest(".column");
    this.#set(column, false);
    column.querySelector(".column-menu-button").focus();
  }

  async #set(column, folded) {
    column.classList.toggle("folded", folded);
    if (previewedAs) return;
    try {
      const path = `/boards/${board.slug}/folds/${column.dataset.columnId}`;
      await requestJson("PUT", path, folded, { keepalive: true });
    } catch {
      toast(t("Ce choix n’a pas pu être retenu : il vaudra jusqu’au prochain chargement."));
    }
  }
}
