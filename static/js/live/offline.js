// Tell the person when what they sent waits for the connection.
import { t } from "../lib/i18n.js";
import { commandQueue } from "./client.js";

const DELAY_MS = 1500;

// Call `say` when the command is still unsent after a moment. Returns the function to call once it is answered.
export function warnWhenOffline(say) {
  const warn = () => commandQueue.waiting && say(t("Hors ligne : partira au retour de la connexion."));
  const timer = setTimeout(warn, DELAY_MS);
  return () => clearTimeout(timer);
}
