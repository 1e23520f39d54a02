// Explain why a person may not do something in a column, before the server would have to.
import { t } from "../lib/i18n.js";
import { quote, toast } from "../lib/toast.js";
import { columnOf, titleOf } from "./card_dom.js";
import { mayAddTo, mayEdit } from "./rights.js";

// column: a column, or the article of the open panel; title: the column's.
export function refusalReason(column, title) {
  const named = { title: quote(title) };
  if ("archived" in document.body.dataset) return t("Ce tableau est archivé : rien ne s’y modifie.");
  if (mayAddTo(column)) {
    return t("Dans la colonne {title}, chacun ne modifie et ne déplace que ses propres infos.", named);
  }
  switch (column.dataset.columnKind) {
    case "service":
      return t("Vous lisez la colonne {title} : ce sont les agents du service qui la remplissent.", named);
    case "guide":
      return t("Vous lisez la colonne {title} : ce sont les animateurs qui la remplissent.", named);
    default:
      return t("Vous lisez la colonne {title}, sans pouvoir y écrire.", named);
  }
}

export const columnRefusalReason = (column) => refusalReason(column, titleOf(column));

// Say the reason when somebody tries to drag a card that they may not move: the mouse leaves it while pressed.
export function explainFailedDrag(event) {
  const card = event.target.closest(".card:not(.pending)");
  if (event.pointerType !== "mouse" || event.button !== 0 || !card || mayEdit(card)) return;
  const box = card.getBoundingClientRect();
  const press = new AbortController();
  const onMove = ({ clientX: x, clientY: y }) => {
    if (x > box.left && x < box.right && y > box.top && y < box.bottom) return;
    press.abort();
    toast(columnRefusalReason(columnOf(card)));
  };
  document.addEventListener("pointermove", onMove, { signal: press.signal });
  for (const end of ["pointerup", "pointercancel"]) {
    document.addEventListener(end, () => press.abort(), { signal: press.signal });
  }
}
