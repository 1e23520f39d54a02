// Undo what this tab did on the board, latest first.
import { t } from "../lib/i18n.js";
import { quote, toast } from "../lib/toast.js";
import { performOrToast } from "../live/client.js";

const HISTORY_MAX = 100;
const EDIT_MERGE_MS = 600_000; // the editor saves while one types: edits of a card within this time are undone together
// Support, replies and decisions to erase have no undo.
const NOT_UNDOABLE = ["undo_change", "vote_card", "reply", "withdraw_reply", "erase_card", "erase_column"];

const history = []; // [{type, card, seq, first, began, title}]: the change `seq`, or the edits from `first` to it

document.addEventListener("board:done", ({ detail: { command, answer } }) => {
  if (NOT_UNDOABLE.includes(command.type)) return;
  const last = history.at(-1);
  if (continuesEdit(last, command)) last.seq = answer.seq;
  else remember({ type: command.type, card: command.card, seq: answer.seq, title: titleIn(answer) });
});

export function undoLast() {
  const last = history.pop();
  return last ? undoChange(last) : toast(t("Rien à annuler dans cet onglet."));
}

// Undo the change `seq`, or the edits from `first` to it, and offer to redo. type and title word the toast.
export async function undoChange({ seq, first = seq, type, title, card }) {
  const answer = await performOrToast({ type: "undo_change", seq, ...(first < seq && { first }) });
  if (!answer) return;
  const index = history.findIndex((change) => change.seq === seq);
  if (index >= 0) history.splice(index, 1);
  const name = titleIn(answer) ?? title;
  const redo = { words: t("Rétablir"), run: () => redoChange({ card, title }, answer.seq) };
  toast([name && quote(name), undoneWords(type)].filter(Boolean).join(" · "), redo);
}

// Return the « Annuler » button of a toast.
export const undoAction = (change) => ({ words: t("Annuler"), run: () => undoChange(change) });

// Redo by undoing the undoing.
async function redoChange(change, seq) {
  const answer = await performOrToast({ type: "undo_change", seq });
  if (!answer) return;
  remember({ ...change, seq: answer.seq });
  toast(t("C’est rétabli."));
}

function continuesEdit(last, command) {
  const isSameCard = last?.type === "edit_card" && command.type === "edit_card" && last.card === command.card;
  return isSameCard && Date.now() - last.began < EDIT_MERGE_MS;
}

function remember(change) {
  history.push({ ...change, first: change.seq, began: Date.now() });
  if (history.length > HISTORY_MAX) history.shift();
}

function undoneWords(type) {
  const words = {
    add_card: t("Ajout annulé"),
    add_column: t("Ajout annulé"),
    move_card: t("Déplacement annulé"),
    move_cards: t("Déplacement annulé"),
    move_column: t("Déplacement annulé"),
    merge_column: t("Fusion annulée"),
    split_column: t("Scission annulée"),
    archive_card: t("Archivage annulé"),
    archive_cards: t("Archivage annulé"),
    archive_column: t("Archivage annulé"),
    restore_card: t("Restauration annulée"),
    restore_column: t("Restauration annulée"),
  };
  return words[type] ?? t("Modification annulée");
}

// Return the title of the one card or column that the change is about.
function titleIn({ changes: [change] }) {
  const [columns, cards] = [change.columns, change.cards].map((touched) => Object.values(touched).filter(Boolean));
  return (columns.length || cards.length > 1 ? columns : cards)[0]?.title;
}
