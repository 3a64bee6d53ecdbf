// @ts-check
/** The map follows the page's appearance. */

import { isDark } from "../lib/appearance.js";

/**
 * @param {import("leaflet").Map} _map
 * @param {import("../state.js").State} state
 */
export function install(_map, state) {
  const follow = () => state.set({ dark: isDark() });
  document.addEventListener("appearance", follow);
  return () => document.removeEventListener("appearance", follow);
}
