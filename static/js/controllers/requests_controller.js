import { Controller } from "@hotwired/stimulus";
import { cardId, columns, titleOf } from "../board/card_dom.js";
import { mayDecide } from "../board/rights.js";
import { t } from "../lib/i18n.js";

const OPEN = ":is([data-status=new], [data-status=studied], [data-status=accepted])";

// List the open requests to a service at the top of its columns. They are read from the cards of the page, so people
// see the requests that they may read.
export default class extends Controller {
  static targets = ["item"];

  connect() {
    document.addEventListener("board:change", this.#update);
    this.#update();
  }

  disconnect() {
    document.removeEventListener("board:change", this.#update);
  }

  #update = () => {
    const cards = [...document.querySelectorAll(`#board .card[data-suggestion=request]${OPEN}`)];
    cards.sort((a, b) => cardId(a) - cardId(b));
    for (const column of columns()) {
      const { serviceId } = column.dataset;
      const requests = cards.filter((card) => serviceId && card.dataset.asked === serviceId);
      this.#show(column.querySelector(".requests"), requests);
    }
  };

  #show(list, requests) {
    const present = [...list.children];
    const items = new Map(present.map((item) => [item.dataset.request, item]));
    const wanted = requests.map((card) => fillItem(items.get(card.dataset.cardId) ?? this.#createItem(), card));
    if (wanted.length === present.length && wanted.every((item, index) => item === present[index])) return;
    const hadFocus = list.contains(document.activeElement);
    list.replaceChildren(...wanted);
    if (!hadFocus || list.contains(document.activeElement)) return;
    list.closest(".column").querySelector(".column-menu-button").focus();
  }

  #createItem() {
    return this.itemTarget.content.firstElementChild.cloneNode(true);
  }
}

function fillItem(item, card) {
  const { cardId: id } = card.dataset;
  const name = card.querySelector(".author")?.title ?? t("un ancien agent");
  item.dataset.request = id;
  setText(item.querySelector("strong"), t("Demande de {name}", { name }));
  setText(item.querySelector("bdi"), titleOf(card));
  item.querySelector("a").href = `/cards/${id}`;
  const answer = item.querySelector("button");
  answer.dataset.answerCardParam = id;
  answer.hidden = !mayDecide(card);
  return item;
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
