// @ts-check
/** Parcels by their land use, and the zones of the plan. */

import { text } from "../../map/labels.js";
import { fill, stroke, textured, zoned } from "../../map/symbols.js";
import { baseColour, font, isLandUse, landUseColour, landUseTexture, zoneColour, zoneFill } from "./palette.js";

/**
 * @typedef {import("../../map/vector-layer.js").PaintRule} PaintRule
 * @typedef {import("../../map/vector-layer.js").LabelRule} LabelRule
 * @typedef {import("../../map/symbols.js").Feature} Feature
 */

/** From here on tiles hold parcels; before, blocks and then a mosaic of cells. */
const PARCELS_FROM = 15;

/** @param {boolean} dark @returns {PaintRule[]} */
export function landUseRules(dark) {
  const colour = (/** @type {number} */ _z, /** @type {Feature} */ feature) => landUseColour(feature.props.land_use, dark);
  const path = (/** @type {Feature} */ feature) => landUseTexture(feature.props.land_use);
  // A use that nobody told is paper: streets drawn below it stay to be seen.
  const told = (/** @type {number} */ _z, /** @type {Feature} */ { props }) => isLandUse(props.land_use);
  const source = { dataSource: "parcels", dataLayer: "parcels", filter: told };
  return [
    { ...source, maxzoom: PARCELS_FROM - 1, symbolizer: fill({ colour, seam: true, opacity: dark ? 0.9 : 1 }) },
    { ...source, minzoom: PARCELS_FROM, symbolizer: fill({ colour }) },
    { ...source, minzoom: PARCELS_FROM, symbolizer: textured({ path, colour: baseColour("texture", dark), opacity: 0.26 }) },
  ];
}

/** @param {boolean} dark @returns {PaintRule[]} parcels' lines, thin enough to be read through */
export function parcelLines(dark) {
  const width = (/** @type {number} */ z) => (z < 16 ? 0.45 : z < 18 ? 0.7 : 1);
  const colour = () => baseColour("parcel_line", dark);
  return [
    { dataSource: "parcels", dataLayer: "parcels", minzoom: PARCELS_FROM, symbolizer: stroke({ colour, width, opacity: 0.85 }) },
  ];
}

/** @param {boolean} dark @returns {LabelRule[]} numbers as issued, where they fit */
export function parcelNumbers(dark) {
  const words = {
    text: (/** @type {number} */ _z, /** @type {Feature} */ feature) => String(feature.props.number ?? ""),
    font: font(11, 450), size_px: 11, colour: baseColour("label_quiet", dark), halo: "transparent", fits: true,
  };
  return [{ dataSource: "parcels", dataLayer: "parcels", minzoom: 17, symbolizer: text(words) }];
}

/**
 * @param {boolean} dark
 * @param {Map<string, ZoneClass>} classes by code
 * @param {boolean} overLandUse whether land use shines through from below
 * @returns {PaintRule[]}
 */
export function zoneRules(dark, classes, overLandUse) {
  const colour = (/** @type {number} */ _z, /** @type {Feature} */ feature) => zoneColour(classes.get(String(feature.props.code)), dark);
  const opacity = overLandUse ? zoneFill.over_land_use : zoneFill.alone;
  const band = (/** @type {number} */ z) => (z < 13 ? 1.5 : z < 14 ? 2.5 : z < 16 ? 4 : 6);
  return [{ dataSource: "zoning", dataLayer: "zones", symbolizer: zoned({ colour, opacity, band }) }];
}

/** @param {boolean} dark @param {Map<string, ZoneClass>} classes @returns {LabelRule[]} a zone's code, in its own hue */
export function zoneLabels(dark, classes) {
  const labels = [...new Set([...classes.values()].map((each) => zoneColour(each, dark)))].map((colour) => ({
    dataSource: "zoning", dataLayer: "zones", minzoom: 13,
    filter: (/** @type {number} */ _z, /** @type {Feature} */ feature) => zoneColour(classes.get(String(feature.props.code)), dark) === colour,
    symbolizer: text({
      text: (_z, feature) => String(feature.props.code ?? ""),
      font: font(13, 700), size_px: 13, colour, halo: baseColour("halo", dark), fits: true, apart_px: 160,
    }),
  }));
  return labels;
}
