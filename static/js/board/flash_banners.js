// The flashes that this person has not read, newest first, until each ends.
import { requestJson } from "../lib/http.js";
import { board, me, previewedAs } from "../lib/page_context.js";
import { markCardRead } from "./unread.js";

const TIMER_MAX_MS = 2 ** 31 - 1;
const TIMER_MARGIN_MS = 50;

// Return the banners of a page as the server rendered it: those that its reader has not read.
export function parseBanners(page) {
  const elements = [...page.querySelectorAll(".flashes > .flash-banner")];
  return elements.map((element) => ({ ...parseData(element), html: element.outerHTML, unread: true }));
}

function parseData({ dataset }) {
  const [card, boardId, seq, seconds] = [dataset.flash, dataset.board, dataset.signalled, dataset.seconds].map(Number);
  return { card, board: boardId, seq, seconds };
}

// Save that the card was read as of its flash. A failure is ignored: the banner comes back with the next page.
export function saveBannerRead({ card, board: boardId, seq }) {
  const saving =
    boardId === board.id
      ? markCardRead(card, seq)
      : requestJson("PUT", `/cards/${card}/seen`, { seq }, { keepalive: true });
  return saving.catch(() => {});
}

// Dispatches "change" when the visible banners may have changed.
export class FlashBanners extends EventTarget {
  #banners = [];
  #readSeqs = new Map(); // card → the seq up to which this person has read it
  #timer = null;

  // Set the current flashes. `unread` is set where the server knows it for this person.
  replace(banners) {
    for (const { card, seq, by, unread } of banners) {
      if (unread) this.#readSeqs.delete(card);
      else if (unread === false || (by === me.id && !previewedAs)) this.#readSeqs.set(card, seq);
    }
    this.#banners = banners.map((banner) => ({ ...banner, endsAt: performance.now() + banner.seconds * 1000 }));
    this.#update();
  }

  // Apply read markers of another tab or machine. cards: {id: seq}, 0 for a card set back to unread; to: the whole
  // board is read up to this seq.
  applyReadMarkers({ board: boardId, cards, to }) {
    for (const { card, seq } of this.#banners.filter((banner) => banner.board === boardId)) {
      const read = cards[card];
      if (read === 0) this.#readSeqs.delete(card);
      else if (card in cards) this.#readSeqs.set(card, read ?? seq);
      else if (to >= seq) this.#readSeqs.set(card, seq);
    }
    this.#update();
  }

  markRead(card) {
    const banner = this.#banners.find((each) => each.card === card);
    if (banner) this.#readSeqs.set(card, banner.seq);
    this.#update();
  }

  get visible() {
    const now = performance.now();
    return this.#banners.filter(({ card, seq, endsAt }) => (this.#readSeqs.get(card) ?? 0) < seq && endsAt > now);
  }

  // Update again when the next flash ends.
  #update() {
    clearTimeout(this.#timer);
    const next = Math.min(...this.visible.map(({ endsAt }) => endsAt));
    if (next < Infinity) {
      const delay = Math.min(next - performance.now() + TIMER_MARGIN_MS, TIMER_MAX_MS);
      this.#timer = setTimeout(() => this.#update(), delay);
    }
    this.dispatchEvent(new Event("change"));
  }
}
