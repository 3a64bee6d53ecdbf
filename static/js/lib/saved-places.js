// @ts-check
/** Saved places: names and addresses of our own map, kept by the device alone. What a file or the store holds is not trusted. */

/** @typedef {{name: string, seen: string}} SavedPlace `seen`: the map's query string, as in the address bar */

export const STORE_KEY = "shahrnama.saved-places";
export const MOST_SAVED = 200;
const LONGEST_NAME = 120;
const LONGEST_SEEN = 2000;
const KIND = "shahrnama saved places";

/** @param {unknown} value @returns {SavedPlace | null} */
function readOne(value) {
  if (typeof value !== "object" || !value) return null;
  const { name, seen } = /** @type {Record<string, unknown>} */ (value);
  if (typeof name !== "string" || typeof seen !== "string") return null;
  const cleanName = cleanOf(name);
  // Nothing but a query of the map's own page may stand there: no other page, no other host, no script.
  const isQuery = seen === "" || (seen.startsWith("?") && seen.length <= LONGEST_SEEN && !/[\s#]/.test(seen));
  return cleanName && isQuery ? { name: cleanName, seen } : null;
}

/** @param {string} name */
function cleanOf(name) {
  // eslint-disable-next-line no-control-regex -- what no name can hold
  return name.replace(/[\u0000-\u001f\u007f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g, " ").trim().slice(0, LONGEST_NAME);
}

/** @param {string | null} text JSON as stored or as exported @returns {SavedPlace[] | null} null for what is no such list */
export function readPlaces(text) {
  if (!text) return [];
  try {
    const held = JSON.parse(text);
    const list = Array.isArray(held) ? held : held?.kind === KIND ? held.places : null;
    if (!Array.isArray(list)) return null;
    return list.map(readOne).filter((each) => each !== null).slice(0, MOST_SAVED);
  } catch {
    return null;
  }
}

/** @param {SavedPlace[]} places @returns {string} the file's text */
export function writeFile(places) {
  return `${JSON.stringify({ kind: KIND, version: 1, places }, null, 2)}\n`;
}

/** @param {SavedPlace[]} places @param {SavedPlace} place @returns {SavedPlace[]} it first; the same view is kept once */
export function withPlace(places, place) {
  const clean = readOne(place);
  if (!clean) return places;
  return [clean, ...places.filter((each) => each.seen !== clean.seen)].slice(0, MOST_SAVED);
}

/** @param {SavedPlace[]} places @param {SavedPlace[]} others @returns {SavedPlace[]} the others' new ones after the own */
export function joined(places, others) {
  const known = new Set(places.map((each) => each.seen));
  return [...places, ...others.filter((each) => !known.has(each.seen))].slice(0, MOST_SAVED);
}

/** @param {SavedPlace[]} places @param {number} at @param {string} name @returns {SavedPlace[]} an empty name changes nothing */
export function renamed(places, at, name) {
  const clean = cleanOf(name);
  return clean ? places.map((each, index) => (index === at ? { ...each, name: clean } : each)) : places;
}
