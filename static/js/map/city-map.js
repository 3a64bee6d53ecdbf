// @ts-check
/** The Leaflet map, bare: no controls of its own (the page has them), no layer, no language. */

import * as L from "leaflet";

/** Data begin one zoom lower, see tile-source.js. */
export const MIN_ZOOM = 9;
export const MAX_ZOOM = 20;

/**
 * @param {HTMLElement} container
 * @param {{still: boolean}} options `still`: the reader asked for no motion
 * @returns {L.Map}
 */
export function makeMap(container, { still }) {
  return L.map(container, {
    attributionControl: false,
    zoomControl: false,
    minZoom: MIN_ZOOM,
    maxZoom: MAX_ZOOM,
    zoomSnap: 1,
    fadeAnimation: !still,
    zoomAnimation: !still,
    markerZoomAnimation: !still,
    inertia: !still,
    worldCopyJump: false,
    maxBoundsViscosity: 0.8,
  });
}

/** @param {[number, number, number, number]} bounds west, south, east, north */
export function latLngBounds([west, south, east, north]) {
  return L.latLngBounds([south, west], [north, east]);
}

/**
 * The chosen shape: an accent line over a light halo, drawn once and exactly.
 * @param {GeoJSON.GeoJsonObject} shape in degrees
 * @param {{accent: string, halo: string}} colours
 * @returns {L.Layer}
 */
export function outline(shape, { accent, halo }) {
  const line = { fill: false, interactive: false, lineJoin: /** @type {const} */ ("round") };
  return L.layerGroup([
    L.geoJSON(shape, { interactive: false, style: { ...line, color: halo, weight: 6, opacity: 0.95 } }),
    L.geoJSON(shape, { interactive: false, style: { ...line, color: accent, weight: 2.5, opacity: 1 } }),
  ]);
}

/**
 * @param {{lon: number, lat: number}} spot
 * @param {{accent: string, halo: string, radius_m?: number}} look with `radius_m` a circle of uncertainty round it
 * @returns {L.Layer}
 */
export function spotMark({ lon, lat }, { accent, halo, radius_m }) {
  const at = L.latLng(lat, lon);
  const marks = [
    L.circleMarker(at, { radius: 9, color: halo, weight: 4, fill: false, interactive: false }),
    L.circleMarker(at, { radius: 7, color: accent, weight: 2.5, fillColor: accent, fillOpacity: 0.25, interactive: false }),
  ];
  if (!radius_m) return L.layerGroup(marks);
  const circle = L.circle(at, { radius: radius_m, color: accent, weight: 1, fillOpacity: 0.08, interactive: false });
  return L.layerGroup([circle, ...marks]);
}

/** @param {L.Map} map @returns {{west: number, south: number, east: number, north: number}} what is seen, in degrees */
export function boxOf(map) {
  const bounds = map.getBounds();
  return { west: bounds.getWest(), south: bounds.getSouth(), east: bounds.getEast(), north: bounds.getNorth() };
}
