// @ts-check
/** What is seen, as a query string: readable by the server too, and the same both ways. */

import { parseDay } from "./jalali.js";

/**
 * @typedef {{lon: number, lat: number}} Spot
 * @typedef {{number?: string, permit?: string, lon?: number, lat?: number}} Place a parcel by its number, a permit by its reference, else a spot
 * @typedef {{
 *   view: {z: number, lon: number, lat: number} | null,
 *   layers: string[],
 *   on: string | null,
 *   place: Place | null,
 *   selection: string[],
 * }} Seen
 */

/** As many parcels as the server adds up. */
export const MOST_SELECTED = 50;

/** @param {string | null} text @param {number} low @param {number} high @returns {number | null} */
function numberWithin(text, low, high) {
  if (text === null || text.trim() === "") return null;
  const value = Number(text);
  return Number.isFinite(value) && value >= low && value <= high ? value : null;
}

/** @param {URLSearchParams} query @returns {Seen["view"]} */
function readView(query) {
  const z = numberWithin(query.get("z"), 0, 22);
  const lon = numberWithin(query.get("lon"), -180, 180);
  const lat = numberWithin(query.get("lat"), -85, 85);
  return z === null || lon === null || lat === null ? null : { z, lon, lat };
}

/** @param {URLSearchParams} query @returns {Place | null} */
function readPlace(query) {
  const number = query.get("parcel")?.trim();
  if (number) return { number: number.slice(0, 100) };
  const permit = query.get("permit")?.trim();
  if (permit) return { permit: permit.slice(0, 100) };
  const [lon, lat] = (query.get("at") ?? "").split(",");
  const spot = { lon: numberWithin(lon ?? null, -180, 180), lat: numberWithin(lat ?? null, -85, 85) };
  return spot.lon === null || spot.lat === null ? null : { lon: spot.lon, lat: spot.lat };
}

/** @param {URLSearchParams} query @returns {string[]} parcel numbers, each once */
function readSelection(query) {
  const numbers = query.getAll("sel").map((number) => number.trim().slice(0, 100));
  return [...new Set(numbers.filter(Boolean))].slice(0, MOST_SELECTED);
}

/**
 * @param {string} search such as `?z=16&lat=35.7&lon=51.4&layers=land_use,schools&parcel=2-15-34-8`
 * @param {string[]} defaults the layers seen when the query names none
 * @returns {Seen} what cannot be read is as if it were not there
 */
export function readSeen(search, defaults) {
  const query = new URLSearchParams(search);
  const layers = query.get("layers");
  const on = query.get("on");
  return {
    view: readView(query),
    layers: layers === null ? [...defaults] : [...new Set(layers.split(",").filter((slug) => /^[\w-]+$/.test(slug)))],
    on: on && parseDay(on) ? on : null,
    place: readPlace(query),
    selection: readSelection(query),
  };
}

/**
 * @param {Seen} seen
 * @param {string[]} defaults
 * @returns {string} the query string, empty or with its question mark; defaults are left out
 */
export function writeSeen(seen, defaults) {
  const query = [];
  if (seen.view) {
    const { z, lat, lon } = seen.view;
    query.push(`z=${Math.round(z * 100) / 100}`, `lat=${lat.toFixed(5)}`, `lon=${lon.toFixed(5)}`);
  }
  if ([...seen.layers].sort().join() !== [...defaults].sort().join()) query.push(`layers=${seen.layers.join(",")}`);
  if (seen.on) query.push(`on=${seen.on}`);
  if (seen.place?.number) query.push(`parcel=${encodeURIComponent(seen.place.number)}`);
  else if (seen.place?.permit) query.push(`permit=${encodeURIComponent(seen.place.permit)}`);
  else if (seen.place) query.push(`at=${seen.place.lon?.toFixed(6)},${seen.place.lat?.toFixed(6)}`);
  query.push(...seen.selection.map((number) => `sel=${encodeURIComponent(number)}`));
  return query.length ? `?${query.join("&")}` : "";
}
