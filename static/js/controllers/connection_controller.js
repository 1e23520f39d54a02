import { Controller } from "@hotwired/stimulus";
import { connection, sender } from "../live/board.js";
import { t } from "../live/words.js";

const GRACE_MS = 1200; // a blink of the network is not worth a word

// Says in the top bar whether what one sees is live, and what becomes of one's changes when it is not.
export default class extends Controller {
  static targets = ["state"];
  #timer = null;

  connect() {
    connection.addEventListener("state", () => this.#changed());
    sender.addEventListener("waiting", () => this.#show());
    addEventListener("offline", () => this.#show());
    addEventListener("online", () => this.#show());
  }

  #changed() {
    clearTimeout(this.#timer);
    if (connection.state === "ended") document.getElementById("signed-out").showModal();
    if (connection.state === "waiting") this.#timer = setTimeout(() => this.#show(), GRACE_MS);
    else this.#show();
  }

  #show() {
    const [state, words] = this.#words();
    this.stateTarget.dataset.state = state;
    this.stateTarget.firstElementChild.textContent = words;
  }

  #words() {
    if (connection.state === "ended") return ["offline", t("Session terminée")];
    if (sender.waiting && !sender.isKept) return ["offline", t("Hors ligne : ne fermez pas cette page")];
    if (sender.waiting || (!navigator.onLine && !connection.isLive)) return ["offline", t("Hors ligne : vos modifications partiront au retour")];
    if (connection.isLive) return ["live", t("En direct")];
    return ["waiting", connection.state === "connecting" ? t("Connexion…") : t("Reconnexion…")];
  }
}
