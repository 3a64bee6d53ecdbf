// @ts-check
/** Where the map looks: it follows the state's wishes and tells where it came to rest. */

import { prefersStillness } from "../lib/dom.js";
import { latLngBounds } from "../map/city-map.js";

/**
 * @param {import("leaflet").Map} map
 * @param {import("../state.js").State} state
 * @param {Page} page
 */
export function install(map, state, { config }) {
  begin(map, state, config);
  const rested = () => {
    const { lat, lng } = map.getCenter();
    state.set({ view: { z: map.getZoom(), lat, lon: lng } });
  };
  const resized = () => {
    const { place, placeAnchor } = state.now;
    if (place && placeAnchor) showBesidePaper(map, placeAnchor);
  };
  map.on("moveend", rested);
  map.on("resize", resized);
  rested();
  const off = state.on(["fly"], ({ fly }) => {
    if (!fly) return;
    const near = map.getBounds().pad(1).contains([fly.lat, fly.lon]);
    const animate = near && !prefersStillness();
    // What has a length is seen along all of it.
    if (fly.bounds) map.fitBounds(latLngBounds(fly.bounds).pad(0.1), { ...clearOfPaper(map), maxZoom: fly.z, animate });
    else map.setView([fly.lat, fly.lon], fly.z, { animate });
    showBesidePaper(map, fly);
    state.set({ fly: null });
  });
  const offPlace = state.on(["placeAnchor", "rest", "paperShown"], ({ placeAnchor, place }) => {
    if (placeAnchor && place) showBesidePaper(map, placeAnchor);
  });
  return () => {
    map.off("moveend", rested);
    map.off("resize", resized);
    off();
    offPlace();
  };
}

/** @param {import("leaflet").Map} map @param {import("../state.js").State} state @param {PageConfig} config */
function begin(map, state, config) {
  const { bounds } = config.city;
  const { view } = state.now;
  if (bounds) map.setMaxBounds(latLngBounds(bounds).pad(1.5));
  if (view) map.setView([view.lat, view.lon], view.z);
  else if (bounds) map.fitBounds(latLngBounds(bounds), { ...clearOfPaper(map), maxZoom: 17 });
  else map.setView([32.5, 53.7], map.getMinZoom());
}

/** The side of a wide screen that the paper will cover, kept free when the city is first seen. @param {import("leaflet").Map} map */
function clearOfPaper(map) {
  const column = document.getElementById("column");
  if (!column) return {};
  const paper = column.getBoundingClientRect();
  const frame = map.getContainer().getBoundingClientRect();
  if (!matchMedia("(min-width: 900px)").matches) return {};
  const onLeft = paper.left - frame.left < frame.right - paper.right;
  /** @type {[number, number]} */
  const beside = [onLeft ? paper.right - frame.left : frame.right - paper.left, 0];
  return onLeft ? { paddingTopLeft: beside } : { paddingBottomRight: beside };
}

/** Move as little as needed for a spot to be seen beside, or above, the paper. @param {import("leaflet").Map} map @param {{lon: number, lat: number}} spot */
function showBesidePaper(map, spot) {
  const sheet = document.getElementById("sheet");
  if (!sheet || sheet.hidden) return;
  const paper = sheet.getBoundingClientRect();
  const frame = map.getContainer().getBoundingClientRect();
  const wide = matchMedia("(min-width: 900px)").matches;
  const onLeft = paper.left - frame.left < frame.right - paper.right;
  const margin = 48;
  const left = wide && onLeft ? paper.right - frame.left + margin : margin;
  const right = wide && !onLeft ? frame.right - paper.left + margin : margin;
  const bottom = wide ? margin : Math.min(frame.bottom - paper.top, frame.height * 0.6) + 24;
  map.panInside([spot.lat, spot.lon], {
    paddingTopLeft: [left, wide ? margin : 130],
    paddingBottomRight: [right, bottom],
    animate: !prefersStillness(),
  });
}
