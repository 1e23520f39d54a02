import { Controller } from "@hotwired/stimulus";
import { announce, toast } from "../live/announce.js";
import { perform } from "../live/board.js";
import { openCard } from "../live/places.js";
import { takeBack } from "../live/undo.js";
import { t } from "../live/words.js";

// « Demander la lecture… » of the open card: of everybody, or of the agents of some services.
export default class extends Controller {
  static targets = ["dialog", "what", "services", "problem", "stop"];
  #card = null;

  open({ currentTarget: { dataset } }) {
    this.#card = openCard();
    const asked = dataset.services.split(" ").filter(Boolean);
    this.whatTarget.textContent = this.#card.title;
    for (const box of this.#boxes) box.checked = asked.includes(box.value);
    this.#form.elements.whom.value = asked.length ? "some" : "all";
    this.stopTarget.hidden = dataset.required !== "true";
    this.choose();
    this.dialogTarget.showModal();
    this.#form.querySelector("[name=whom]:checked").focus();
  }

  choose() {
    this.servicesTarget.hidden = this.#form.elements.whom.value !== "some";
    this.problemTarget.textContent = "";
  }

  close() {
    this.dialogTarget.close();
  }

  submit(event) {
    event.preventDefault();
    const services = this.servicesTarget.hidden ? [] : this.#boxes.filter((box) => box.checked).map((box) => Number(box.value));
    if (!this.servicesTarget.hidden && !services.length) this.problemTarget.textContent = t("Choisissez au moins un service.");
    else this.#ask({ required: true, services }, t("La lecture est demandée."));
  }

  stop() {
    this.#ask({ required: false }, t("La lecture n’est plus demandée."));
  }

  async #ask(what, words) {
    try {
      const { seq } = await perform({ type: "require_reading", card: this.#card.id, ...what });
      this.close();
      announce(words);
      toast(words, { words: t("Annuler"), run: () => takeBack({ type: "require_reading", seq, first: seq }) });
    } catch (problem) {
      this.problemTarget.textContent = problem.detail;
    }
  }

  get #form() {
    return this.dialogTarget.querySelector("form");
  }

  get #boxes() {
    return [...this.servicesTarget.querySelectorAll("input")];
  }
}
