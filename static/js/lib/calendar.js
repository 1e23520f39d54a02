// Calendar days in the town's time zone, whatever zone the browser is in. A day is an ISO date such as "2026-11-22".
const DAY_MS = 86_400_000;
const { zone } = document.documentElement.dataset;
// Sweden's date format is ISO 8601.
const isoDate = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });

export const today = () => dayOf(new Date());

export const dayOf = (moment) => isoDate.format(moment);

const daysBetween = (day, other) => Math.round((Date.parse(other) - Date.parse(day)) / DAY_MS);

export const daysUntil = (day) => daysBetween(today(), day);

export const addDays = (day, count) => new Date(Date.parse(day) + count * DAY_MS).toISOString().slice(0, 10);

// Monday is 1, Sunday 7.
export const weekday = (day) => new Date(day).getUTCDay() || 7;

export function endOfMonth(day) {
  const [year, month] = day.split("-").map(Number);
  return new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
}
