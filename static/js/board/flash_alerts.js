// Alert a person to a new flash as they chose: a sound, a desktop notification; neither during their quiet hours.
import { locale, t } from "../lib/i18n.js";

const NOTES_HZ = [659, 880]; // two soft rising notes
const NOTE_SECONDS = 0.18;
const VOLUME = 0.12;
const LOCK_MS = 5000;
const LAST_ALERT = "flash-news:rung"; // storage key: the flash that one of this browser's tabs alerted to
const { zone } = document.documentElement.dataset;
const clock = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, hour: "2-digit", minute: "2-digit" });

// settings: {sound, desktop, quiet: [from, until] | null}; hours are the town's, past midnight when until < from.
export async function alertToFlash({ card, seq, column, title }, settings, open) {
  if (isQuietTime(settings.quiet) || !(await isFirstTab(`${card}:${seq}`))) return;
  if (settings.sound) playSound();
  if (settings.desktop) showNotification(column, title, { tag: `flash-${card}`, open });
}

function isQuietTime(quiet, at = new Date()) {
  if (!quiet) return false;
  const [from, until] = quiet;
  const time = clock.format(at);
  return from <= until ? from <= time && time < until : time >= from || time < until;
}

// Browsers keep a page silent until somebody has clicked in it.
export async function playSound() {
  const audio = new AudioContext();
  await audio.resume();
  const volume = new GainNode(audio, { gain: VOLUME });
  volume.connect(audio.destination);
  const notes = NOTES_HZ.map((frequency) => new OscillatorNode(audio, { frequency }));
  notes.forEach((note, index) => {
    note.connect(volume);
    note.start(audio.currentTime + index * NOTE_SECONDS);
    note.stop(audio.currentTime + (index + 1) * NOTE_SECONDS);
  });
  notes.at(-1).onended = () => audio.close();
}

export function showNotification(heading, body, { tag, open }) {
  if (!window.Notification || Notification.permission !== "granted") return;
  const notification = new Notification(t("Flash : {what}", { what: heading }), { body, tag, lang: locale });
  notification.onclick = () => {
    window.focus();
    notification.close();
    open?.();
  };
}

// Alert in one tab only. All tabs receive a flash at the same moment: the first to ask gets the lock, where the browser
// has locks (HTTPS only). It is held for a while since local storage reaches other processes late.
function isFirstTab(flash) {
  if (!navigator.locks) return markAlerted(flash);
  return new Promise((resolve) => {
    navigator.locks.request(`${LAST_ALERT}:${flash}`, { ifAvailable: true }, (lock) => {
      resolve(Boolean(lock) && markAlerted(flash));
      return lock && new Promise((done) => setTimeout(done, LOCK_MS));
    });
  });
}

// Return false when another tab alerted to this flash already.
function markAlerted(flash) {
  try {
    if (localStorage.getItem(LAST_ALERT) === flash) return false;
    localStorage.setItem(LAST_ALERT, flash);
  } catch {
    // no storage: alerting twice is better than never
  }
  return true;
}
