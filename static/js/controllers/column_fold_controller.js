import { Controller } from "@hotwired/stimulus";
import { board, csrfToken, lookingAs } from "../live/context.js";
import { toast } from "../live/announce.js";
import { t } from "../live/words.js";

// Folding a column, for oneself; remembered with the account.
export default class extends Controller {
  fold() {
    const column = document.getElementById(document.getElementById("column-menu").dataset.column);
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
    if (lookingAs) return;
    try {
      const response = await fetch(`/boards/${board.slug}/folds/${column.dataset.columnId}`, {
        method: "PUT",
        keepalive: true, // it leaves even when the page is left at once
        headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
        body: JSON.stringify(folded),
      });
      if (!response.ok) throw new Error(response.statusText);
    } catch {
      toast(t("Ce choix n’a pas pu être retenu : il vaudra jusqu’au prochain chargement."));
    }
  }
}
