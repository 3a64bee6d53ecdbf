// @ts-check
/** Boxes on a page, in percent of it: from two corners, within its edges, as numbers that are typed and read. */

/** @typedef {{left: number, top: number, width: number, height: number}} Box */

const WHOLE = 100;
const LEAST = 0.5;

/**
 * @param {{x: number, y: number}} from a corner, in shares of the page
 * @param {{x: number, y: number}} to the other one
 * @returns {Box | null} null for a tap that drew nothing
 */
export function boxBetween(from, to) {
  const [left, right] = [from.x, to.x].map(within).sort((a, b) => a - b);
  const [top, bottom] = [from.y, to.y].map(within).sort((a, b) => a - b);
  const box = { left, top, width: right - left, height: bottom - top };
  return box.width < LEAST || box.height < LEAST ? null : round(box);
}

/**
 * @param {Record<"left" | "top" | "width" | "height", string>} typed
 * @returns {Box | null} null while one of the four is no number, or the box has no room on the page
 */
export function readBox(typed) {
  const [left, top, width, height] = [typed.left, typed.top, typed.width, typed.height].map(readNumber);
  if (![left, top, width, height].every(Number.isFinite) || width <= 0 || height <= 0) return null;
  if (left < 0 || top < 0 || left >= WHOLE || top >= WHOLE) return null;
  return { left, top, width: Math.min(width, WHOLE - left), height: Math.min(height, WHOLE - top) };
}

/** @param {string} text digits of any script */
export function readNumber(text) {
  const latin = text.trim().replace(/[۰-۹٠-٩]/g, (digit) => String(digit.charCodeAt(0) & 0xf)).replace("٫", ".");
  return /^\d+(\.\d*)?$/.test(latin) ? Number(latin) : NaN;
}

/** @param {number} share */
function within(share) {
  return Math.min(1, Math.max(0, share)) * WHOLE;
}

/** Outwards, so that what was covered stays covered. @param {Box} box @returns {Box} */
function round(box) {
  const down = (/** @type {number} */ value) => Math.floor(value * 10) / 10;
  const up = (/** @type {number} */ value) => Math.ceil(value * 10) / 10;
  const [left, top] = [down(box.left), down(box.top)];
  return {
    left,
    top,
    width: Math.min(up(box.left + box.width - left), WHOLE - left),
    height: Math.min(up(box.top + box.height - top), WHOLE - top),
  };
}
