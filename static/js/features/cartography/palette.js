// @ts-check
/** The colours and icons of layers/style.json, for the light or the dark page. */

import icons from "virtual:map-icons";
import style from "../../../../layers/style.json" with { type: "json" };

/** @typedef {{colour?: Colour, icon?: string, hatch?: boolean | string, dense?: boolean, width?: number, dash?: number[]}} LayerLook */
/** @typedef {{colour: string, icon: string, hatch: string, dense: boolean, width: number, dash: number[]}} Look `hatch` is a path in a cell of 8 */

const FONT = "Vazirmatn, system-ui, sans-serif";
const known = /** @type {Record<string, LayerLook>} */ (/** @type {unknown} */ (style.layers));
const domains = /** @type {Record<string, LayerLook>} */ (/** @type {unknown} */ (style.domains));
const base = /** @type {Record<keyof typeof style.base, Colour>} */ (/** @type {unknown} */ (style.base));
const uses = /** @type {Record<string, {colour: Colour, texture?: string}>} */ (/** @type {unknown} */ (style.land_use));
const textures = /** @type {Record<string, string>} */ (style.textures);
const hatches = /** @type {Record<string, string>} */ (style.hatches);
const permits = /** @type {Record<string, {colour: Colour, path: string}>} */ (/** @type {unknown} */ (style.permits));
const groups = /** @type {Record<string, {colour: Colour}>} */ (/** @type {unknown} */ (style.zone_groups));

/** In the order of the legend, which JSON from the server would not keep. */
export const landUses = Object.keys(uses);
export const zoneGroups = Object.keys(groups);
export const permitGroups = Object.keys(permits);
export const zoneFill = style.zone_fill_opacity;

/** @param {string | Colour | undefined} colour one for both, or light and dark @param {boolean} dark */
function pick(colour, dark) {
  return Array.isArray(colour) ? colour[dark ? 1 : 0] : colour;
}

/** @param {keyof typeof style.base} name @param {boolean} dark @returns {string} */
export function baseColour(name, dark) {
  return base[name][dark ? 1 : 0];
}

/** @param {unknown} use @returns {boolean} whether it is one that is told */
export function isLandUse(use) {
  return use !== "unknown" && String(use) in uses;
}

/** @param {unknown} use @param {boolean} dark @returns {string} */
export function landUseColour(use, dark) {
  return (uses[String(use)] ?? uses.unknown).colour[dark ? 1 : 0];
}

/** @param {unknown} use @returns {string | undefined} the path of the marks that tell it apart without hue */
export function landUseTexture(use) {
  return textures[uses[String(use)]?.texture ?? ""];
}

/** @param {ZoneClass | undefined} zone @param {boolean} dark @returns {string} */
export function zoneColour(zone, dark) {
  return pick(zone?.colour || (groups[zone?.group ?? "other"] ?? groups.other).colour, dark) ?? baseColour("label", dark);
}

/** @param {unknown} group @param {boolean} dark @returns {string} */
export function permitColour(group, dark) {
  return (permits[String(group)] ?? permits.ended).colour[dark ? 1 : 0];
}

/** @param {unknown} group @returns {string} the mark of a group of states: a path in a box of 15 */
export function permitShape(group) {
  return (permits[String(group)] ?? permits.ended).path;
}

/** @param {string | undefined} name with or without its set @returns {string | undefined} one that was built in */
function findIcon(name) {
  return [name, `maki:${name}`, `temaki:${name}`].find((each) => each !== undefined && each in icons);
}

/** @param {boolean | string} hatch a name, or whether at all @returns {string} */
function hatchPath(hatch) {
  return hatch ? (hatches[String(hatch)] ?? hatches.slant) : "";
}

/** @param {OverlayLayer} layer @param {boolean} dark @returns {Look} the layer's own, else its slug's, else its domain's */
export function layerLook(layer, dark) {
  const bySlug = known[layer.slug.replaceAll("-", "_")] ?? {};
  const byDomain = domains[layer.domain] ?? domains.infrastructure;
  return {
    colour: pick(layer.colour ?? bySlug.colour ?? byDomain.colour, dark) ?? baseColour("label", dark),
    icon: findIcon(bySlug.icon) ?? findIcon(layer.icon) ?? findIcon(byDomain.icon) ?? "maki:marker",
    hatch: hatchPath(layer.hatch ?? bySlug.hatch ?? layer.geometry_kind === "polygon"),
    dense: bySlug.dense ?? false,
    width: layer.width ?? bySlug.width ?? 2,
    dash: layer.dash ?? bySlug.dash ?? [],
  };
}

/** @param {string} name @returns {string[]} the icon's paths in a box of 15 */
export function iconPaths(name) {
  return icons[name] ?? icons["maki:marker"];
}

/** @param {number} size_px @param {number} [weight] */
export function font(size_px, weight = 500) {
  return `${weight} ${size_px}px ${FONT}`;
}
