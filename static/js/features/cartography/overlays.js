// @ts-check
/** The layers that people switch on: lines, hatched areas, dots that become icons with names. */

import { badge, text } from "../../map/labels.js";
import { dots, hatched, stroke } from "../../map/symbols.js";
import { nameOf } from "./base.js";
import { baseColour, font, iconPaths, layerLook } from "./palette.js";

/**
 * @typedef {import("../../map/vector-layer.js").PaintRule} PaintRule
 * @typedef {import("../../map/vector-layer.js").LabelRule} LabelRule
 * @typedef {import("../../map/symbols.js").Feature} Feature
 */

const POINT = 1;
const LINE = 2;
const POLYGON = 3;
const ICONS_FROM = 14;
const NAMES_FROM = 16;
/** Lamps and hydrants stand every thirty metres: dots, until there is room for an icon each. */
const DENSE_ICONS_FROM = 18;

/** @param {number} type @returns {(z: number, feature: Feature) => boolean} */
const only = (type) => (_z, feature) => feature.geomType === type;

/** @param {OverlayLayer} layer @param {boolean} dark @returns {PaintRule[]} by each feature's own geometry */
export function overlayRules(layer, dark) {
  const look = layerLook(layer, dark);
  const source = { dataSource: layer.slug, dataLayer: layer.slug };
  const halo = baseColour("halo", dark);
  const width = (/** @type {number} */ z) => look.width * (z < 13 ? 0.6 : z < 17 ? 0.85 : 1.3);
  const colour = () => look.colour;
  return [
    { ...source, filter: only(POLYGON), symbolizer: hatched({ colour: look.colour, path: look.hatch, opacity: 0.6 }) },
    { ...source, filter: only(LINE), minzoom: 13, symbolizer: stroke({ colour: () => halo, width: (z) => width(z) + 1.6, opacity: 0.6 }) },
    { ...source, filter: only(LINE), symbolizer: stroke({ colour, width, dash: look.dash }) },
    { ...source, filter: only(POINT), symbolizer: dots({ colour: look.colour, halo, radius: (z) => (z < 12 ? 1.8 : look.dense && z < 16 ? 2.2 : 3) }) },
  ];
}

/** @param {OverlayLayer} layer @param {boolean} dark @param {string} lang @returns {LabelRule[]} */
export function overlayLabels(layer, dark, lang) {
  const look = layerLook(layer, dark);
  const source = { dataSource: layer.slug, dataLayer: layer.slug };
  const words = { text: nameOf(lang), font: font(12, 550), size_px: 12, colour: look.colour, halo: baseColour("halo", dark) };
  return [
    {
      ...source,
      minzoom: look.dense ? DENSE_ICONS_FROM : ICONS_FROM,
      filter: only(POINT),
      symbolizer: badge({ paths: iconPaths(look.icon), words, namesFrom: NAMES_FROM, room_px: look.dense ? 30 : 22 }),
    },
    { ...source, minzoom: 14, filter: only(POLYGON), symbolizer: text({ ...words, apart_px: 300 }) },
  ];
}
