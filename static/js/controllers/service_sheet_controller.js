import { Controller } from "@hotwired/stimulus";
import { toast } from "../live/announce.js";
import { t } from "../live/words.js";

// « Fiche du service »: what the service does, when it is open, whom to call; from the menu of its column, or found by searching.
export default class extends Controller {
  open() {
    this.show(document.getElementById(document.getElementById("column-menu").dataset.column).dataset.serviceId);
  }

  async show(id) {
    const response = await fetch(`/services/${id}`, { headers: { "X-Fragment": "sheet", Accept: "text/html" } }).catch(() => null);
    if (!response?.ok) return toast(t("La fiche de ce service ne peut pas être ouverte pour l’instant."));
    const dialog = document.getElementById("service-sheet");
    dialog.querySelector("[data-sheet]").innerHTML = await response.text();
    dialog.showModal();
  }
}
