// The commands of the open card that have an undo in their toast.
import { t } from "../lib/i18n.js";
import { announce, quote, toast } from "../lib/toast.js";
import { performOrToast } from "../live/client.js";
import { undoAction } from "./undo.js";

// card: {id, title, isScheduled}; a scheduled card waits in the archive for its day. All resolve to undefined when the
// command was refused.
export async function archiveCard({ id, title, isScheduled }) {
  const answer = await performOrToast({ type: "archive_card", card: id });
  if (!answer) return;
  const restore = { words: t("Annuler"), run: () => performOrToast({ type: "restore_card", card: id }) };
  // Restoring a scheduled card would publish it before its day.
  toast(t("{title} archivée.", { title: quote(title) }), isScheduled ? undoAction({ seq: answer.seq }) : restore);
  return answer;
}

export async function restoreCard({ id, title, isScheduled }) {
  const answer = await performOrToast({ type: "restore_card", card: id });
  if (!answer) return;
  const named = { title: quote(title) };
  announce(isScheduled ? t("{title} publiée.", named) : t("{title} restaurée.", named));
  return answer;
}

export async function confirmCard({ id, title }) {
  const answer = await performOrToast({ type: "confirm_card", card: id });
  if (answer) toast(t("{title} : toujours valable.", { title: quote(title) }), undoAction({ seq: answer.seq }));
}

// Restore the text as of `seq`; version: the card's, as it is shown.
export async function restoreCardText({ id }, { seq, version }) {
  const answer = await performOrToast({ type: "restore_text", card: id, seq, version });
  if (answer) toast(t("Le texte est repris."), undoAction({ seq: answer.seq }));
}
