// Notice that the server was upgraded under an open page: its messages are made for a newer script than this one.
import { t } from "../lib/i18n.js";
import { toast } from "../lib/toast.js";

const OWN_SCRIPT = new URL(import.meta.url).pathname; // the built file, which holds this module
const BUSY = "dialog[open], [popover]:popover-open, .lifted, .panel form, form.composer";

let isAnnounced = false;

// script: the path of the script that the server gives to new pages. Offer to reload, and reload by itself once the
// page is hidden and nothing is being edited.
export function checkVersion(script) {
  if (isAnnounced || !script || script === OWN_SCRIPT) return;
  isAnnounced = true;
  const reload = { words: t("Recharger la page"), run: () => location.reload() };
  toast(t("Flash News vient d’être mis à jour."), reload);
  const reloadWhenIdle = () => document.hidden && !document.querySelector(BUSY) && location.reload();
  document.addEventListener("visibilitychange", reloadWhenIdle);
}
