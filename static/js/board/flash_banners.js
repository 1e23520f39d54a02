// The banners of what flashes: those that this person has not read, the latest first, until each ends.
import { board, lookingAs, me } from "./context.js";
import { readCard, send } from "./unread.js";

const LONGEST_TIMER_MS = 2 ** 31 - 1;

// Those on a page as the server made it: all that its reader has not read.
export function bannersIn(page) {
  const found = [...page.querySelectorAll(".flashes > .flash-banner")];
  return found.map((element) => ({ ...told(element), html: element.outerHTML, unread: true }));
}

function told({ dataset }) {
  const [card, of, seq, seconds] = [dataset.flash, dataset.board, dataset.signalled, dataset.seconds].map(Number);
  return { card, board: of, seq, seconds };
}

export class Banners extends EventTarget {
  #told = [];
  #read = new Map(); // card → the seq up to which this person has read it
  #timer = null;

  // What flashes now. `unread` where the server knows it of this person; else it follows from what is known here.
  take(banners) {
    for (const { card, seq, by, unread } of banners) {
      if (unread) this.#read.delete(card);
      else if (unread === false || (by === me.id && !lookingAs)) this.#read.set(card, seq);
    }
    this.#told = banners.map((banner) => ({ ...banner, endsAt: performance.now() + banner.seconds * 1000 }));
    this.#changed();
  }

  // Read in another tab, on another machine, or as a whole board: cards maps ids to the seq that is kept, 0 for one set back to unread.
  takeSeen({ board: of, cards, to }) {
    for (const { card, board: home, seq } of this.#told) {
      if (home !== of) continue;
      const kept = cards[card];
      if (kept === 0) this.#read.delete(card);
      else if (card in cards) this.#read.set(card, kept ?? seq);
      else if (to >= seq) this.#read.set(card, seq);
    }
    this.#changed();
  }

  markRead(card) {
    const banner = this.#told.find((each) => each.card === card);
    if (banner) this.#read.set(card, banner.seq);
    this.#changed();
    return banner;
  }

  get shown() {
    return this.#told.filter(({ card, seq, endsAt }) => (this.#read.get(card) ?? 0) < seq && endsAt > performance.now());
  }

  #changed() {
    clearTimeout(this.#timer);
    const next = Math.min(...this.shown.map(({ endsAt }) => endsAt));
    if (next < Infinity) this.#timer = setTimeout(() => this.#changed(), Math.min(next - performance.now() + 50, LONGEST_TIMER_MS));
    this.dispatchEvent(new Event("change"));
  }
}

// Says to the server that the card is read as it was signalled; when that does not get there, the next look says it again.
export function keepSeen({ card, board: of, seq }) {
  const kept = of === board.id ? readCard(card, seq) : send(`/cards/${card}/seen`, "PUT", { seq });
  return kept.catch(() => {});
}
