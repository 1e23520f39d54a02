import { Controller } from "@hotwired/stimulus";
import { menuColumn } from "../board/card_dom.js";
import { requestHtml } from "../lib/http.js";
import { t } from "../lib/i18n.js";
import { toast } from "../lib/toast.js";

// « Fiche du service »: show a service's tasks, hours and contacts in a dialog.
export default class extends Controller {
  open() {
    this.show(menuColumn().dataset.serviceId);
  }

  async show(id) {
    const response = await requestHtml(`/services/${id}`, { fragment: "sheet" }).catch(() => null);
    if (!response?.ok) return toast(t("La fiche de ce service ne peut pas être ouverte pour l’instant."));
    const dialog = document.getElementById("service-sheet");
    dialog.querySelector("[data-sheet]").innerHTML = await response.text();
    dialog.showModal();
  }
}
