// @ts-check
/** The outlines of the parcels chosen, drawn exactly. */

import { selectionShapes } from "../../api.js";
import { filledShapes } from "../../map/path.js";
import { baseColour } from "../cartography/palette.js";

/**
 * @param {import("leaflet").Map} map
 * @param {import("../../state.js").State} state
 */
export function install(map, state) {
  /** @type {import("leaflet").Layer | null} */
  let drawn = null;
  /** @type {GeoJSON.FeatureCollection | null} */
  let shapes = null;
  let asking = new AbortController();
  const draw = () => {
    drawn?.remove();
    const { dark } = state.now;
    drawn = shapes ? filledShapes(shapes, { accent: baseColour("accent", dark), halo: baseColour("halo", dark) }).addTo(map) : null;
  };
  const follow = async () => {
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    const { selection, on } = state.now;
    try {
      const found = selection.length ? await selectionShapes(selection, on, signal) : null;
      if (signal.aborted) return;
      shapes = found;
    } catch {
      // The list says what went wrong; only the outlines are missing.
      if (!signal.aborted) shapes = null;
    }
    if (!signal.aborted) draw();
  };
  const off = state.on(["selection", "on"], () => void follow());
  const offLight = state.on(["dark"], draw);
  void follow();
  return () => {
    off();
    offLight();
    asking.abort();
    drawn?.remove();
  };
}
