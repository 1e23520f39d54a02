// The card as it is published: read from the panel, or fetched anew.
import { requestHtml } from "../lib/http.js";

// Return {version, values} of the article that the panel shows.
export function readPublishedCard(article) {
  return {
    version: Number(article.dataset.version),
    values: {
      title: article.querySelector("#panel-title").textContent,
      body: article.querySelector("div[data-body]")?.innerHTML ?? "",
      visible_from: article.dataset.visibleFrom,
      valid_until: article.dataset.validUntil,
      tellable: article.dataset.tellable,
      internal_note: article.querySelector("[data-internal-note]")?.textContent ?? "",
    },
  };
}

// Resolve to the panel's article of a card; null when it cannot be fetched.
export async function fetchArticle(card) {
  const response = await requestHtml(`/cards/${card}`, { fragment: "panel" }).catch(() => null);
  if (!response?.ok) return null;
  return new DOMParser().parseFromString(await response.text(), "text/html").querySelector("article");
}
