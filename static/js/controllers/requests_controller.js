import { Controller } from "@hotwired/stimulus";
import { cardId } from "../live/cards.js";
import { columns, titleOf } from "../live/places.js";
import { mayDecide } from "../live/rights.js";
import { t } from "../live/words.js";

const OPEN = ":is([data-status=new], [data-status=studied], [data-status=accepted])";

// What is asked of a service stands at the top of its columns until it is closed. The cards on the page say it, so rights follow by themselves.
export default class extends Controller {
  static targets = ["item"];

  connect() {
    document.addEventListener("board:change", this.#follow);
    this.#follow();
  }

  disconnect() {
    document.removeEventListener("board:change", this.#follow);
  }

  #follow = () => {
    const open = [...document.querySelectorAll(`#board .card[data-suggestion=request]${OPEN}`)].sort((a, b) => cardId(a) - cardId(b));
    for (const column of columns()) {
      const asked = open.filter((card) => column.dataset.serviceId && card.dataset.asked === column.dataset.serviceId);
      this.#show(column.querySelector(".requests"), asked);
    }
  };

  #show(list, asked) {
    const items = new Map([...list.children].map((item) => [item.dataset.request, item]));
    const wanted = asked.map((card) => this.#filled(items.get(cardId(card)) ?? this.itemTarget.content.firstElementChild.cloneNode(true), card));
    if (wanted.length === list.children.length && wanted.every((item, index) => item === list.children[index])) return;
    const hadFocus = list.contains(document.activeElement);
    list.replaceChildren(...wanted);
    if (hadFocus && !list.contains(document.activeElement)) list.closest(".column").querySelector(".column-menu-button").focus();
  }

  #filled(item, card) {
    const id = cardId(card);
    const name = card.querySelector(".author")?.title ?? t("un ancien agent");
    item.dataset.request = id;
    say(item.querySelector("strong"), t("Demande de {name}", { name }));
    say(item.querySelector("bdi"), titleOf(card));
    item.querySelector("a").href = `/cards/${id}`;
    const answer = item.querySelector("button");
    answer.dataset.answerCardParam = id;
    answer.hidden = !mayDecide(card);
    return item;
  }
}

function say(place, words) {
  if (place.textContent !== words) place.textContent = words;
}
