// Translate the script's texts. The sources are French; the words of another language are a file that only its pages
// fetch. Every module with texts imports this one, so the top-level await ends before any text is looked up.
const language = document.documentElement.lang;
const untranslated = { words: {} };

const { words } = language === "en" ? await import("./words/en.js").catch(() => untranslated) : untranslated;

export const locale = language === "en" ? "en-GB" : "fr";

// Return the sentence in the page's language, each {name} in it replaced by its value.
export function t(french, values = {}) {
  return (words[french] ?? french).replace(/\{(\w+)\}/g, (_whole, name) => values[name]);
}

// The same for {count} things: French counts zero as singular, English as plural.
export function tn(one, many, count, values = {}) {
  return t(count === 1 || (count === 0 && locale === "fr") ? one : many, { ...values, count });
}
