// What this tab did on the board, and taking it back, the latest first.
import { quote, toast } from "./announce.js";
import { perform } from "./board.js";
import { t } from "./words.js";

const KEPT = 100;
const TOGETHER_MS = 600_000; // the editor saves as one writes: within this time it is one edit
// Neither support nor what is said to a suggestion is taken back so, and what was erased is gone.
const FOR_GOOD = ["undo_change", "vote_card", "reply", "withdraw_reply", "erase_card", "erase_column"];
const done = [];

document.addEventListener("board:done", ({ detail: { command, answer } }) => {
  if (FOR_GOOD.includes(command.type)) return;
  const last = done.at(-1);
  if (command.type === "edit_card" && last?.type === "edit_card" && last.card === command.card && Date.now() - last.began < TOGETHER_MS) {
    last.seq = answer.seq;
  } else {
    done.push({ type: command.type, card: command.card, seq: answer.seq, first: answer.seq, began: Date.now(), title: titleIn(answer) });
    if (done.length > KEPT) done.shift();
  }
});

export function undoLast() {
  const last = done.pop();
  return last ? takeBack(last) : toast(t("Rien à annuler dans cet onglet."));
}

// Takes back the change `seq`, or the edits from `first` to it, and offers to do it again.
export async function takeBack(change) {
  const answer = await undo({ seq: change.seq, ...(change.first < change.seq && { first: change.first }) });
  if (!answer) return;
  const kept = done.findIndex(({ seq }) => seq === change.seq);
  if (kept >= 0) done.splice(kept, 1);
  const title = titleIn(answer) ?? change.title;
  toast([title && quote(title), undone(change.type)].filter(Boolean).join(" · "), { words: t("Rétablir"), run: () => doAgain(change, answer.seq) });
}

async function doAgain(change, seq) {
  const answer = await undo({ seq });
  if (!answer) return;
  done.push({ ...change, type: undefined, seq: answer.seq, first: answer.seq });
  toast(t("C’est rétabli."));
}

async function undo(asked) {
  try {
    return await perform({ type: "undo_change", ...asked });
  } catch (problem) {
    toast(problem.detail);
  }
}

function undone(type) {
  return (
    {
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
    }[type] ?? t("Modification annulée")
  );
}

// What the change concerns, when it is one thing.
function titleIn({ changes: [change] }) {
  const [columns, cards] = [change.columns, change.cards].map((touched) => Object.values(touched).filter(Boolean));
  return (columns.length || cards.length > 1 ? columns : cards)[0]?.title;
}
