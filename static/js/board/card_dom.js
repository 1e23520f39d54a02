// Read cards and columns from the page.

export const cardId = (element) => Number(element.dataset.cardId);
export const cardIds = (elements) => elements.map(cardId);
export const columnId = (column) => Number(column.dataset.columnId);
export const titleOf = (element) => element.querySelector("h2, h3").textContent.trim();
export const columnOf = (card) => card.closest(".column");

export const findCard = (id) => document.getElementById(`card-${id}`);
export const columns = () => [...document.querySelectorAll("#board > .column")];

// All cards of the board; a pending one is not saved yet.
export const allCards = () => [...document.querySelectorAll("#board .card:not(.pending)")];

// The cards of a column that filters leave in sight.
export const cardsIn = (column) => [...column.querySelectorAll(".cards > .card:not(.pending, .filtered)")];

// Return {id, title} of the card in the panel.
export function openCard() {
  const article = document.querySelector("[data-panel-card]");
  return { id: Number(article.dataset.panelCard), title: document.getElementById("panel-title").textContent };
}

// Return the column whose menu is or was open.
export function menuColumn() {
  return document.getElementById(document.getElementById("column-menu").dataset.column);
}
