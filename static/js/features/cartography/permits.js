// @ts-check
/** The permits of the register: each group of states by its own mark; from afar, many together as their count. */

import { localDigits } from "../../lib/digits.js";
import { badgeOf, shaped } from "../../map/marks.js";
import { baseColour, font, permitColour, permitShape } from "./palette.js";

/**
 * @typedef {import("../../map/vector-layer.js").PaintRule} PaintRule
 * @typedef {import("../../map/symbols.js").Feature} Feature
 */

const SOURCE = { dataSource: "permits", dataLayer: "permits" };

/** @param {Feature} feature */
const isOne = ({ props }) => props.count === undefined;

/** @param {boolean} dark @param {string} lang @returns {PaintRule[]} */
export function permitRules(dark, lang) {
  const colour = (/** @type {Feature} */ { props }) => permitColour(props.group, dark);
  const path = (/** @type {Feature} */ { props }) => permitShape(props.group);
  const halo = baseColour("halo", dark);
  const size = (/** @type {number} */ z) => (z < 14 ? 11 : z < 16 ? 13 : z < 18 ? 16 : 20);
  const words = (/** @type {Feature} */ { props }) => localDigits(String(props.count), lang);
  return [
    { ...SOURCE, filter: (_z, feature) => isOne(feature), symbolizer: shaped({ path, colour, halo, size }) },
    {
      ...SOURCE,
      filter: (_z, feature) => !isOne(feature),
      symbolizer: badgeOf({ words, colour, paper: halo, ink: baseColour("label", dark), font: font(11, 650) }),
    },
  ];
}
