// @ts-check
/** What a search result points at, lit on the map: its line or outline, else its spot. */

import { latLngBounds, outline, spotMark } from "../../map/city-map.js";
import { baseColour } from "../cartography/palette.js";

/** @typedef {import("../../api.js").Found} Found */

/** What is longer or wider than this is looked at as a whole; in what is smaller there is a place to open. */
const WIDE_M = 400;

export class Pointer {
  /** @type {import("leaflet").Layer | null} */
  #mark = null;
  /** @type {Found | null} what was chosen stays lit when another is no longer pointed at */
  #chosen = null;

  /** @param {import("leaflet").Map} map @param {import("../../state.js").State} state */
  constructor(map, state) {
    this.map = map;
    this.state = state;
  }

  /** @param {Found | null} found */
  point(found) {
    this.#mark?.remove();
    this.#mark = null;
    const lit = found ?? this.#chosen;
    if (!lit || lit.lon === null || lit.lat === null) return;
    const { dark } = this.state.now;
    const look = { accent: baseColour("accent", dark), halo: baseColour("halo", dark) };
    this.#mark = (lit.shape ? outline(lit.shape, look) : spotMark({ lon: lit.lon, lat: lit.lat }, look)).addTo(this.map);
  }

  /** @param {Found | null} found */
  choose(found) {
    this.#chosen = found;
    this.point(null);
  }
}

/** @param {Found} found @returns {boolean} whether it is a street, a zone or an area rather than a place to open */
export function isWide({ kind, bounds }) {
  if (kind === "street" || kind === "zone") return true;
  if (!bounds) return false;
  const box = latLngBounds(bounds);
  return box.getSouthWest().distanceTo(box.getNorthEast()) > WIDE_M;
}
