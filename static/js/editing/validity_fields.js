// The fields of templates/freshness/_fields.html, in whichever form includes them: when a card is shown, until when it
// is valid, and whether residents may be told.
import { t } from "../lib/i18n.js";

const DATES = ["visible_from", "valid_until"];
const NAMES = [...DATES, "tellable", "internal_note"];

export function readFields({ elements }) {
  return Object.fromEntries(NAMES.map((name) => [name, elements[name].value.trim()]));
}

// Return what somebody entered, as a command's fields: empty fields are left out.
export function readEnteredFields(form) {
  return toCommand(Object.fromEntries(Object.entries(readFields(form)).filter(([, value]) => value)));
}

// Missing values empty their fields; without `tellable` no choice is checked.
export function fillFields({ elements }, values) {
  for (const name of NAMES) {
    const value = values[name] ?? "";
    if (elements[name].value.trim() !== value) elements[name].value = value;
  }
  if (!values.tellable) for (const choice of elements.tellable) choice.checked = false;
}

// Convert field values to a command's: null for no date, a boolean for the choice.
export function toCommand(fields) {
  const command = { ...fields };
  for (const name of DATES) if (name in command) command[name] ||= null;
  if ("tellable" in command) command.tellable = command.tellable === "true";
  return command;
}

// Convert a command's values to field values.
export function fromCommand(command) {
  return Object.fromEntries(NAMES.map((name) => [name, String(command[name] ?? "")]));
}

// Show errors of incomplete dates, and clear former errors. Returns true when there are none.
export function validateDates({ elements }) {
  const invalid = DATES.filter((name) => !elements[name].validity.valid);
  for (const name of [...DATES, "internal_note"]) {
    showFieldError(elements[name].form, name, invalid.includes(name) ? t("Cette date n’existe pas.") : "");
  }
  return !invalid.length;
}

// Show an error beside a field; an empty one clears it. Returns false when the form has no place for it.
export function showFieldError(form, name, message) {
  const place = form.querySelector(`[data-problem="${name}"]`);
  if (!place) return false;
  setError(form.elements[name], place, message);
  return true;
}

// Show an error in `place`, and mark the input as invalid for screen readers; "" clears both.
export function setError(input, place, message) {
  place.textContent = message;
  if (message) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}

const LABELS = {
  visible_from: () => t("Visible à partir du"),
  valid_until: () => t("Valable jusqu’au"),
  tellable: () => t("Diffusion"),
  internal_note: () => t("Note interne"),
};

// Return the named fields for display: [[label, value], …].
export function describeFields(values, names) {
  return NAMES.filter((name) => names.includes(name)).map((name) => [LABELS[name](), describe(name, values[name])]);
}

function describe(name, value) {
  if (name !== "tellable") return value || t("vide");
  return value === "true" ? t("Peut être dit aux usagers") : t("Interne : ne pas dire aux usagers");
}
