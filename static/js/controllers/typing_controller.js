import { Controller } from "@hotwired/stimulus";
import { connection } from "../live/board.js";
import { t } from "../live/words.js";

const FORGET_MS = 6000; // a page that dies cannot say that it stopped

// « Nadia écrit… » on a card while somebody edits it.
export default class extends Controller {
  #timers = new Map();

  connect() {
    connection.addEventListener("typing", ({ detail }) => this.#heard(detail));
  }

  #heard({ card, person, on }) {
    const key = `${card}:${person.id}`;
    clearTimeout(this.#timers.get(key));
    document.querySelector(`#card-${card} .typing[data-person="${person.id}"]`)?.remove();
    if (!on) return;
    document.getElementById(`card-${card}`)?.append(note(person));
    this.#timers.set(key, setTimeout(() => this.#heard({ card, person, on: false }), FORGET_MS));
  }
}

function note(person) {
  const element = document.createElement("div");
  element.className = "typing";
  element.dataset.person = person.id;
  element.dataset.kept = "";
  const icon = document.createElement("span");
  icon.className = "icon small icon-pencil";
  element.append(icon, t("{name} écrit…", { name: person.name.split(" ")[0] }));
  return element;
}
