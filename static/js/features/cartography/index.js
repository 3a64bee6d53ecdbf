// @ts-check
/** What is drawn for what is switched on, on the day and in the light chosen. */

import { VectorLayer } from "../../map/vector-layer.js";
import { STREET_NAMES, baseLabels, boundaryRules, districtLabels, groundRules, streetRules } from "./base.js";
import { overlayLabels, overlayRules } from "./overlays.js";
import { baseColour, font, layerLook } from "./palette.js";
import { permitRules } from "./permits.js";
import { landUseRules, parcelLines, parcelNumbers, zoneLabels, zoneRules } from "./plan.js";

/** @typedef {import("../../state.js").Values} Values */

const FONT_WAIT_MS = 700;
const TILES = { minZoom: 8, maxZoom: 16 };

/**
 * @param {import("leaflet").Map} map
 * @param {import("../../state.js").State} state
 * @param {Page} page
 */
export function install(map, state, { config, say }) {
  const letters = document.fonts.load(font(13), "آA۱");
  const layer = new VectorLayer({ ready: Promise.race([letters, new Promise((go) => setTimeout(go, FONT_WAIT_MS))]) });
  const classes = new Map(config.palette.zone_classes.map((each) => [each.code, each]));
  const draw = () => layer.setDrawing(drawing(state.now, config, classes));
  layer.on("sourcefail", () => {
    // What is not kept cannot be drawn; features/offline.js has said why.
    if (!navigator.onLine) return;
    state.set({ notice: { words: say("map.tiles_failed"), action: say("map.retry"), act: () => layer.repaint(), lasts: true } });
  });
  draw();
  layer.addTo(map);
  state.set({ permitAt: (at) => permitAt(layer, map, state.now, at) });
  const off = state.on(["layers", "on", "dark", "revisions"], draw);
  repaintIfLate(letters, layer);
  return () => {
    off();
    layer.remove();
  };
}

/** A finger is wider than a mark; what lies nearer to it is taken first. */
const REACHES_PX = [6, 12, 20];

/**
 * @param {VectorLayer} layer @param {import("leaflet").Map} map @param {Values} now @param {import("leaflet").LatLng} at
 * @returns {import("../../state.js").PermitMark | null} the permit, or the mark of several, that is drawn at a spot
 */
function permitAt(layer, map, now, at) {
  if (!now.layers.includes("permits")) return null;
  for (const reach_px of REACHES_PX) {
    const [found] = layer.pick("permits", at, map.getZoom(), reach_px);
    if (found) return { reference: found.reference ? String(found.reference) : null, count: Number(found.count ?? 1) };
  }
  return null;
}

/** Labels drawn before the font came would keep the system's letters. @param {Promise<unknown>} letters @param {VectorLayer} layer */
function repaintIfLate(letters, layer) {
  const asked = performance.now();
  void letters.then(() => performance.now() - asked >= FONT_WAIT_MS && layer.repaint());
}

/** @param {Values} now @param {PageConfig} config @param {Map<string, ZoneClass>} classes */
function drawing(now, config, classes) {
  const { dark } = now;
  const { lang } = config;
  const shown = new Set(now.layers);
  const overlays = config.layers.filter((each) => shown.has(each.slug));
  const dense = overlays.filter((each) => layerLook(each, dark).dense);
  const sparse = overlays.filter((each) => !dense.includes(each));
  const landUse = shown.has("land_use");
  const zoning = shown.has("zoning");
  const permits = shown.has("permits");
  return {
    background: baseColour("ground", dark),
    sources: sources(now, ["base", "parcels", ...(zoning ? ["zoning"] : []), ...(permits ? ["permits"] : []), ...overlays.map((each) => each.slug)]),
    paint: [
      ...groundRules(dark),
      ...streetsAndUse(dark, landUse),
      ...(zoning ? zoneRules(dark, classes, landUse) : []),
      ...boundaryRules(dark),
      ...overlays.filter(isArea).flatMap((each) => overlayRules(each, dark)),
      ...overlays.filter((each) => !isArea(each)).flatMap((each) => overlayRules(each, dark)),
      ...(permits ? permitRules(dark, lang) : []),
    ],
    labels: [
      // The names of districts would lie over the counts of what is in them.
      ...(permits ? [] : districtLabels(dark, lang)),
      ...sparse.flatMap((each) => overlayLabels(each, dark, lang)),
      ...(zoning ? zoneLabels(dark, classes) : []),
      ...baseLabels(dark, lang),
      ...dense.flatMap((each) => overlayLabels(each, dark, lang)),
      ...parcelNumbers(dark),
    ],
  };
}

/** @param {OverlayLayer} layer */
function isArea(layer) {
  return layer.geometry_kind === "polygon";
}

/** Far away streets lie on the colours; near by, parcels lie on the streets. @param {boolean} dark @param {boolean} landUse */
function streetsAndUse(dark, landUse) {
  const far = { maxzoom: 14 };
  const near = { minzoom: 15 };
  const use = landUse ? landUseRules(dark) : [];
  return [
    ...streetRules(dark).map((rule) => ({ ...rule, ...near })),
    ...use,
    ...streetRules(dark).map((rule) => ({ ...rule, ...far })),
    ...parcelLines(dark),
  ];
}

/** @param {Values} now @param {string[]} names */
function sources(now, names) {
  return Object.fromEntries(
    names.map((name) => [name, { ...TILES, url: tileUrl(name, now), ...(name === "base" ? { join: STREET_NAMES } : {}) }]),
  );
}

/** @param {string} name @param {Values} now @returns {string} the address names the revision, so that tiles may be kept */
function tileUrl(name, { on, revisions }) {
  const revision = revisions[name] ?? "0";
  const address = `/tiles/${name}/{z}/{x}/{y}.mvt`;
  // Today's revision holds today's day; a day asked for is its own.
  return name === "zoning" && on ? `${address}?v=${revision.split(".")[0]}&on=${on}` : `${address}?v=${revision}`;
}
