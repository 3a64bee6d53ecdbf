// @ts-check
/** The base map: ground, water, green and streets from our own tiles, and their names. */

import { text } from "../../map/labels.js";
import { along } from "../../map/line-labels.js";
import { fill, stroke } from "../../map/symbols.js";
import { baseColour, font } from "./palette.js";

/**
 * @typedef {import("../../map/vector-layer.js").PaintRule} PaintRule
 * @typedef {import("../../map/vector-layer.js").LabelRule} LabelRule
 * @typedef {import("../../map/symbols.js").Feature} Feature
 */

const LINE = 2;
const POLYGON = 3;
/** Files cut streets at each crossing; their names want them whole. */
export const STREET_NAMES = { from: "streets", to: "street_names", by: ["name_fa", "name_en", "class"] };
const MAJOR = new Set(["ring", "arterial"]);

/** Street widths in pixels at zooms 10, 13, 15 and 17; from there they grow with the ground. @type {Record<string, number[]>} */
const WIDTHS = {
  ring: [1.4, 4, 9, 22],
  arterial: [1.1, 3, 7.5, 18],
  collector: [0.5, 1.8, 5.5, 13],
  local: [0, 0.9, 3.6, 9],
  alley: [0, 0.5, 2.2, 5.5],
};
const STOPS = [10, 13, 15, 17];

/** @param {number} z @param {Feature} feature @returns {number} */
function streetWidth(z, feature) {
  const widths = WIDTHS[String(feature.props.class)] ?? WIDTHS.local;
  if (z >= 17) return widths[3] * 2 ** (z - 17);
  const at = Math.max(0, STOPS.findLastIndex((stop) => stop <= z));
  const share = Math.max(0, z - STOPS[at]) / (STOPS[at + 1] - STOPS[at]);
  return widths[at] * (widths[at + 1] / (widths[at] || 0.3)) ** share || widths[at + 1] * share;
}

/** @param {number} type @param {Feature} feature */
const isType = (type, feature) => feature.geomType === type;

/** @param {boolean} dark @returns {PaintRule[]} below everything else */
export function groundRules(dark) {
  const colour = (/** @type {Parameters<typeof baseColour>[0]} */ name) => () => baseColour(name, dark);
  const source = "base";
  return [
    { dataSource: source, dataLayer: "boundary", filter: (_, f) => isType(POLYGON, f), symbolizer: fill({ colour: colour("city") }) },
    { dataSource: source, dataLayer: "green", symbolizer: fill({ colour: colour("green") }) },
    { dataSource: source, dataLayer: "water", filter: (_, f) => isType(POLYGON, f), symbolizer: fill({ colour: colour("water"), line: baseColour("water_line", dark), width: () => 0.8 }) },
    { dataSource: source, dataLayer: "water", filter: (_, f) => isType(LINE, f), symbolizer: stroke({ colour: colour("water_line"), width: (z) => Math.max(1, (z - 10) * 0.7) }) },
  ];
}

/** @param {boolean} dark @returns {PaintRule[]} casing under surface, small streets under large ones */
export function streetRules(dark) {
  const casing = () => baseColour("casing", dark);
  const surface = (/** @type {number} */ _z, /** @type {Feature} */ feature) =>
    baseColour(MAJOR.has(String(feature.props.class)) ? "street_major" : "street", dark);
  const source = { dataSource: "base", dataLayer: "streets" };
  const major = (/** @type {number} */ _z, /** @type {Feature} */ feature) => MAJOR.has(String(feature.props.class));
  const minor = (/** @type {number} */ z, /** @type {Feature} */ feature) => !major(z, feature);
  const cased = (/** @type {number} */ z, /** @type {Feature} */ feature) => {
    const width = streetWidth(z, feature);
    return width < 0.8 ? 0 : width + (z < 13 ? 0.9 : 1.4);
  };
  return [minor, major].flatMap((filter) => [
    { ...source, filter, minzoom: 11, symbolizer: stroke({ colour: casing, width: cased }) },
    { ...source, filter, symbolizer: stroke({ colour: surface, width: streetWidth }) },
  ]);
}

/** @param {boolean} dark @returns {PaintRule[]} */
export function boundaryRules(dark) {
  const colour = () => baseColour("boundary", dark);
  return [
    { dataSource: "base", dataLayer: "boundary", symbolizer: stroke({ colour, width: (z) => (z < 12 ? 1 : 1.75), opacity: 0.7, dash: [8, 4, 2, 4] }) },
  ];
}

/** @param {string} lang @returns {string[]} a name's properties, the page's language first */
export function nameProperties(lang) {
  return lang === "fa" ? ["name_fa", "name_en"] : ["name_en", "name_fa"];
}

/** @param {string} lang @returns {(z: number, feature: Feature) => string} */
export function nameOf(lang) {
  const properties = nameProperties(lang);
  return (_z, { props }) => String(properties.map((each) => props[each]).find(Boolean) ?? "");
}

/** The word that their type already says; twenty of them in a view hide the names. */
const GENERIC = /^محلهٔ? |\s+neighbou?rhood$/iu;

/** @param {boolean} dark @param {string} lang @returns {LabelRule[]} the names of large parts, for the far view */
export function districtLabels(dark, lang) {
  const halo = baseColour("halo", dark);
  const kind = (/** @type {string} */ wanted) => (/** @type {number} */ _z, /** @type {Feature} */ feature) =>
    (feature.props.kind === "district") === (wanted === "district");
  const name = nameOf(lang);
  const short = (/** @type {number} */ z, /** @type {Feature} */ feature) => name(z, feature).replace(GENERIC, "");
  const words = (/** @type {number} */ size_px, /** @type {number} */ weight) => ({
    text: short, font: font(size_px, weight), size_px, colour: baseColour("label_quiet", dark), halo, apart_px: 400,
  });
  return [
    { dataSource: "base", dataLayer: "districts", minzoom: 10, maxzoom: 13, filter: kind("district"), symbolizer: text(words(15, 650)) },
    { dataSource: "base", dataLayer: "districts", minzoom: 14, maxzoom: 15, filter: kind("other"), symbolizer: text(words(12, 550)) },
  ];
}

/** @param {boolean} dark @param {string} lang @returns {LabelRule[]} streets by rank, then water and green */
export function baseLabels(dark, lang) {
  const halo = baseColour("halo", dark);
  const street = (/** @type {string[]} */ classes, /** @type {number} */ minzoom, /** @type {number} */ size_px) => ({
    dataSource: "base", dataLayer: STREET_NAMES.to, minzoom,
    filter: (/** @type {number} */ _z, /** @type {Feature} */ feature) => classes.includes(String(feature.props.class)),
    symbolizer: along({ properties: nameProperties(lang), font: font(size_px), size_px, colour: baseColour("label", dark), halo }),
  });
  const area = (/** @type {"water" | "green"} */ layer, /** @type {number} */ minzoom) => ({
    dataSource: "base", dataLayer: layer, minzoom,
    filter: (/** @type {number} */ _z, /** @type {Feature} */ feature) => isType(POLYGON, feature),
    symbolizer: text({ text: nameOf(lang), font: font(12), size_px: 12, colour: baseColour(`label_${layer}`, dark), halo, fits: layer === "green", apart_px: 500 }),
  });
  return [
    street(["ring", "arterial"], 13, 13),
    area("water", 13),
    street(["collector"], 15, 12),
    area("green", 15),
    street(["local"], 16, 12),
    street(["alley"], 17, 11),
  ];
}
