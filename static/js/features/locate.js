// @ts-check
/** "Where am I": asked of the browser, marked on the map, and every refusal said in plain words. */

import { need } from "../lib/dom.js";
import { latLngBounds, spotMark } from "../map/city-map.js";
import { baseColour } from "./cartography/palette.js";

const REFUSALS = /** @type {Record<number, string>} */ ({ 1: "locate.denied", 2: "locate.unavailable", 3: "locate.timeout" });

/**
 * @param {import("leaflet").Map} map
 * @param {import("../state.js").State} state
 * @param {Page} page
 */
export function install(map, state, page) {
  const button = need("[data-locate]");
  /** @type {import("leaflet").Layer | null} */
  let mark = null;
  const draw = () => {
    mark?.remove();
    const { here, dark } = state.now;
    const look = { accent: baseColour("accent", dark), halo: baseColour("halo", dark) };
    mark = here ? spotMark(here, { ...look, radius_m: here.radius_m }).addTo(map) : null;
  };
  const ask = () => locate(state, page, button);
  button.addEventListener("click", ask);
  const off = state.on(["here", "dark"], draw);
  return () => {
    off();
    mark?.remove();
    button.removeEventListener("click", ask);
  };
}

/** @param {import("../state.js").State} state @param {Page} page @param {HTMLElement} button */
function locate(state, { config, say }, button) {
  const refuse = (/** @type {string} */ key) => {
    button.setAttribute("aria-busy", "false");
    state.set({ notice: { words: say(key) } });
  };
  if (!isSecureContext) return refuse("locate.insecure");
  if (!navigator.geolocation) return refuse("locate.unavailable");
  button.setAttribute("aria-busy", "true");
  state.set({ saying: say("locate.searching") });
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      button.setAttribute("aria-busy", "false");
      arrive(state, { config, say }, { lon: coords.longitude, lat: coords.latitude, radius_m: coords.accuracy });
    },
    (error) => refuse(REFUSALS[error.code] ?? "locate.unavailable"),
    { enableHighAccuracy: true, timeout: 15_000, maximumAge: 60_000 },
  );
  return undefined;
}

/** @param {import("../state.js").State} state @param {Page} page @param {{lon: number, lat: number, radius_m: number}} here */
function arrive(state, { config, say }, here) {
  const { bounds } = config.city;
  if (bounds && !latLngBounds(bounds).pad(0.2).contains([here.lat, here.lon])) {
    state.set({ notice: { words: say("locate.outside") } });
    return;
  }
  const z = here.radius_m > 500 ? 15 : 17;
  state.set({ here, fly: { lon: here.lon, lat: here.lat, z } });
  state.set({ notice: { words: say("locate.found", { n: Math.round(here.radius_m) }) } });
}
