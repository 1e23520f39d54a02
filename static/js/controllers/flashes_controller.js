import { Controller } from "@hotwired/stimulus";
import { alertToFlash } from "../board/flash_alerts.js";
import { FlashBanners, parseBanners, saveBannerRead } from "../board/flash_banners.js";
import { parseElement } from "../lib/morph.js";
import { board, me, previewedAs } from "../lib/page_context.js";
import { connection } from "../live/client.js";

const NEW_MS = 10_500; // how long a banner has the role of an alert

// Show the flashes of every board until this person has read them or they end.
export default class extends Controller {
  #banners = new FlashBanners();
  #known = new Set(); // keys of banners that were shown: they do not alert again
  #hasServerState = false; // until the server's answer the page cannot tell which broadcast banners are read
  #tabs = new BroadcastChannel(`flash-news:flashes:${me.id}`);
  #resizeObserver = new ResizeObserver(() => this.#publishSize());

  connect() {
    const rendered = parseBanners(document);
    for (const banner of rendered) this.#known.add(keyOf(banner));
    this.#banners.replace(rendered);
    this.#banners.addEventListener("change", this.#show);
    connection.addEventListener("flashes", this.#onFlashes);
    connection.addEventListener("joined", this.#onJoin);
    connection.addEventListener("refetched", this.#onRefetch);
    connection.addEventListener("seen", this.#onReadMarkers);
    this.#tabs.addEventListener("message", ({ data }) => this.#banners.markRead(data));
    this.#resizeObserver.observe(this.element);
  }

  disconnect() {
    connection.removeEventListener("flashes", this.#onFlashes);
    connection.removeEventListener("joined", this.#onJoin);
    connection.removeEventListener("refetched", this.#onRefetch);
    connection.removeEventListener("seen", this.#onReadMarkers);
    this.#resizeObserver.disconnect();
    this.#tabs.close();
  }

  // « Lire »: a card of another board opens as a page.
  open(event) {
    const banner = this.#bannerAt(event);
    this.#markRead(banner);
    if (banner?.board !== board.id || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    document.dispatchEvent(new CustomEvent("card:open", { detail: String(banner.card) }));
  }

  // « C’est lu »
  dismiss(event) {
    this.#markRead(this.#bannerAt(event));
  }

  #bannerAt(event) {
    const card = Number(event.target.closest(".flash-banner").dataset.flash);
    return this.#banners.visible.find((banner) => banner.card === card);
  }

  #markRead(banner) {
    if (previewedAs || !banner) return;
    this.#banners.markRead(banner.card);
    this.#tabs.postMessage(banner.card);
    saveBannerRead(banner);
  }

  #onFlashes = ({ detail: banners }) => this.#replace(banners);
  #onJoin = ({ detail: { flashes } }) => this.#replace(flashes);
  #onRefetch = ({ detail: page }) => this.#replace(parseBanners(page));
  #onReadMarkers = ({ detail }) => this.#banners.applyReadMarkers(detail);

  #replace(banners) {
    this.#hasServerState ||= banners.some((banner) => "unread" in banner) || !banners.length;
    if (this.#hasServerState) this.#banners.replace(banners);
  }

  #show = () => {
    const wanted = this.#banners.visible.map((banner) => this.#elementOf(banner));
    const shown = [...this.element.children];
    if (wanted.length === shown.length && wanted.every((element, index) => element === shown[index])) return;
    const hadFocus = this.element.contains(document.activeElement);
    this.element.replaceChildren(...wanted);
    if (!hadFocus || this.element.contains(document.activeElement)) return;
    (this.element.querySelector("a") ?? document.getElementById("board")).focus();
  };

  // Style sheets place the panel below the banners.
  #publishSize() {
    document.body.style.setProperty("--flashes", `${this.element.offsetHeight}px`);
    document.body.style.setProperty("--flashes-top", `${this.element.offsetTop}px`);
  }

  // Return the shown element when nothing changed: it may have the focus.
  #elementOf(banner) {
    const shown = this.element.querySelector(`[data-flash="${banner.card}"]`);
    const fresh = parseElement(banner.html);
    if (shown?.textContent === fresh.textContent) return shown;
    if (!this.#known.has(keyOf(banner))) this.#alert(banner, fresh);
    return fresh;
  }

  #alert(banner, element) {
    this.#known.add(keyOf(banner));
    element.role = "alert";
    setTimeout(() => element.removeAttribute("role"), NEW_MS);
    if (previewedAs) return;
    const column = element.querySelector("strong bdi").textContent;
    const title = element.querySelector(".title").textContent;
    const open = () => element.querySelector("a").click();
    alertToFlash({ ...banner, column, title }, JSON.parse(this.element.dataset.alerts), open);
  }
}

const keyOf = ({ card, seq }) => `${card}:${seq}`;
