// @ts-check
/** The Iranian (Jalali) calendar: Intl tells what a day is called there; arithmetic finds the day of a name. */

/** @typedef {{year: number, month: number, day: number}} CalendarDay */

const DAY_MS = 86_400_000;
/** Days before each month: six of 31, five of 30, then Esfand. */
const BEFORE = [0, 31, 62, 93, 124, 155, 186, 216, 246, 276, 306, 336];
const numeric = new Intl.DateTimeFormat("en-u-ca-persian-nu-latn", {
  timeZone: "UTC",
  year: "numeric",
  month: "numeric",
  day: "numeric",
});

/**
 * @param {string} iso such as `2026-11-24`
 * @returns {Date | null} its midnight in UTC; null for what is no day
 */
export function parseDay(iso) {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(iso)) return null;
  const date = new Date(`${iso}T00:00:00Z`);
  return Number.isNaN(date.getTime()) || formatDay(date) !== iso ? null : date;
}

/** @param {Date} date @returns {string} its day in UTC, as ISO 8601 */
export function formatDay(date) {
  return date.toISOString().slice(0, 10);
}

/** @param {Date} date @returns {CalendarDay} */
export function toJalali(date) {
  /** @type {Record<string, number>} */
  const parts = {};
  for (const { type, value } of numeric.formatToParts(date)) parts[type] = Number.parseInt(value, 10);
  // Engines name the era's year `year`; some older ones `relatedYear`.
  return { year: parts.year ?? parts.relatedYear, month: parts.month, day: parts.day };
}

/**
 * The day of a Jalali date. Guessed from the mean year, then moved by what Intl says of the guess, so that leap years
 * are the calendar's own and not a formula's.
 * @param {CalendarDay} jalali
 * @returns {Date | null} null when that year has no such day (30 Esfand of a common year, 31 Mehr)
 */
export function fromJalali({ year, month, day }) {
  if (![year, month, day].every(Number.isInteger) || month < 1 || month > 12 || day < 1 || day > 31) return null;
  if (year < 1 || year > 3000) return null;
  const ordinal = BEFORE[month - 1] + day;
  let guess = new Date(Date.UTC(year + 621, 2, 20 + ordinal));
  for (let step = 0; step < 5; step += 1) {
    const found = toJalali(guess);
    if (found.year === year && found.month === month && found.day === day) return guess;
    const years = year - found.year;
    const days = years * 365 + ordinal - BEFORE[found.month - 1] - found.day;
    // After a leap year's last day the count of common years says "here" one day too late.
    guess = new Date(guess.getTime() + (days || Math.sign(years)) * DAY_MS);
  }
  return null;
}

/** @param {CalendarDay} day @returns {Date | null} */
export function fromGregorian({ year, month, day }) {
  const pad = (/** @type {number} */ n, /** @type {number} */ width) => String(n).padStart(width, "0");
  return parseDay(`${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`);
}

/** @param {Date} date @returns {CalendarDay} */
export function toGregorian(date) {
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/**
 * @param {Date} date
 * @param {string} lang `fa` gives «۲ آذر ۱۴۰۵», `en` gives `23 November 2026`
 * @returns {string} days that the Jalali calendar does not reach are told in the Gregorian one, as the server does
 */
export function dayInWords(date, lang) {
  const jalaliYear = toJalali(date).year;
  const isBeyond = lang === "fa" && !(jalaliYear >= 1 && jalaliYear <= 9377);
  const locale = isBeyond ? "fa-IR-u-ca-gregory" : lang === "fa" ? "fa-IR-u-ca-persian" : "en-GB";
  const format = new Intl.DateTimeFormat(locale, { timeZone: "UTC", day: "numeric", month: "long", year: "numeric" });
  /** @type {Record<string, string>} */
  const parts = {};
  for (const { type, value } of format.formatToParts(date)) parts[type] = value;
  return `${parts.day} ${parts.month} ${parts.year ?? parts.relatedYear}${isBeyond ? " میلادی" : ""}`;
}

/** @param {string} lang @returns {string[]} the twelve months of the language's calendar */
export function monthNames(lang) {
  const locale = lang === "fa" ? "fa-IR-u-ca-persian" : "en-GB";
  const format = new Intl.DateTimeFormat(locale, { timeZone: "UTC", month: "long" });
  const firsts = Array.from({ length: 12 }, (_, index) =>
    lang === "fa" ? fromJalali({ year: 1404, month: index + 1, day: 1 }) : new Date(Date.UTC(2026, index, 1)),
  );
  return firsts.map((first) => format.format(/** @type {Date} */ (first)));
}
