// The card as it is published: read from the panel, or fetched anew.
import { requestHtml } from "../lib/http.js";
import { fromCommand } from "./validity_fields.js";

// Return {version, values} of the article that the panel shows.
export function readPublishedCard(article) {
  return {
    version: Number(article.dataset.version),
    values: {
      title: article.querySelector("#panel-title").textContent,
      body: article.querySelector("div[data-body]")?.innerHTML ?? "",
      ...fromCommand(JSON.parse(article.dataset.values)),
    },
  };
}

// Resolve to the panel's article of a card; null when it cannot be fetched.
export async function fetchArticle(card) {
  const response = await requestHtml(`/cards/${card}`, { fragment: "panel" }).catch(() => null);
  if (!response?.ok) return null;
  return new DOMParser().parseFromString(await response.text(), "text/html").querySelector("article");
}
