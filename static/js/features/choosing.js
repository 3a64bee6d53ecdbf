// @ts-check
/** A tap, or Enter on the map, chooses the place there, or the permit that is drawn there, unless a tool takes taps for its own. */

/**
 * @param {import("leaflet").Map} map
 * @param {import("../state.js").State} state
 */
export function install(map, state) {
  const container = map.getContainer();
  const choose = (/** @type {import("leaflet").LatLng} */ at) => {
    if (takesTaps(state.now.tool)) return;
    const spot = { lon: at.wrap().lng, lat: at.lat };
    const permit = state.now.permitAt?.(at);
    if (permit && permit.count > 1) {
      // A mark of many is opened by coming closer.
      state.set({ fly: { ...spot, z: Math.min(map.getZoom() + 2, 18) }, popover: null });
      return;
    }
    if (permit?.reference) {
      state.set({ place: { permit: permit.reference }, placeAnchor: spot, placeTold: false, popover: null });
      return;
    }
    state.set({ place: spot, placeAnchor: spot, placeTold: false, popover: null });
  };
  const tap = (/** @type {import("leaflet").LeafletMouseEvent} */ event) => choose(event.latlng);
  const key = (/** @type {KeyboardEvent} */ event) => {
    if (event.target !== container) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      choose(map.getCenter());
    }
  };
  map.on("click", tap);
  container.addEventListener("keydown", key);
  return () => {
    map.off("click", tap);
    container.removeEventListener("keydown", key);
  };
}

/** @param {import("../state.js").Tool | null} tool */
function takesTaps(tool) {
  return tool === "measure" || tool === "select";
}
