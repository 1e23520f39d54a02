import { Controller } from "@hotwired/stimulus";
import { openCard } from "../board/card_dom.js";
import { undoAction } from "../board/undo.js";
import { t } from "../lib/i18n.js";
import { announce, toast } from "../lib/toast.js";
import { perform } from "../live/client.js";

// « Demander la lecture… » of the open card: to everybody, or to the agents of some services.
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
    const isForServices = !this.servicesTarget.hidden;
    const checked = this.#boxes.filter((box) => box.checked).map((box) => Number(box.value));
    const services = isForServices ? checked : [];
    if (isForServices && !services.length) this.problemTarget.textContent = t("Choisissez au moins un service.");
    else this.#send({ required: true, services }, t("La lecture est demandée."));
  }

  stop() {
    this.#send({ required: false }, t("La lecture n’est plus demandée."));
  }

  async #send(fields, words) {
    const type = "require_reading";
    try {
      const { seq } = await perform({ type, card: this.#card.id, ...fields });
      this.close();
      announce(words);
      toast(words, undoAction({ type, seq }));
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
