import { Controller } from "@hotwired/stimulus";
import { restoreDraft } from "../editing/drafts.js";
import { t } from "../lib/i18n.js";
import { toast } from "../lib/toast.js";
import { commandQueue, connection } from "../live/client.js";

const GRACE_MS = 1200; // a short interruption is not shown

// Show the state of the connection in the top bar, and report commands of an earlier page that were refused.
export default class extends Controller {
  static targets = ["state"];
  #timer = null;

  connect() {
    connection.addEventListener("state", () => this.#onStateChange());
    commandQueue.addEventListener("waiting", () => this.#show());
    commandQueue.addEventListener("refused", ({ detail }) => this.#onRefusal(detail));
    addEventListener("offline", () => this.#show());
    addEventListener("online", () => this.#show());
  }

  #onStateChange() {
    clearTimeout(this.#timer);
    if (connection.state === "ended") document.getElementById("signed-out").showModal();
    if (connection.state === "waiting") this.#timer = setTimeout(() => this.#show(), GRACE_MS);
    else this.#show();
  }

  #onRefusal({ request, outcome: { detail: reason } }) {
    restoreDraft(request);
    toast(t("Une modification en attente n’a pas pu être faite : {reason}", { reason }));
  }

  #show() {
    const [state, words] = describe();
    this.stateTarget.dataset.state = state;
    this.stateTarget.firstElementChild.textContent = words;
  }
}

function describe() {
  const { waiting, isPersisted } = commandQueue;
  if (connection.state === "ended") return ["offline", t("Session terminée")];
  if (waiting && !isPersisted) return ["offline", t("Hors ligne : ne fermez pas cette page")];
  if (waiting || (!navigator.onLine && !connection.isLive)) {
    return ["offline", t("Hors ligne : vos modifications partiront au retour")];
  }
  if (connection.isLive) return ["live", t("En direct")];
  return ["waiting", connection.state === "connecting" ? t("Connexion…") : t("Reconnexion…")];
}
