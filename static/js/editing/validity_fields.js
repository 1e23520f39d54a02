// The fields of templates/board/freshness/_validity_fields.html, in whichever form includes them: when a card is shown,
// until when it is valid, whether residents may be told, and what else a card has. The form says which there are.
import { t } from "../lib/i18n.js";

const isChoice = (input) => input instanceof RadioNodeList;

// Return [name, input] of each field; the input of a choice is the list of its radio buttons.
function fieldsOf(form) {
  const names = new Set([...form.querySelectorAll(".validity-fields [name]")].map(({ name }) => name));
  return [...names].map((name) => [name, form.elements[name]]);
}

export function readFields(form) {
  return Object.fromEntries(fieldsOf(form).map(([name, input]) => [name, input.value.trim()]));
}

// Return what somebody entered, as a command's fields: empty fields are left out.
export function readEnteredFields(form) {
  return toCommand(form, Object.fromEntries(Object.entries(readFields(form)).filter(([, value]) => value)));
}

// Missing values empty their fields; in a choice none is then checked.
export function fillFields(form, values) {
  for (const [name, input] of fieldsOf(form)) {
    const value = values[name] ?? "";
    if (input.value.trim() !== value) input.value = value;
    if (!value && isChoice(input)) for (const button of input) button.checked = false;
  }
}

// Convert field values to a command's: null for no date, a boolean for a choice.
export function toCommand({ elements }, values) {
  const convert = (input, value) => (isChoice(input) ? value === "true" : input?.type === "date" ? value || null : value);
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, convert(elements[name], value)]));
}

// Convert a command's values to field values.
export function fromCommand(command) {
  return Object.fromEntries(Object.entries(command).map(([name, value]) => [name, String(value ?? "")]));
}

// Show errors of incomplete dates, and clear former errors. Returns true when there are none.
export function validateDates(form) {
  const isInvalid = (input) => input.type === "date" && !input.validity.valid;
  for (const [name, input] of fieldsOf(form)) {
    showFieldError(form, name, isInvalid(input) ? t("Cette date n’existe pas.") : "");
  }
  return !fieldsOf(form).some(([, input]) => isInvalid(input));
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

// Return the named fields for display, in the words of the form: [[label, value], …].
export function describeFields(form, values, names) {
  const fields = fieldsOf(form).filter(([name]) => names.includes(name));
  return fields.map(([name, input]) => [labelOf(input), describe(input, values[name])]);
}

function labelOf(input) {
  const label = isChoice(input) ? input[0].closest("fieldset").querySelector("legend") : input.labels[0];
  return label.firstChild.textContent.trim();
}

function describe(input, value) {
  const chosen = isChoice(input) && [...input].find((button) => button.value === value);
  return chosen ? chosen.labels[0].textContent.trim() : value || t("vide");
}
