import { Controller } from "@hotwired/stimulus";
import { notify, ring } from "../live/flash.js";
import { t } from "../live/words.js";

// How a flash alerts, on the page of one’s preferences: « Tester le son », and the browser’s leave to show notifications, asked for on a click only.
//   <form data-controller="alerts">
//     <input type="checkbox" name="flash_desktop" data-alerts-target="desktop" data-action="alerts#ask">
//     <p role="status" data-alerts-target="state"></p>                  says what the browser allows
//     <button type="button" data-action="alerts#ring">Tester le son</button>
export default class extends Controller {
  static targets = ["desktop", "state"];

  connect() {
    this.#say();
  }

  ring() {
    ring();
  }

  async ask() {
    if (!this.desktopTarget.checked) return this.#say();
    const answer = window.Notification ? await Notification.requestPermission() : "denied";
    if (answer !== "granted") this.desktopTarget.checked = false;
    else notify(t("essai"), t("Voilà comment un flash paraîtra sur ce poste."), { tag: "flash-test" });
    this.#say();
  }

  // What somebody chose elsewhere does not hold on a machine whose browser refuses it.
  #say() {
    if (!this.hasStateTarget) return;
    this.stateTarget.textContent = this.desktopTarget.checked || !window.Notification || Notification.permission === "denied" ? this.#words() : "";
  }

  #words() {
    if (!window.Notification) return t("Ce navigateur n’affiche pas de notifications sur ce site.");
    return (
      {
        granted: t("Ce navigateur affichera les notifications."),
        denied: t("Ce navigateur refuse les notifications de ce site : autorisez-les dans ses réglages."),
      }[Notification.permission] ?? t("Ce navigateur n’a pas encore été autorisé à afficher les notifications : décochez, puis cochez à nouveau.")
    );
  }
}
