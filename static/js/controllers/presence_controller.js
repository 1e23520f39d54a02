import { Controller } from "@hotwired/stimulus";
import { connection } from "../live/board.js";
import { me } from "../live/context.js";

const SHOWN = 4;

// Who else is on the board.
export default class extends Controller {
  static targets = ["people"];

  connect() {
    connection.addEventListener("presence", ({ detail }) => this.#show(detail.people));
  }

  #show(everybody) {
    const people = everybody.filter((person) => person.id !== me.id);
    const shown = people.slice(0, people.length > SHOWN + 1 ? SHOWN : SHOWN + 1);
    this.peopleTarget.replaceChildren(...shown.map(avatar));
    if (people.length > shown.length) {
      const rest = people.slice(shown.length);
      this.peopleTarget.append(mark(`+${rest.length}`, rest.map((person) => person.name).join(", "), "avatar more"));
    }
  }
}

function avatar(person) {
  const element = mark(person.initials, person.name, "avatar");
  element.dataset.hue = (Math.round(person.hue / 10) * 10) % 360;
  element.dataset.personId = person.id;
  return element;
}

function mark(text, name, className) {
  const element = document.createElement("span");
  element.className = className;
  element.textContent = text;
  element.title = name;
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", name);
  return element;
}
