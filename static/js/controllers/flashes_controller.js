import { Controller } from "@hotwired/stimulus";
import { Banners, bannersIn, keepSeen } from "../live/banners.js";
import { connection } from "../live/board.js";
import { board, lookingAs, me } from "../live/context.js";
import { alertTo } from "../live/flash.js";

const NEW_MS = 10_500; // so long a banner is an alert; then it just stands there

// What flashes in the town, whichever board is open, until this person has read it or it ends.
export default class extends Controller {
  #banners = new Banners();
  #known = new Set(); // what was shown once: it does not come as news again
  #answered = false; // before the server has said what is read, what is told may be
  #tabs = new BroadcastChannel(`flash-news:flashes:${me.id}`);
  #size = new ResizeObserver(() => this.#makeRoom());

  connect() {
    for (const banner of bannersIn(document)) this.#known.add(key(banner));
    this.#banners.take(bannersIn(document));
    this.#banners.addEventListener("change", this.#show);
    connection.addEventListener("flashes", this.#told);
    connection.addEventListener("seen", this.#seen);
    this.#tabs.addEventListener("message", ({ data }) => this.#banners.markRead(data));
    this.#size.observe(this.element);
  }

  disconnect() {
    connection.removeEventListener("flashes", this.#told);
    connection.removeEventListener("seen", this.#seen);
    this.#size.disconnect();
    this.#tabs.close();
  }

  // « Lire »: a card of another board is a page of its own.
  open(event) {
    const banner = this.#banner(event);
    this.#read(banner);
    if (banner?.board !== board.id || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    document.dispatchEvent(new CustomEvent("card:open", { detail: String(banner.card) }));
  }

  // « C’est lu »
  dismiss(event) {
    this.#read(this.#banner(event));
  }

  #banner(event) {
    const card = Number(event.target.closest(".flash-banner").dataset.flash);
    return this.#banners.shown.find((each) => each.card === card);
  }

  #read(banner) {
    if (lookingAs || !banner) return;
    this.#banners.markRead(banner.card);
    this.#tabs.postMessage(banner.card);
    keepSeen(banner);
  }

  #told = ({ detail: banners }) => {
    this.#answered ||= banners.some((banner) => "unread" in banner) || !banners.length;
    if (this.#answered) this.#banners.take(banners);
  };

  #seen = ({ detail }) => this.#banners.takeSeen(detail);

  #show = () => {
    const wanted = this.#banners.shown;
    const elements = wanted.map((banner) => this.#elementOf(banner));
    const standing = [...this.element.children];
    if (elements.length === standing.length && elements.every((element, index) => element === standing[index])) return;
    const hadFocus = this.element.contains(document.activeElement);
    this.element.replaceChildren(...elements);
    if (hadFocus && !this.element.contains(document.activeElement)) (this.element.querySelector("a") ?? document.getElementById("board")).focus();
  };

  // The open card begins below.
  #makeRoom() {
    document.body.style.setProperty("--flashes", `${this.element.offsetHeight}px`);
    document.body.style.setProperty("--flashes-top", `${this.element.offsetTop}px`);
  }

  #elementOf(banner) {
    const standing = this.element.querySelector(`[data-flash="${banner.card}"]`);
    const template = document.createElement("template");
    template.innerHTML = banner.html;
    const fresh = template.content.firstElementChild;
    if (standing && key(standing.dataset) === key(fresh.dataset) && standing.textContent === fresh.textContent) return standing;
    if (!this.#known.has(key(banner))) this.#announce(banner, fresh);
    return fresh;
  }

  #announce(banner, element) {
    this.#known.add(key(banner));
    element.role = "alert";
    setTimeout(() => element.removeAttribute("role"), NEW_MS);
    const [column, title] = [element.querySelector("strong bdi"), element.querySelector(".title")].map((part) => part.textContent);
    const open = () => element.querySelector("a").click();
    if (!lookingAs) alertTo({ ...banner, column, title }, JSON.parse(this.element.dataset.alerts), open);
  }
}

const key = ({ card, flash, seq }) => `${card ?? flash}:${seq}`;
