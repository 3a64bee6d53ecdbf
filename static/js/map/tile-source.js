// @ts-check
/** Vector tiles by URL, told apart into "nothing there", "gave up" and "failed". */

import { PmtilesSource, TileCache, View } from "protomaps-leaflet";
import { joinLines } from "./join-lines.js";

/**
 * @typedef {{from: string, to: string, by: string[]}} Join the lines of layer `from` that share the properties `by`
 *   make the layer `to`
 * @typedef {{url: string, minZoom: number, maxZoom: number, join?: Join}} SourceOptions the url with {z}, {x} and {y}
 */

/** The library asks for 512-pixel tiles: one zoom lower than the map's. */
const LEVEL_DIFF = 1;
const TILE_PX = 512;

/**
 * @param {SourceOptions} options
 * @returns {View} what the library paints from
 */
export function tileView({ url, minZoom, maxZoom, join }) {
  // The library's own URL source ignores the status and reads an error page as a tile. The archive source only wants
  // someone who gets a tile's bytes, so it is given us.
  const archive = {
    getZxy: async (/** @type {number} */ z, /** @type {number} */ x, /** @type {number} */ y, /** @type {AbortSignal} */ signal) =>
      z < minZoom ? undefined : fetchTile(url, z, x, y, signal),
  };
  const source = new PmtilesSource(/** @type {any} */ (archive), true);
  return new View(new TileCache(join ? joining(source, join) : source, TILE_PX), maxZoom, LEVEL_DIFF);
}

/** @param {import("protomaps-leaflet").TileSource} source @param {Join} join @returns {import("protomaps-leaflet").TileSource} */
function joining(source, { from, to, by }) {
  return {
    get: async (cell, size) => {
      const layers = await source.get(cell, size);
      return new Map([...layers, [to, joinLines(layers.get(from) ?? [], by)]]);
    },
  };
}

/**
 * @param {string} url @param {number} z @param {number} x @param {number} y @param {AbortSignal} signal
 * @returns {Promise<{data: ArrayBuffer} | undefined>} undefined for an empty tile
 */
async function fetchTile(url, z, x, y, signal) {
  const address = url.replace("{z}", String(z)).replace("{x}", String(x)).replace("{y}", String(y));
  const response = await fetch(address, { signal });
  if (response.status === 204 || response.status === 404) return undefined;
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  const data = await response.arrayBuffer();
  return data.byteLength ? { data } : undefined;
}
