// @ts-check
/** Taps on the map, and keys over the cross in its middle, for the tool at work. */

/**
 * @param {import("leaflet").Map} map
 * @param {{add: (spot: {lon: number, lat: number}) => void, back?: () => void, help: string}} what
 *   `back`: undo the last by Backspace; `help`: the id of what describes the keys
 * @returns {() => void} gives the map back
 */
export function takeTaps(map, { add, back, help }) {
  const container = map.getContainer();
  const described = container.getAttribute("aria-describedby") ?? "";
  const at = (/** @type {import("leaflet").LatLng} */ latLng) => add({ lon: latLng.wrap().lng, lat: latLng.lat });
  const tap = (/** @type {import("leaflet").LeafletMouseEvent} */ event) => at(event.latlng);
  const key = (/** @type {KeyboardEvent} */ event) => {
    if (event.target !== container) return;
    if (event.key === "Enter" || event.key === " ") at(map.getCenter());
    else if (event.key === "Backspace" && back) back();
    else return;
    event.preventDefault();
  };
  map.doubleClickZoom.disable();
  map.on("click", tap);
  container.addEventListener("keydown", key);
  container.setAttribute("aria-describedby", help);
  return () => {
    map.doubleClickZoom.enable();
    map.off("click", tap);
    container.removeEventListener("keydown", key);
    container.setAttribute("aria-describedby", described);
  };
}
