// @ts-check
/** A line or an area drawn over the map point by point, with handles big enough for a finger. */

import * as L from "leaflet";

/** @typedef {{lon: number, lat: number}} Spot */

const HANDLE_PX = 44;

/**
 * @param {Spot[]} spots
 * @param {{accent: string, halo: string, closed: boolean}} look `closed`: the area they enclose is filled
 * @returns {L.LayerGroup}
 */
export function path(spots, { accent, halo, closed }) {
  const points = spots.map(({ lon, lat }) => L.latLng(lat, lon));
  const line = { interactive: false, lineJoin: /** @type {const} */ ("round"), fill: false };
  const make = (/** @type {L.PolylineOptions} */ options) => (closed && points.length > 2 ? L.polygon(points, options) : L.polyline(points, options));
  return L.layerGroup([
    make({ ...line, color: halo, weight: 6, opacity: 0.95 }),
    make({ ...line, color: accent, weight: 2.5, fill: closed, fillColor: accent, fillOpacity: 0.12 }),
  ]);
}

/**
 * @param {Spot} spot
 * @param {(spot: Spot) => void} moved told while it is dragged
 * @returns {L.Marker} not reached by Tab: by keys the cross is moved instead
 */
export function handle({ lon, lat }, moved) {
  const icon = L.divIcon({ className: "handle", iconSize: [HANDLE_PX, HANDLE_PX] });
  const marker = L.marker([lat, lon], { icon, draggable: true, keyboard: false, autoPan: true });
  marker.on("drag", () => moved({ lon: marker.getLatLng().lng, lat: marker.getLatLng().lat }));
  return marker;
}

/**
 * Parcels chosen, filled so that they are told from the one outlined.
 * @param {GeoJSON.GeoJsonObject} shapes
 * @param {{accent: string, halo: string}} look
 */
export function filledShapes(shapes, { accent, halo }) {
  const line = { interactive: false, lineJoin: /** @type {const} */ ("round") };
  return L.layerGroup([
    L.geoJSON(shapes, { interactive: false, style: { ...line, fill: false, color: halo, weight: 5, opacity: 0.9 } }),
    L.geoJSON(shapes, { interactive: false, style: { ...line, color: accent, weight: 2, fillColor: accent, fillOpacity: 0.22, dashArray: "6 3" } }),
  ]);
}
