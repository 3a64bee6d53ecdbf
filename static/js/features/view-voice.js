// @ts-check
/** A map moved by keys says what it shows now, once it rests: who drags it sees for themselves. */

import { listTold } from "../api.js";
import { debounce } from "../lib/dom.js";
import { windowQuery } from "../lib/window-query.js";
import { boxOf } from "../map/city-map.js";

const REST_MS = 900;

/**
 * @param {import("leaflet").Map} map
 * @param {import("../state.js").State} state
 */
export function install(map, state) {
  let asking = new AbortController();
  let last = "";
  const tell = async () => {
    asking.abort();
    // The list tells it too, and measuring has other things to say.
    if (state.now.tool || !isMovedByKeys(map)) return;
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
  const off = state.on(["view"], later);
  return () => {
    off();
    later.cancel();
    asking.abort();
  };
}

/** @param {import("leaflet").Map} map */
function isMovedByKeys(map) {
  const focused = document.activeElement;
  if (!focused?.matches(":focus-visible")) return false;
  return focused === map.getContainer() || focused.matches("[data-zoom]");
}
