// What script says, in the language of its page. The sources are French; the words of another language are a file that only its pages
// fetch. Whatever speaks imports this one, so nothing that speaks begins before its words are there.
const language = document.documentElement.lang;
const none = { words: {} };

const { words } = language === "en" ? await import("../words/en.js").catch(() => none) : none;

export const locale = language === "en" ? "en-GB" : "fr";

// The sentence in the page's language, each {name} in it replaced by its value.
export function t(french, values = {}) {
  return (words[french] ?? french).replace(/\{(\w+)\}/g, (_whole, name) => values[name]);
}

// The same for {count} things. To French none is as one, to English as many.
export function tn(one, many, count, values = {}) {
  return t(count === 1 || (count === 0 && locale === "fr") ? one : many, { ...values, count });
}
