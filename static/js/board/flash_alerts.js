// What a flash does besides its banner, as each person chose: a sound, a notification of the desktop; in their quiet hours neither.
import { locale, t } from "./words.js";

const NOTES_HZ = [659, 880]; // two soft notes, rising
const NOTE_SECONDS = 0.18;
const LATE_MS = 5000;
const RUNG = "flash-news:rung"; // the flash that one of this browser’s tabs has rung for
const { zone } = document.documentElement.dataset;
const clock = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, hour: "2-digit", minute: "2-digit" });

// alerts: {sound, desktop, quiet: [from, until] | null}, hours by the town’s clocks, after midnight when `until` comes before `from`.
export async function alertTo({ card, seq, column, title }, alerts, open) {
  if (isQuiet(alerts.quiet) || !(await isFirstTab(`${card}:${seq}`))) return;
  if (alerts.sound) ring();
  if (alerts.desktop) notify(column, title, { tag: `flash-${card}`, open });
}

export function isQuiet(quiet, at = new Date()) {
  if (!quiet) return false;
  const [from, until] = quiet;
  const time = clock.format(at);
  return from <= until ? from <= time && time < until : time >= from || time < until;
}

// Until somebody has touched the page, browsers keep it silent.
export async function ring() {
  const audio = new AudioContext();
  await audio.resume();
  const volume = new GainNode(audio, { gain: 0.12 });
  volume.connect(audio.destination);
  const notes = NOTES_HZ.map((frequency) => new OscillatorNode(audio, { frequency }));
  notes.forEach((note, index) => {
    note.connect(volume);
    note.start(audio.currentTime + index * NOTE_SECONDS);
    note.stop(audio.currentTime + (index + 1) * NOTE_SECONDS);
  });
  notes.at(-1).onended = () => audio.close();
}

export function notify(heading, body, { tag, open }) {
  if (!window.Notification || Notification.permission !== "granted") return;
  const notification = new Notification(t("Flash : {what}", { what: heading }), { body, tag, lang: locale });
  notification.onclick = () => {
    window.focus();
    notification.close();
    open?.();
  };
}

// Tabs hear of a flash at the same moment: the first to ask has the lock, where the browser has locks (as it has over HTTPS). It is held for
// a while, since what one tab stores reaches those of another process late.
function isFirstTab(mark) {
  if (!navigator.locks) return isUnrung(mark);
  return new Promise((resolve) => {
    navigator.locks.request(`${RUNG}:${mark}`, { ifAvailable: true }, (lock) => {
      resolve(Boolean(lock) && isUnrung(mark));
      return lock && new Promise((done) => setTimeout(done, LATE_MS));
    });
  });
}

function isUnrung(mark) {
  try {
    if (localStorage.getItem(RUNG) === mark) return false;
    localStorage.setItem(RUNG, mark);
  } catch {
    // a browser that keeps nothing: better twice than never
  }
  return true;
}
