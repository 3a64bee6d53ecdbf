// @ts-check
/** A list and the map light each other: a thing is marked while its line is pointed at; a place or a day named opens here. */

import { need } from "../lib/dom.js";
import { spotMark } from "../map/city-map.js";
import { baseColour } from "./cartography/palette.js";

/**
 * @param {import("leaflet").Map} map
 * @param {import("../state.js").State} state
 */
export function install(map, state) {
  const panels = [need("#place"), need("#tool-body")];
  /** @type {import("leaflet").Layer | null} */
  let mark = null;
  const light = (/** @type {Event} */ event) => {
    mark?.remove();
    mark = null;
    const spot = spotOf(event.target);
    if (!spot || event.type === "pointerleave") return;
    const { dark } = state.now;
    mark = spotMark(spot, { accent: baseColour("accent", dark), halo: baseColour("halo", dark) }).addTo(map);
  };
  const open = (/** @type {MouseEvent} */ event) => {
    const link = event.target instanceof Element ? event.target.closest("a[data-number], a[data-permit], a[data-spot], a[data-on]") : null;
    // With a modifier the reader asks for a page of its own.
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const number = link.getAttribute("data-number");
    const permit = link.getAttribute("data-permit");
    const spot = spotOf(link);
    const on = link.getAttribute("data-on");
    if (!number && !permit && !spot && on === null) return;
    event.preventDefault();
    // An entry of the timeline: the whole map goes to that day, or back to today.
    if (permit) state.set({ place: { permit }, placeAnchor: null, placeTold: false });
    else if (!number && !spot) state.set({ on: on || null, placeTold: false });
    else state.set({ place: number ? { number } : spot, placeAnchor: number ? null : spot, placeTold: false });
  };
  const events = /** @type {const} */ (["pointerover", "pointerleave", "focusin"]);
  for (const panel of panels) {
    for (const name of events) panel.addEventListener(name, light);
    panel.addEventListener("click", open);
  }
  const off = state.on(["place"], () => mark?.remove());
  return () => {
    off();
    mark?.remove();
    for (const panel of panels) {
      for (const name of events) panel.removeEventListener(name, light);
      panel.removeEventListener("click", open);
    }
  };
}

/** @param {EventTarget | null} target @returns {{lon: number, lat: number} | null} */
function spotOf(target) {
  const line = target instanceof Element ? target.closest("li[data-lon]") : null;
  const lon = Number(line?.getAttribute("data-lon") ?? Number.NaN);
  const lat = Number(line?.getAttribute("data-lat") ?? Number.NaN);
  return Number.isFinite(lon) && Number.isFinite(lat) ? { lon, lat } : null;
}
