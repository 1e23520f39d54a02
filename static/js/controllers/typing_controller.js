import { Controller } from "@hotwired/stimulus";
import { findCard } from "../board/card_dom.js";
import { t } from "../lib/i18n.js";
import { connection } from "../live/client.js";

const EXPIRE_MS = 6000; // a page that crashes cannot say that it stopped

// Show « Nadia écrit… » on a card while somebody edits it.
export default class extends Controller {
  #timers = new Map(); // "card:person" → timer that removes the note

  connect() {
    connection.addEventListener("typing", ({ detail }) => this.#show(detail));
  }

  #show({ card: id, person, on }) {
    const key = `${id}:${person.id}`;
    const card = findCard(id);
    clearTimeout(this.#timers.get(key));
    card?.querySelector(`.typing[data-person="${person.id}"]`)?.remove();
    if (!on) return;
    card?.append(createNote(person));
    const expire = () => this.#show({ card: id, person, on: false });
    this.#timers.set(key, setTimeout(expire, EXPIRE_MS));
  }
}

function createNote(person) {
  const note = document.createElement("div");
  note.className = "typing";
  note.dataset.person = person.id;
  note.dataset.kept = ""; // updates of the card leave it
  const icon = document.createElement("span");
  icon.className = "icon small icon-pencil";
  note.append(icon, t("{name} écrit…", { name: person.name.split(" ")[0] }));
  return note;
}
