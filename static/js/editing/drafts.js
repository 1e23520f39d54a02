// What somebody is typing, kept on this machine until it has arrived: a reload, a crash or a lost session loses nothing.
import { me } from "./context.js";
import { asTyped } from "./holding.js";

const name = (key) => `flash-news:draft:${me?.id}:${key}`;

export const drafts = {
  read(key) {
    try {
      return JSON.parse(localStorage.getItem(name(key)));
    } catch {
      return null;
    }
  },
  write(key, value) {
    try {
      localStorage.setItem(name(key), JSON.stringify(value));
    } catch {
      // no storage: the text still lives in the page
    }
  },
  forget(key) {
    try {
      localStorage.removeItem(name(key));
    } catch {
      // as above
    }
  },
};

// A command of an earlier page was refused, and nobody waits for it any more: what was typed is a draft again.
export function giveBack(request) {
  if (request.type === "reply") drafts.write(`reply:${request.card}`, { text: request.text });
  if (request.type === "set_status" && request.note) drafts.write(`${request.status}:${request.card}`, { note: request.note });
  if (request.type === "publish_answer") drafts.write(`answer:${request.card}`, { title: request.title, body: request.body, ...asTyped(request) });
  if (request.type === "add_card") drafts.write(`new:${request.column}`, { title: request.title, ...asTyped(request) });
}
