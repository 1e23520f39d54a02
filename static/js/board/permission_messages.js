// Why something may not be done in a column, said before the server would have to.
import { quote, toast } from "./announce.js";
import { columnOf } from "./places.js";
import { mayAddTo, mayEdit } from "./rights.js";
import { t } from "./words.js";

// column: a column, or the open panel's article; title: the column's.
export function whyNot(column, title) {
  if ("archived" in document.body.dataset) return t("Ce tableau est archivé : rien ne s’y modifie.");
  if (mayAddTo(column)) return t("Dans la colonne {title}, chacun ne modifie et ne déplace que ses propres infos.", { title: quote(title) });
  if (column.dataset.columnKind === "service") return t("Vous lisez la colonne {title} : ce sont les agents du service qui la remplissent.", { title: quote(title) });
  if (column.dataset.columnKind === "guide") return t("Vous lisez la colonne {title} : ce sont les animateurs qui la remplissent.", { title: quote(title) });
  return t("Vous lisez la colonne {title}, sans pouvoir y écrire.", { title: quote(title) });
}

export const whyNotIn = (column) => whyNot(column, column.querySelector("h2").textContent.trim());

// A press on a card that stays where it is: the reason is said once the mouse leaves it, for then it was meant to come along.
export function explainWhenPulled(event) {
  const card = event.target.closest(".card:not(.pending)");
  if (event.pointerType !== "mouse" || event.button !== 0 || !card || mayEdit(card)) return;
  const box = card.getBoundingClientRect();
  const over = new AbortController();
  const pulled = ({ clientX: x, clientY: y }) => {
    if (x > box.left && x < box.right && y > box.top && y < box.bottom) return;
    over.abort();
    toast(whyNotIn(columnOf(card)));
  };
  document.addEventListener("pointermove", pulled, { signal: over.signal });
  for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => over.abort(), { signal: over.signal });
}
