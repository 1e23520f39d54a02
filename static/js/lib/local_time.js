// Words times for the person who reads them now; the server sends the full date, right at any hour.
import { dayOf, daysUntil } from "./days.js";
import { locale, t, tn } from "./words.js";

const short = firstAware({ day: "numeric", month: "short" });
const weekday = new Intl.DateTimeFormat(locale, { weekday: "long" });
const long = firstAware({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });

// French says “1er décembre”, which no format of dates knows.
function firstAware(options) {
  const format = new Intl.DateTimeFormat(locale, options);
  const word = (part) => (part.type === "day" && part.value === "1" && locale.startsWith("fr") ? "1er" : part.value);
  return { format: (day) => format.formatToParts(day).map(word).join("") };
}

export function wordTimes(root = document) {
  for (const time of root.querySelectorAll("time[data-words]")) {
    const words = wordings[time.dataset.words]?.(time.dateTime, time.closest(".chip"));
    if (words && words !== time.textContent) time.firstChild.data = words;
  }
}

const wordings = {
  until(day, chip) {
    const left = daysUntil(day);
    mark(chip, "data-soon", left >= 0 && left <= 1);
    mark(chip, "data-past", left < 0);
    if (left < 0) return t("expirée depuis le {day}", { day: short.format(local(day)) });
    if (left === 0) return t("expire ce soir");
    if (left === 1) return t("expire demain");
    return left < 7 ? t("jusqu’à {day}", { day: weekday.format(local(day)) }) : t("jusqu’au {day}", { day: short.format(local(day)) });
  },
  flash(moment, chip) {
    if (chip) chip.hidden = new Date(moment) <= new Date();
    return t("Flash");
  },
  full: (day) => long.format(local(day)),
  valid(day) {
    const left = daysUntil(day);
    if (left < 0) return t("expirée depuis le {day}", { day: short.format(local(day)) });
    if (left === 0) return t("valable jusqu’à ce soir");
    if (left === 1) return t("valable jusqu’à demain");
    return left < 7 ? t("valable jusqu’à {day}", { day: weekday.format(local(day)) }) : t("valable jusqu’au {day}", { day: short.format(local(day)) });
  },
  since: (day) => (daysUntil(day) > -7 ? relative.format(daysUntil(day), "day") : t("le {day}", { day: short.format(local(day)) })),
  for: (day) => lasting(-daysUntil(day)),
  ago(moment) {
    const minutes = Math.round((new Date(moment) - Date.now()) / 60_000);
    if (minutes > -1) return t("à l’instant");
    if (minutes > -60) return relative.format(minutes, "minute");
    const days = daysUntil(dayOf(new Date(moment)));
    if (days === 0) return relative.format(Math.round(minutes / 60), "hour");
    return days > -7 ? relative.format(days, "day") : null;
  },
};

function mark(chip, name, on) {
  if (chip && chip.hasAttribute(name) !== on) chip.toggleAttribute(name, on);
}

function lasting(days) {
  if (days < 61) return tn("depuis {count} jour", "depuis {count} jours", days);
  const months = Math.floor(days / 30.44);
  return months < 24 ? tn("depuis {count} mois", "depuis {count} mois", months) : tn("depuis {count} an", "depuis {count} ans", Math.floor(months / 12));
}

const local = (day) => new Date(`${day}T12:00:00`);

// Minutes pass and days end while a board stays open.
setInterval(() => document.hidden || wordTimes(), 60_000);
