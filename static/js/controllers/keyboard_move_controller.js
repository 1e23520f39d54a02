import { Controller } from "@hotwired/stimulus";
import { announce, quote, toast } from "../live/announce.js";
import { cardsIn, columnOf, columns, placeOf, putBack, sendMove, titleOf } from "../live/places.js";
import { hold, refreshCount, release } from "../live/render.js";
import { whyNotIn } from "../live/refusals.js";
import { mayEdit, mayPlace } from "../live/rights.js";
import { t } from "../live/words.js";

// Moving a card without a mouse: Space lifts, arrows move, Enter drops, Escape puts it back; each step is announced.
export default class extends Controller {
  #card = null;
  #origin = null;

  key(event) {
    if (this.#card) this.#whileLifted(event);
    else if (event.key === " " && event.target.matches(".card h3 a")) this.#lift(event);
  }

  #lift(event) {
    event.preventDefault();
    const card = event.target.closest(".card");
    if (!mayEdit(card)) return toast(whyNotIn(columnOf(card)));
    this.#card = card;
    this.#origin = placeOf(card);
    hold(card);
    card.classList.add("lifted");
    card.addEventListener("focusout", this.#focusLost);
    announce(t("{title} soulevée, {where}. Flèches pour déplacer, Entrée pour déposer, Échap pour annuler.", { title: quote(titleOf(card)), where: this.#where() }));
  }

  #whileLifted(event) {
    const act = {
      ArrowUp: () => this.#shift(-1),
      ArrowDown: () => this.#shift(1),
      ArrowLeft: () => this.#cross(-1),
      ArrowRight: () => this.#cross(1),
      Enter: () => this.#drop(),
      " ": () => this.#drop(),
      Escape: () => this.#cancel(),
      Tab: () => this.#cancel(),
    }[event.key];
    if (!act) return;
    if (event.key !== "Tab") event.preventDefault();
    event.stopImmediatePropagation();
    act();
  }

  #shift(step) {
    const cards = cardsIn(columnOf(this.#card));
    const neighbour = cards[cards.indexOf(this.#card) + step];
    if (neighbour) this.#move(() => (step < 0 ? neighbour.before(this.#card) : neighbour.after(this.#card)));
    else announce(step < 0 ? t("Déjà en haut.") : t("Déjà en bas."));
  }

  #cross(step) {
    const open = columns().filter((column) => !column.matches(".folded") && mayPlace(this.#card.dataset.authorId, column));
    const column = open[open.indexOf(columnOf(this.#card)) + step];
    if (!column) return announce(step < 0 ? t("Aucune colonne à gauche où la déposer.") : t("Aucune colonne à droite où la déposer."));
    const index = cardsIn(columnOf(this.#card)).indexOf(this.#card);
    this.#move(() => column.querySelector(".cards").insertBefore(this.#card, cardsIn(column)[index] ?? null));
  }

  #move(act) {
    this.#card.removeEventListener("focusout", this.#focusLost);
    const from = this.#card.parentElement;
    act();
    [from, this.#card.parentElement].forEach(refreshCount);
    this.#focus();
    this.#card.addEventListener("focusout", this.#focusLost);
    announce(this.#where());
  }

  #drop() {
    const card = this.#end();
    announce(t("Déposée, {where}.", { where: this.#where(card) }));
    sendMove(card, this.#origin).finally(() => release(card));
  }

  #cancel() {
    const card = this.#end();
    putBack(card, this.#origin);
    card.querySelector("h3 a").focus();
    announce(t("Déplacement annulé : {title} est revenue à sa place.", { title: quote(titleOf(card)) }));
    release(card);
  }

  #end() {
    const card = this.#card;
    card.removeEventListener("focusout", this.#focusLost);
    card.classList.remove("lifted");
    this.#card = null;
    return card;
  }

  #focusLost = () => this.#card && this.#cancel();

  #focus() {
    this.#card.querySelector("h3 a").focus({ preventScroll: true });
    this.#card.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  #where(card = this.#card) {
    const cards = cardsIn(columnOf(card));
    return t("{column}, position {place} sur {places}", { column: titleOf(columnOf(card)), place: cards.indexOf(card) + 1, places: cards.length });
  }
}
