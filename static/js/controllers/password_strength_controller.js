import { Controller } from "@hotwired/stimulus";
import { t, tn } from "../live/words.js";

const PAUSE_MS = 400; // a screen reader speaks between words, not at every key
const WORDS = [t("Très facile à deviner"), t("Facile à deviner"), t("Encore devinable"), t("Bon mot de passe"), t("Très bon mot de passe")];

// Says how strong a password is while it is typed. The server decides; this only spares a round trip.
export default class extends Controller {
  static targets = ["password", "bar", "words"];
  static values = { words: Array, least: Number };

  disconnect() {
    clearTimeout(this.timer);
  }

  judge() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#say(), PAUSE_MS);
  }

  async #say() {
    const password = this.passwordTarget.value;
    const missing = this.leastValue - [...password].length;
    if (!password) return this.#show("", "");
    if (missing > 0) return this.#show(tn("Encore {count} caractère", "Encore {count} caractères", missing), 0);
    const { score } = await import("../passwords/guesses.js");
    if (password !== this.passwordTarget.value) return;
    const level = score(password, this.wordsValue);
    this.#show(WORDS[level], level);
  }

  #show(words, level) {
    this.barTarget.dataset.level = level;
    if (this.wordsTarget.textContent !== words) this.wordsTarget.textContent = words;
  }
}
