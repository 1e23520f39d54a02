// Days by the town's calendar, whatever zone this machine believes to be in; a day is written "2026-11-22", as dates of forms and of the server are.
const DAY = 86_400_000;
const { zone } = document.documentElement.dataset;
const written = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });

export const today = () => dayOf(new Date());

export const dayOf = (moment) => written.format(moment);

export const daysFrom = (day, other) => Math.round((Date.parse(other) - Date.parse(day)) / DAY);

export const daysUntil = (day) => daysFrom(today(), day);

export const addDays = (day, count) => new Date(Date.parse(day) + count * DAY).toISOString().slice(0, 10);

// Monday is 1, Sunday 7.
export const weekday = (day) => new Date(day).getUTCDay() || 7;

export const endOfMonth = (day) => new Date(Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)), 0)).toISOString().slice(0, 10);
