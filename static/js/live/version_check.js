// The server was upgraded under an open page: what it sends from now on is made for a newer script than this one.
import { toast } from "./announce.js";
import { t } from "./words.js";

const OWN = new URL(import.meta.url).pathname;
const BUSY = "dialog[open], [popover]:popover-open, .lifted, .panel form, form.composer";

let isTold = false;

// script: the one that pages have now. The page is loaded anew when its person says so, or looks elsewhere and has nothing under way.
export function compare(script) {
  if (isTold || !script || script === OWN) return;
  isTold = true;
  toast(t("Flash News vient d’être mis à jour."), { words: t("Recharger la page"), run: () => location.reload() });
  document.addEventListener("visibilitychange", () => document.hidden && !document.querySelector(BUSY) && location.reload());
}
