// Persist what somebody is typing in local storage until the server has it: a reload, a crash or an expired session
// loses nothing.
import { me } from "../lib/page_context.js";
import { fromCommand } from "./validity_fields.js";

const storageKey = (key) => `flash-news:draft:${me?.id}:${key}`;

export const drafts = {
  read(key) {
    try {
      return JSON.parse(localStorage.getItem(storageKey(key)));
    } catch {
      return null;
    }
  },
  write(key, value) {
    try {
      localStorage.setItem(storageKey(key), JSON.stringify(value));
    } catch {
      // no storage: the text is still in the page
    }
  },
  remove(key) {
    try {
      localStorage.removeItem(storageKey(key));
    } catch {
      // no storage: nothing was stored
    }
  },
};

// Turn a refused command of an earlier page back into the draft it came from.
export function restoreDraft({ type, card, column, title, body, text, status, note, ...others }) {
  if (type === "reply") drafts.write(`reply:${card}`, { text });
  if (type === "set_status" && note) drafts.write(`${status}:${card}`, { note });
  if (type === "publish_answer") drafts.write(`answer:${card}`, { title, body, ...fromCommand(others) });
  if (type === "add_card") drafts.write(`new:${column}`, { title, ...fromCommand(others) });
}
