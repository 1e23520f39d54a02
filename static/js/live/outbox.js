// Persist commands without an answer in local storage: a reload, a crash or a lost network loses none.
// Each command is an item of its own, so two tabs never overwrite each other's.
import { board, me } from "../lib/page_context.js";

const PREFIX = `flash-news:outbox:${me?.id}:${board.slug}:`;

export const outbox = {
  // Return false when nothing was stored: a private window, or a full store.
  save(request) {
    try {
      localStorage.setItem(PREFIX + request.key, JSON.stringify(request));
      return true;
    } catch {
      return false;
    }
  },
  remove(request) {
    try {
      localStorage.removeItem(PREFIX + request.key);
    } catch {
      // no storage: nothing was stored
    }
  },
  // All stored commands, oldest first.
  list() {
    try {
      return Object.keys(localStorage).filter(outbox.owns).sort().flatMap(read);
    } catch {
      return [];
    }
  },
  // Return true for the storage keys of this person's commands on this board.
  owns: (storageKey) => storageKey?.startsWith(PREFIX),
};

let lastMoment = 0;

// Return a new idempotency key. It begins with the time in milliseconds, so keys sort by age (as UUIDv7 does);
// crypto.randomUUID exists on HTTPS addresses only.
export function newKey() {
  lastMoment = Math.max(Date.now(), lastMoment + 1);
  const random = crypto.getRandomValues(new Uint8Array(10));
  const hex = Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return lastMoment.toString(16).padStart(12, "0") + hex;
}

function read(storageKey) {
  try {
    return JSON.parse(localStorage.getItem(storageKey)) ?? [];
  } catch {
    localStorage.removeItem(storageKey);
    return [];
  }
}
