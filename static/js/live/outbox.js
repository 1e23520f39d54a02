// Commands without an answer yet, kept on this machine: a reload, a crash or a lost network loses none.
// Each is an item of its own, so that two tabs never overwrite each other's.
import { board, me } from "./context.js";

const PREFIX = `flash-news:outbox:${me?.id}:${board.slug}:`;

export const outbox = {
  // Whether it is really kept: a private window or a full store keeps nothing.
  keep(request) {
    try {
      localStorage.setItem(PREFIX + request.key, JSON.stringify(request));
      return true;
    } catch {
      return false;
    }
  },
  forget(request) {
    try {
      localStorage.removeItem(PREFIX + request.key);
    } catch {
      // as above
    }
  },
  // Keys begin with the time, so their order is the order in which things were done.
  all() {
    try {
      return Object.keys(localStorage).filter((name) => name.startsWith(PREFIX)).sort().flatMap(read);
    } catch {
      return [];
    }
  },
  concerns: (name) => name?.startsWith(PREFIX),
};

function read(name) {
  try {
    return JSON.parse(localStorage.getItem(name)) ?? [];
  } catch {
    localStorage.removeItem(name);
    return [];
  }
}
