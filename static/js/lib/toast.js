// Messages to the person: a live region for screen readers, toasts for everybody.
import { t } from "./i18n.js";

const SHOWN_MS = 8500;
const TOASTS_MAX = 3;

export function announce(text) {
  const region = document.getElementById("announcer");
  region.textContent = "";
  requestAnimationFrame(() => (region.textContent = text));
}

// action: {words, run} adds a button such as « Annuler ».
export function toast(text, action = null) {
  const box = document.createElement("div");
  box.className = "toast";
  const words = document.createElement("p");
  words.textContent = text;
  box.append(words);
  if (action) box.append(button(action.words, () => (box.remove(), action.run())));
  box.append(button("OK", () => box.remove()));
  const toasts = document.getElementById("toasts");
  while (toasts.children.length >= TOASTS_MAX) toasts.firstElementChild.remove();
  toasts.append(box);
  removeAfterDelay(box);
}

// Let the messages that the server rendered into the page expire like any other.
export function expireRenderedToasts() {
  document.querySelectorAll("#toasts .toast").forEach(removeAfterDelay);
}

// Isolate titles by Unicode marks (U+2068, U+2069): their text direction must not leak into the sentence around.
export const quote = (title) => t("« {title} »", { title: `\u2068${title}\u2069` });

function removeAfterDelay(box) {
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
