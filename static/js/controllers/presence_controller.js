import { Controller } from "@hotwired/stimulus";
import { connection } from "../live/board.js";
import { me } from "../live/context.js";
import { tn } from "../live/words.js";

const SHOWN = 4;

// Who else is on the board.
export default class extends Controller {
  static targets = ["people"];

  connect() {
    connection.addEventListener("presence", ({ detail }) => this.#show(detail));
  }

  // Of many people only the first come with their names; `total` counts them all, oneself included.
  #show({ people: named, total }) {
    const people = named.filter((person) => person.id !== me.id);
    const others = total - 1;
    const shown = people.slice(0, others > SHOWN + 1 ? SHOWN : SHOWN + 1);
    this.peopleTarget.replaceChildren(...shown.map(avatar));
    const rest = others - shown.length;
    if (rest > 0) this.peopleTarget.append(mark(`+${rest}`, whoElse(people.slice(shown.length), rest), "avatar more"));
  }
}

function whoElse(named, count) {
  const names = named.map((person) => person.name).join(", ");
  if (!names) return tn("{count} autre personne", "{count} autres personnes", count);
  return count > named.length ? tn("{names} et {count} autre", "{names} et {count} autres", count - named.length, { names }) : names;
}

function avatar(person) {
  const element = mark(person.initials, person.name, "avatar");
  if (person.photo) element.replaceChildren(Object.assign(document.createElement("img"), { src: person.photo, alt: "" }));
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
