// @ts-check
/** The page's words: catalogued on the server, filled in here. */

import { localDigits } from "./digits.js";

/** @typedef {(key: string, values?: Record<string, string | number>) => string} Say */

/**
 * @param {Record<string, string>} strings messages with %(name)s in them
 * @param {string} lang
 * @returns {Say} an unknown key says itself, so that a slip is seen; numbers come in the language's digits
 */
export function speaker(strings, lang) {
  return (key, values = {}) =>
    (strings[key] ?? key).replace(/%\((\w+)\)s/g, (whole, name) => {
      const value = values[name];
      if (value === undefined) return whole;
      return typeof value === "number" ? formatNumber(value, lang) : value;
    });
}

/** @param {number} value @param {string} lang @param {number} [decimals] at the most */
export function formatNumber(value, lang, decimals = 1) {
  const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: decimals }).format(value);
  if (lang !== "fa") return grouped;
  return localDigits(grouped, lang).replaceAll(",", "٬").replaceAll(".", "٫");
}

/**
 * @param {{fa: string, en: string}} names
 * @param {string} lang
 * @returns {string} the name in this language, else in the other
 */
export function nameIn(names, lang) {
  return (lang === "fa" ? names.fa || names.en : names.en || names.fa) ?? "";
}
