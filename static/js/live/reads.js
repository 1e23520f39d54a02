// « J’ai lu »: which rules, and other cards to be read, this person has read, and how the board shows it. A card’s fragment is the same for everybody, so its mark is put here.
import { cardId } from "./cards.js";
import { csrfToken, me, renewCsrfToken } from "./context.js";
import { Problem } from "./problem.js";
import { t, tn } from "./words.js";

// {card: version}, kept at the page’s root, where a fetched page brings it too.
const own = () => JSON.parse(document.body.dataset.reads || "{}");

// This person’s other tabs here; other machines learn it when they join again.
const tabs = new BroadcastChannel(`flash-news:reads:${me?.id}`);
tabs.addEventListener("message", ({ data }) => remember(data.card, data.version));

export function markReads() {
  const reads = own();
  for (const column of document.querySelectorAll('.column[data-column-kind="guide"]')) {
    const cards = [...column.querySelectorAll(".cards > .card:not(.pending)")];
    const read = cards.filter((card) => mark(card, reads[cardId(card)] === Number(card.dataset.version)));
    say(column.querySelector(".read-progress"), read.length, cards.length);
  }
  for (const chip of document.querySelectorAll('.column:not([data-column-kind="guide"]) .reading-requested')) {
    const card = chip.closest(".card");
    sayRead(chip, reads[cardId(card)] === Number(card.dataset.version));
  }
}

export function takeReads(reads = own()) {
  const told = JSON.stringify(reads);
  if (told === JSON.stringify(own())) return;
  document.body.dataset.reads = told;
  markReads();
  document.dispatchEvent(new CustomEvent("board:reads"));
}

// version: the one that was read; null: not read any more. Throws a Problem, such as that the rule changed meanwhile.
export async function keepRead(card, version, again = true) {
  const response = await fetch(`/cards/${card}/read`, {
    method: "PUT",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken() },
    body: JSON.stringify({ version }),
  }).catch(() => null);
  if (!response?.ok) {
    const problem = (await response?.json().catch(() => null)) ?? { detail: t("Cette lecture n’a pas pu être retenue. Réessayez quand la connexion sera revenue.") };
    if (problem.code === "csrf" && again && (await renewCsrfToken())) return keepRead(card, version, false);
    throw new Problem(problem);
  }
  tabs.postMessage({ card, version });
  remember(card, version);
}

function remember(card, version) {
  const reads = { ...own(), [card]: version };
  if (version === null) delete reads[card];
  takeReads(reads);
}

function mark(card, isRead) {
  const words = isRead ? t("Lue") : t("À lire");
  let sign = card.querySelector(":scope > .read-mark");
  if (!sign) {
    sign = document.createElement("span");
    sign.className = "read-mark";
    sign.setAttribute("role", "img");
    card.prepend(sign);
  }
  if (sign.ariaLabel !== words) {
    sign.ariaLabel = sign.title = words;
    sign.toggleAttribute("data-read", isRead);
  }
  return isRead;
}

function sayRead(chip, isRead) {
  const words = isRead ? t("Lue") : t("Lecture demandée");
  if (chip.lastElementChild.textContent !== words) chip.lastElementChild.textContent = words;
  chip.toggleAttribute("data-read", isRead);
}

function say(place, read, all) {
  if (!place) return;
  const words = !all ? "" : read === all ? t("Tout est lu") : tn("{count} lue sur {all}", "{count} lues sur {all}", read, { all });
  if (place.textContent !== words) place.textContent = words;
  place.toggleAttribute("data-all", all > 0 && read === all);
}
