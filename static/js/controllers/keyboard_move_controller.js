import { Controller } from "@hotwired/stimulus";
import { cardsIn, columnOf, columns, titleOf } from "../board/card_dom.js";
import { placeOf, putBack, sendMove } from "../board/card_moves.js";
import { columnRefusalReason } from "../board/permission_messages.js";
import { mayEdit, mayPlace } from "../board/rights.js";
import { t } from "../lib/i18n.js";
import { announce, quote, toast } from "../lib/toast.js";
import { hold, release } from "../live/board_view.js";
import { updateCardCount } from "../live/rank_placement.js";

// Move a card by keyboard: Space lifts it, arrows move it, Enter drops it, Escape puts it back. Each step is announced.
export default class extends Controller {
  #card = null;
  #origin = null;

  key(event) {
    if (this.#card) this.#onKeyWhileLifted(event);
    else if (event.key === " " && event.target.matches(".card h3 a")) this.#lift(event);
  }

  #lift(event) {
    event.preventDefault();
    const card = event.target.closest(".card");
    if (!mayEdit(card)) return toast(columnRefusalReason(columnOf(card)));
    this.#card = card;
    this.#origin = placeOf(card);
    hold(card);
    card.classList.add("lifted");
    card.addEventListener("focusout", this.#onFocusOut);
    const values = { title: quote(titleOf(card)), where: placeWords(card) };
    announce(t("{title} soulevée, {where}. Flèches pour déplacer, Entrée pour déposer, Échap pour annuler.", values));
  }

  #onKeyWhileLifted(event) {
    const act = {
      ArrowUp: () => this.#moveWithin(-1),
      ArrowDown: () => this.#moveWithin(1),
      ArrowLeft: () => this.#moveAcross(-1),
      ArrowRight: () => this.#moveAcross(1),
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

  #moveWithin(step) {
    const cards = cardsIn(columnOf(this.#card));
    const neighbour = cards[cards.indexOf(this.#card) + step];
    if (!neighbour) return announce(step < 0 ? t("Déjà en haut.") : t("Déjà en bas."));
    this.#move(() => (step < 0 ? neighbour.before(this.#card) : neighbour.after(this.#card)));
  }

  #moveAcross(step) {
    const mayTake = (column) => !column.matches(".folded") && mayPlace(this.#card.dataset.authorId, column);
    const possible = columns().filter(mayTake);
    const column = possible[possible.indexOf(columnOf(this.#card)) + step];
    if (!column) {
      const left = t("Aucune colonne à gauche où la déposer.");
      return announce(step < 0 ? left : t("Aucune colonne à droite où la déposer."));
    }
    const index = cardsIn(columnOf(this.#card)).indexOf(this.#card);
    const next = cardsIn(column)[index] ?? null;
    this.#move(() => column.querySelector(".cards").insertBefore(this.#card, next));
  }

  #move(act) {
    this.#card.removeEventListener("focusout", this.#onFocusOut);
    const source = this.#card.parentElement;
    act();
    [source, this.#card.parentElement].forEach(updateCardCount);
    this.#card.querySelector("h3 a").focus({ preventScroll: true });
    this.#card.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.#card.addEventListener("focusout", this.#onFocusOut);
    announce(placeWords(this.#card));
  }

  #drop() {
    const card = this.#end();
    announce(t("Déposée, {where}.", { where: placeWords(card) }));
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
    card.removeEventListener("focusout", this.#onFocusOut);
    card.classList.remove("lifted");
    this.#card = null;
    return card;
  }

  #onFocusOut = () => this.#card && this.#cancel();
}

function placeWords(card) {
  const cards = cardsIn(columnOf(card));
  const values = { column: titleOf(columnOf(card)), place: cards.indexOf(card) + 1, places: cards.length };
  return t("{column}, position {place} sur {places}", values);
}
