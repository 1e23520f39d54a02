// The form fields for the kind of a suggestion and, for a request, the service it is addressed to.
const REQUEST = "request";

// elements: those of the form.
export function toggleServiceField({ suggestion, asked }) {
  asked.closest("[data-asked]").hidden = suggestion.value !== REQUEST;
}

// Return the fields of a command: {suggestion, asked?}.
export function readSuggestion({ suggestion, asked }) {
  const service = suggestion.value === REQUEST && asked.value;
  return { suggestion: suggestion.value, ...(service && { asked: Number(service) }) };
}
