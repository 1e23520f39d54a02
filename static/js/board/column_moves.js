// Move and pin columns: for everybody by those who arrange the board, else for oneself.
import { requestJson } from "../lib/http.js";
import { t } from "../lib/i18n.js";
import { board, previewedAs } from "../lib/page_context.js";
import { quote, toast } from "../lib/toast.js";
import { perform } from "../live/client.js";
import { isPinned, isPlaced, setPlacements } from "../live/column_order.js";
import { sortColumns } from "../live/rank_placement.js";
import { columnId, columns, titleOf } from "./card_dom.js";
import { mayArrange } from "./rights.js";

// Move a column behind `previous`, or first when it is null. A pinned column moves for oneself only. Resolves to true
// when done.
export async function moveColumn(column, previous, { forOneself = false } = {}) {
  if (forOneself || !mayArrange() || isPinned(column)) return placeForOneself(column, previous);
  const all = columns();
  const neighbours = [column, previous, all[all.indexOf(previous) + 1]];
  const after = previous && !isPinned(previous) ? columnId(previous) : null;
  try {
    await perform({ type: "move_column", column: columnId(column), after });
  } catch (problem) {
    sortColumns();
    toast(t("La colonne n’a pas bougé : {reason}", { reason: problem.detail }));
    return false;
  }
  // Beside a column that one placed oneself, the board's order alone would not put it where it was dropped.
  return neighbours.some((each) => each && isPlaced(each)) ? placeForOneself(column, previous) : true;
}

export const pinColumn = (column, pinned) => savePlacement(() => putPlacement(column, { pinned }));

// Forget the person's own order.
export const resetPlacements = () => savePlacement(() => send("DELETE", "").then(() => setPlacements({})));

async function placeForOneself(column, previous) {
  const after = previous ? columnId(previous) : null;
  if (!(await savePlacement(() => putPlacement(column, { after })))) return false;
  if (previous && isPinned(column) && !isPinned(previous)) {
    toast(t("{title} est épinglée : elle reste parmi les premières.", { title: quote(titleOf(column)) }));
  }
  return true;
}

async function savePlacement(save) {
  try {
    await save();
    return true;
  } catch {
    toast(
      previewedAs
        ? t("Vous regardez le tableau comme quelqu’un d’autre : rien ne s’y modifie.")
        : t("Votre ordre n’a pas pu être retenu : réessayez dans un instant."),
    );
    return false;
  } finally {
    sortColumns();
  }
}

// placement: {after: column id or null} or {pinned}
async function putPlacement(column, placement) {
  const { placements } = await send("PUT", `/${columnId(column)}`, placement);
  setPlacements(placements);
}

async function send(method, path, body) {
  if (previewedAs) throw new Error("a preview changes nothing");
  return requestJson(method, `/boards/${board.slug}/placements${path}`, body);
}
