// @ts-check
/** A map moved by keys says what it shows now, once it rests: who drags it sees for themselves. */

import { listTold } from "../api.js";
import { debounce } from "../lib/dom.js";
import { windowQuery } from "../lib/window-query.js";
import { boxOf } from "../map/city-map.js";

const REST_MS = 900;
const HANDS = /** @type {const} */ (["pointerdown", "wheel"]);

/**
 * @param {import("leaflet").Map} map
 * @param {import("../state.js").State} state
 */
export function install(map, state) {
  let asking = new AbortController();
  let last = "";
  let isByHand = false;
  const tell = async () => {
    asking.abort();
    // The list tells it too, and measuring has other things to say.
    if (state.now.tool || isByHand || !isAtMap(map)) return;
    asking = new AbortController();
    const { signal } = asking;
    try {
      const told = await listTold(windowQuery(boxOf(map), { ...state.now, place: null }), signal);
      if (signal.aborted || told === last) return;
      last = told;
      state.set({ saying: told });
    } catch {
      // Nothing was asked for, so nothing is said of its failing.
    }
  };
  const later = debounce(() => void tell(), REST_MS);
  const keys = () => {
    isByHand = false;
  };
  const hand = () => {
    isByHand = true;
  };
  const container = map.getContainer();
  addEventListener("keydown", keys, true);
  for (const sign of HANDS) container.addEventListener(sign, hand, { passive: true, capture: true });
  const off = state.on(["view"], later);
  return () => {
    off();
    later.cancel();
    asking.abort();
    removeEventListener("keydown", keys, true);
    for (const sign of HANDS) container.removeEventListener(sign, hand, true);
  };
}

/** Whether the reader is at the map or at its zoom buttons, and nothing else is being said. @param {import("leaflet").Map} map */
function isAtMap(map) {
  const focused = document.activeElement;
  return focused === map.getContainer() || Boolean(focused?.matches("[data-zoom]"));
}
