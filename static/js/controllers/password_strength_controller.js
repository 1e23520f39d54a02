import { Controller } from "@hotwired/stimulus";
import { t, tn } from "../lib/i18n.js";

const DELAY_MS = 400; // so that a screen reader speaks between words, not at every key
const LEVEL_WORDS = [
  t("Très facile à deviner"),
  t("Facile à deviner"),
  t("Encore devinable"),
  t("Bon mot de passe"),
  t("Très bon mot de passe"),
];

// Rate a password while it is typed. The server decides; this spares a round trip.
export default class extends Controller {
  static targets = ["password", "bar", "words"];
  static values = { words: Array, least: Number };

  disconnect() {
    clearTimeout(this.timer);
  }

  judge() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#rate(), DELAY_MS);
  }

  async #rate() {
    const password = this.passwordTarget.value;
    const missing = this.leastValue - [...password].length;
    if (!password) return this.#show("", "");
    if (missing > 0) return this.#show(tn("Encore {count} caractère", "Encore {count} caractères", missing), 0);
    const { score } = await import("../lib/password_score.js");
    if (password !== this.passwordTarget.value) return;
    const level = score(password, this.wordsValue);
    this.#show(LEVEL_WORDS[level], level);
  }

  #show(words, level) {
    this.barTarget.dataset.level = level;
    if (this.wordsTarget.textContent !== words) this.wordsTarget.textContent = words;
  }
}
