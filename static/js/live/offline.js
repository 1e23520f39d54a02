import { sender } from "./board.js";
import { t } from "./words.js";

const OFFLINE_MS = 1500;

// Says so when what was sent has not left by then. Returns how to stop, once it has been answered.
export function sayWhenOffline(say) {
  const timer = setTimeout(() => sender.waiting && say(t("Hors ligne : partira au retour de la connexion.")), OFFLINE_MS);
  return () => clearTimeout(timer);
}
