// @ts-check
/** Digits as people write them and as machines read them. */

const PERSIAN = "۰۱۲۳۴۵۶۷۸۹";
const ARABIC = "٠١٢٣٤٥٦٧٨٩";

/** @param {string | number} text @param {string} lang */
export function localDigits(text, lang) {
  return lang === "fa" ? String(text).replace(/\d/g, (digit) => PERSIAN[Number(digit)]) : String(text);
}

/** @param {string} text @returns {string} with Persian and Arabic digits as Latin ones */
export function latinDigits(text) {
  return text
    .replace(/[۰-۹]/g, (digit) => String(PERSIAN.indexOf(digit)))
    .replace(/[٠-٩]/g, (digit) => String(ARABIC.indexOf(digit)));
}

/** @param {string} text @returns {number} NaN for what is no whole number */
export function readInteger(text) {
  const latin = latinDigits(text).trim();
  return /^\d{1,4}$/.test(latin) ? Number(latin) : Number.NaN;
}
