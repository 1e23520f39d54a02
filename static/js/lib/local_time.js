// Word dates relative to now ("demain", "il y a 5 minutes"). The server sends the full date, which stays true however
// long a page is kept.
import { dayOf, daysUntil } from "./calendar.js";
import { locale, t, tn } from "./i18n.js";

const REFRESH_MS = 60_000;
const DAYS_PER_MONTH = 30.44;

const shortDate = dateFormat({ day: "numeric", month: "short" });
const longDate = dateFormat({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
const weekday = new Intl.DateTimeFormat(locale, { weekday: "long" });
const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });

// Write the words of every <time data-words="…"> in `root`.
export function localizeTimes(root = document) {
  for (const time of root.querySelectorAll("time[data-words]")) {
    const words = WORDINGS[time.dataset.words]?.(time.dateTime, time.closest(".chip"));
    if (words && words !== time.textContent) time.firstChild.data = words;
  }
}

const WORDINGS = {
  until(day, chip) {
    const left = daysUntil(day);
    toggle(chip, "data-soon", left >= 0 && left <= 1);
    toggle(chip, "data-past", left < 0);
    if (left < 0) return t("expirée depuis le {day}", { day: shortDate.format(noon(day)) });
    if (left === 0) return t("expire ce soir");
    if (left === 1) return t("expire demain");
    if (left < 7) return t("jusqu’à {day}", { day: weekday.format(noon(day)) });
    return t("jusqu’au {day}", { day: shortDate.format(noon(day)) });
  },
  flash(moment, chip) {
    if (chip) chip.hidden = new Date(moment) <= new Date();
    return t("Flash");
  },
  full: (day) => longDate.format(noon(day)),
  valid(day) {
    const left = daysUntil(day);
    if (left < 0) return t("expirée depuis le {day}", { day: shortDate.format(noon(day)) });
    if (left === 0) return t("valable jusqu’à ce soir");
    if (left === 1) return t("valable jusqu’à demain");
    if (left < 7) return t("valable jusqu’à {day}", { day: weekday.format(noon(day)) });
    return t("valable jusqu’au {day}", { day: shortDate.format(noon(day)) });
  },
  since(day) {
    if (daysUntil(day) > -7) return relative.format(daysUntil(day), "day");
    return t("le {day}", { day: shortDate.format(noon(day)) });
  },
  for: (day) => duration(-daysUntil(day)),
  ago(moment) {
    const minutes = Math.round((new Date(moment) - Date.now()) / 60_000);
    if (minutes > -1) return t("à l’instant");
    if (minutes > -60) return relative.format(minutes, "minute");
    const days = daysUntil(dayOf(new Date(moment)));
    if (days === 0) return relative.format(Math.round(minutes / 60), "hour");
    return days > -7 ? relative.format(days, "day") : null;
  },
};

function duration(days) {
  if (days < 61) return tn("depuis {count} jour", "depuis {count} jours", days);
  const months = Math.floor(days / DAYS_PER_MONTH);
  if (months < 24) return tn("depuis {count} mois", "depuis {count} mois", months);
  return tn("depuis {count} an", "depuis {count} ans", Math.floor(months / 12));
}

// French says “1er décembre”; Intl has no such format.
function dateFormat(options) {
  const format = new Intl.DateTimeFormat(locale, options);
  const word = ({ type, value }) => (type === "day" && value === "1" && locale.startsWith("fr") ? "1er" : value);
  return { format: (day) => format.formatToParts(day).map(word).join("") };
}

function toggle(chip, attribute, on) {
  if (chip && chip.hasAttribute(attribute) !== on) chip.toggleAttribute(attribute, on);
}

// Noon is on the same calendar day in every time zone of interest.
const noon = (day) => new Date(`${day}T12:00:00`);

setInterval(() => document.hidden || localizeTimes(), REFRESH_MS);
