import { Controller } from "@hotwired/stimulus";
import { playSound, showNotification } from "../board/flash_alerts.js";
import { t } from "../lib/i18n.js";

// Preferences for flash alerts: try the sound, and ask for the browser's permission to show notifications.
// Browsers only allow the question as the answer to a click.
//   <form data-controller="alerts">
//     <input type="checkbox" name="flash_desktop" data-alerts-target="desktop" data-action="alerts#ask">
//     <p role="status" data-alerts-target="state"></p>
//     <button type="button" data-action="alerts#ring">Tester le son</button>
export default class extends Controller {
  static targets = ["desktop", "state"];

  connect() {
    this.#showPermission();
  }

  ring() {
    playSound();
  }

  async ask() {
    if (this.desktopTarget.checked) await this.#requestPermission();
    this.#showPermission();
  }

  async #requestPermission() {
    const permission = window.Notification ? await Notification.requestPermission() : "denied";
    if (permission !== "granted") this.desktopTarget.checked = false;
    else showNotification(t("essai"), t("Voilà comment un flash paraîtra sur ce poste."), { tag: "flash-test" });
  }

  // The preference is saved with the account, the permission with each browser.
  #showPermission() {
    if (!this.hasStateTarget) return;
    const isRelevant = this.desktopTarget.checked || !window.Notification || Notification.permission === "denied";
    this.stateTarget.textContent = isRelevant ? permissionWords() : "";
  }
}

function permissionWords() {
  switch (window.Notification?.permission) {
    case undefined:
      return t("Ce navigateur n’affiche pas de notifications sur ce site.");
    case "granted":
      return t("Ce navigateur affichera les notifications.");
    case "denied":
      return t("Ce navigateur refuse les notifications de ce site : autorisez-les dans ses réglages.");
    default:
      return t(
        "Ce navigateur n’a pas encore été autorisé à afficher les notifications : décochez, puis cochez à nouveau.",
      );
  }
}
