import { Controller } from "@hotwired/stimulus";
import { tn } from "../lib/i18n.js";
import { me } from "../lib/page_context.js";
import { connection } from "../live/client.js";

const SHOWN_MAX = 4;

// Show the other people who have the board open.
export default class extends Controller {
  static targets = ["people"];

  connect() {
    for (const event of ["joined", "presence"]) connection.addEventListener(event, ({ detail }) => this.#show(detail));
  }

  // people: the first ones, by name; total counts everybody, oneself included.
  #show({ people: named, total }) {
    const people = named.filter((person) => person.id !== me.id);
    const others = total - 1;
    // A badge « +1 » would take the place of one avatar.
    const shown = people.slice(0, others > SHOWN_MAX + 1 ? SHOWN_MAX : SHOWN_MAX + 1);
    this.peopleTarget.replaceChildren(...shown.map(createAvatar));
    const rest = others - shown.length;
    if (rest <= 0) return;
    const names = otherNames(people.slice(shown.length), rest);
    this.peopleTarget.append(createBadge(`+${rest}`, names, "avatar more"));
  }
}

function otherNames(named, count) {
  const names = named.map((person) => person.name).join(", ");
  if (!names) return tn("{count} autre personne", "{count} autres personnes", count);
  if (count <= named.length) return names;
  return tn("{names} et {count} autre", "{names} et {count} autres", count - named.length, { names });
}

function createAvatar(person) {
  const avatar = createBadge(person.initials, person.name, "avatar");
  if (person.photo)
    avatar.replaceChildren(Object.assign(document.createElement("img"), { src: person.photo, alt: "" }));
  avatar.dataset.hue = (Math.round(person.hue / 10) * 10) % 360; // style sheets know every tenth hue
  avatar.dataset.personId = person.id;
  return avatar;
}

function createBadge(text, name, className) {
  const badge = document.createElement("span");
  badge.className = className;
  badge.textContent = text;
  badge.title = name;
  badge.setAttribute("role", "img");
  badge.setAttribute("aria-label", name);
  return badge;
}
