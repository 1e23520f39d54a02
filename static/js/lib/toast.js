// Says things to people: a live region for screen readers, small messages for everybody.
import { t } from "./words.js";

const SHOWN_MS = 8500;

export function announce(text) {
  const region = document.getElementById("announcer");
  region.textContent = "";
  requestAnimationFrame(() => (region.textContent = text));
}

// act: {words, run} adds a button, such as « Annuler ».
export function toast(text, act = null) {
  const box = document.createElement("div");
  box.className = "toast";
  const words = document.createElement("p");
  words.textContent = text;
  box.append(words);
  if (act) box.append(button(act.words, () => (box.remove(), act.run())));
  box.append(button("OK", () => box.remove()));
  const toasts = document.getElementById("toasts");
  while (toasts.children.length > 2) toasts.firstElementChild.remove();
  toasts.append(box);
  removeInTime(box);
}

// What the server said when it made the page leaves as other messages do.
export function removeWhatWasSaid() {
  document.querySelectorAll("#toasts .toast").forEach(removeInTime);
}

function removeInTime(box) {
  const leave = () => (box.matches(":hover, :focus-within") ? setTimeout(leave, SHOWN_MS) : box.remove());
  setTimeout(leave, SHOWN_MS);
}

function button(words, run) {
  const element = document.createElement("button");
  element.type = "button";
  element.textContent = words;
  element.addEventListener("click", run);
  return element;
}

// Titles are people's text: isolate them so that their direction stays theirs.
export const quote = (title) => t("« {title} »", { title: `\u2068${title}\u2069` });
