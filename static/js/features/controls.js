// @ts-check
/** Zoom buttons and the scale, in the page's own words and digits. */

import { need } from "../lib/dom.js";
import { scaleBar } from "../lib/scale.js";

const LONGEST_PX = 110;

/**
 * @param {import("leaflet").Map} map
 * @param {import("../state.js").State} state
 * @param {Page} page
 */
export function install(map, state, { say }) {
  const scale = need("#scale");
  const [more, less] = [need("[data-zoom=in]"), need("[data-zoom=out]")];
  const show = () => {
    const y = map.getSize().y / 2;
    const across_m = map.distance(map.containerPointToLatLng([0, y]), map.containerPointToLatLng([LONGEST_PX, y]));
    const { length_m, share } = scaleBar(across_m);
    const key = length_m >= 1000 ? "scale.kilometres" : "scale.metres";
    need(".scale-words", scale).textContent = say(key, { n: length_m >= 1000 ? length_m / 1000 : length_m });
    need(".scale-bar", scale).style.inlineSize = `${Math.round(LONGEST_PX * share)}px`;
    scale.hidden = false;
    more.toggleAttribute("disabled", map.getZoom() >= map.getMaxZoom());
    less.toggleAttribute("disabled", map.getZoom() <= map.getMinZoom());
  };
  const zoomIn = () => void map.zoomIn();
  const zoomOut = () => void map.zoomOut();
  more.addEventListener("click", zoomIn);
  less.addEventListener("click", zoomOut);
  const off = state.on(["view"], show);
  show();
  return () => {
    off();
    more.removeEventListener("click", zoomIn);
    less.removeEventListener("click", zoomOut);
  };
}
