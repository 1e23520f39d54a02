// Moving columns: for everybody by those who arrange the board, else for oneself.
import { quote, toast } from "./announce.js";
import { perform } from "./board.js";
import { lookingAs } from "./context.js";
import { forgetPlacements, isPinned, isPlaced, keepPlacement } from "./placements.js";
import { columns, titleOf } from "./places.js";
import { arrangeColumns } from "./render.js";
import { mayArrange } from "./rights.js";
import { t } from "./words.js";

// Behind the column `before`, or first. What one pinned has its place for oneself alone. Returns whether it was done.
export async function moveColumn(column, before, { forOneself = false } = {}) {
  if (forOneself || !mayArrange() || isPinned(column)) return placeForOneself(column, before);
  const unpinned = before && isPinned(before) ? null : before;
  const among = columns();
  const neighbours = [column, before, among[among.indexOf(before) + 1]];
  try {
    await perform({ type: "move_column", column: Number(column.dataset.columnId), after: unpinned && Number(unpinned.dataset.columnId) });
  } catch (problem) {
    arrangeColumns();
    toast(t("La colonne n’a pas bougé : {reason}", { reason: problem.detail }));
    return false;
  }
  return neighbours.some((each) => each && isPlaced(each)) ? placeForOneself(column, before) : true;
}

export async function pin(column, pinned) {
  return kept(() => keepPlacement(column, { pinned }));
}

export async function takeBoardsOrder() {
  return kept(forgetPlacements);
}

async function placeForOneself(column, before) {
  if (!(await kept(() => keepPlacement(column, { after: before ?? null })))) return false;
  if (before && isPinned(column) !== isPinned(before) && !isPinned(before)) toast(t("{title} est épinglée : elle reste parmi les premières.", { title: quote(titleOf(column)) }));
  return true;
}

async function kept(act) {
  try {
    await act();
    return true;
  } catch {
    toast(lookingAs ? t("Vous regardez le tableau comme quelqu’un d’autre : rien ne s’y modifie.") : t("Votre ordre n’a pas pu être retenu : réessayez dans un instant."));
    return false;
  } finally {
    arrangeColumns();
  }
}
