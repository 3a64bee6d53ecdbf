// @ts-check
/** Walking from parcel to parcel: after a step to the north the next step to the north is under the finger again. */

import { need } from "../lib/dom.js";

/**
 * @param {import("leaflet").Map} _map
 * @param {import("../state.js").State} state
 */
export function install(_map, state) {
  const panel = need("#place");
  let direction = "";
  const step = (/** @type {Event} */ event) => {
    const link = event.target instanceof Element ? event.target.closest("a[data-number]") : null;
    direction = link?.getAttribute("data-step") ?? "";
  };
  // The place is told once its words stand in the panel; its heading has been said by then.
  const off = state.on(["placeTold"], ({ placeTold }) => {
    if (!placeTold || !direction) return;
    const next = panel.querySelector(`a[data-step="${direction}"]`);
    direction = "";
    if (next instanceof HTMLElement) next.focus();
  });
  panel.addEventListener("click", step, true);
  return () => {
    off();
    panel.removeEventListener("click", step, true);
  };
}
