// The fields that say which kind of suggestion something is, and which service a request asks.
export function showAsked({ suggestion, asked }) {
  asked.closest("[data-asked]").hidden = suggestion.value !== "request";
}

export function suggestionOf({ suggestion, asked }) {
  return { suggestion: suggestion.value, ...(suggestion.value === "request" && asked.value && { asked: Number(asked.value) }) };
}
