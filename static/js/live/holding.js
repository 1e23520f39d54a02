// When a card is shown, until when it holds, to whom it may be told: the fields of templates/board/freshness/_validity_fields.html in whichever form they stand.
import { t } from "./words.js";

const DATES = ["visible_from", "valid_until"];
const NAMES = [...DATES, "tellable", "internal_note"];

export function holdingIn({ elements }) {
  return Object.fromEntries(NAMES.map((name) => [name, elements[name].value.trim()]));
}

// What is not said is as for a card without dates; whether it may be told then follows from its column.
export function fillHolding({ elements }, values) {
  for (const name of NAMES) {
    const value = values[name] ?? "";
    if (elements[name].value.trim() !== value) elements[name].value = value;
  }
  if (!values.tellable) for (const choice of elements.tellable) choice.checked = false;
}

// As a command takes it: null for no day, and nothing said of what was left open.
export function asCommand(fields) {
  const command = { ...fields };
  for (const name of DATES) if (name in command) command[name] ||= null;
  if ("tellable" in command) command.tellable = command.tellable === "true";
  return command;
}

// What a command says, as the fields show it.
export function asTyped(command) {
  return Object.fromEntries(NAMES.map((name) => [name, String(command[name] ?? "")]));
}

// The same for a new card: only what somebody gave.
export function givenIn(form) {
  return asCommand(Object.fromEntries(Object.entries(holdingIn(form)).filter(([, value]) => value)));
}

// Says what is wrong with dates half typed; returns whether nothing is.
export function checkDates({ elements }) {
  const wrong = DATES.filter((name) => !elements[name].validity.valid);
  for (const name of [...DATES, "internal_note"]) sayWrong(elements[name].form, name, wrong.includes(name) ? t("Cette date n’existe pas.") : "");
  return !wrong.length;
}

// Returns whether the form has a place for what is wrong with this field.
export function sayWrong(form, name, words) {
  const place = form.querySelector(`[data-problem="${name}"]`);
  if (!place) return false;
  place.textContent = words;
  if (words) form.elements[name].setAttribute("aria-invalid", "true");
  else form.elements[name].removeAttribute("aria-invalid");
  return true;
}

const WORDS = {
  visible_from: () => t("Visible à partir du"),
  valid_until: () => t("Valable jusqu’au"),
  tellable: () => t("Diffusion"),
  internal_note: () => t("Note interne"),
};

// What others published in these fields, in words: [[name, value], …].
export function holdingInWords(values, names) {
  return NAMES.filter((name) => names.includes(name)).map((name) => [WORDS[name](), inWords(name, values[name])]);
}

function inWords(name, value) {
  if (name === "tellable") return value === "true" ? t("Peut être dit aux usagers") : t("Interne : ne pas dire aux usagers");
  return value || t("vide");
}
