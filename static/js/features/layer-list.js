// @ts-check
/** The layers, grouped by the seven domains, each with what it looks like: the list is the legend. */

import { element, need, svg } from "../lib/dom.js";
import { nameIn } from "../lib/words.js";
import { baseColour, iconPaths, landUseColour, landUses, landUseTexture, layerLook, permitColour, permitGroups, permitShape, zoneColour, zoneGroups } from "./cartography/palette.js";

const THEMES = /** @type {const} */ (["land_use", "zoning", "permits"]);

/**
 * @param {import("leaflet").Map} map
 * @param {import("../state.js").State} state
 * @param {Page} page
 */
export function install(map, state, page) {
  const list = need("#layer-list");
  const show = () => {
    const at = list.scrollTop;
    const open = new Set([...list.querySelectorAll("details[open]")].map((each) => each.id));
    list.replaceChildren(...groups(state, page, open));
    list.scrollTop = at;
  };
  const change = (/** @type {Event} */ event) => {
    if (event.target instanceof HTMLInputElement) switchLayer(state, page, event.target);
  };
  const off = state.on(["layers"], () => follow(list, state));
  const offLight = state.on(["dark"], show);
  list.addEventListener("change", change);
  const toList = (/** @type {Event} */ event) => {
    const link = event.target instanceof Element ? event.target.closest("a[data-permit-list]") : null;
    // The list of just what is in view now, wherever the map has been moved since.
    link?.setAttribute("href", `/permits?bbox=${map.getBounds().toBBoxString()}`);
  };
  list.addEventListener("click", toList);
  show();
  return () => {
    off();
    offLight();
    list.removeEventListener("change", change);
    list.removeEventListener("click", toList);
  };
}

/** @param {HTMLElement} list @param {import("../state.js").State} state */
function follow(list, state) {
  for (const box of list.querySelectorAll("input")) {
    box.checked = state.now.layers.includes(box.value);
    const legend = list.querySelector(`[data-legend="${CSS.escape(box.value)}"]`);
    legend?.toggleAttribute("hidden", !box.checked);
  }
}

/** @param {import("../state.js").State} state @param {Page} page @param {HTMLInputElement} box */
function switchLayer(state, { config, say }, box) {
  const others = state.now.layers.filter((each) => each !== box.value);
  const layer = config.layers.find((each) => each.slug === box.value);
  const name = layer ? nameIn(layer.names, config.lang) : say(`theme.${box.value}`);
  state.set({
    layers: box.checked ? [...others, box.value] : others,
    placeTold: false,
    saying: say(box.checked ? "layer.on" : "layer.off", { name }),
  });
}

/** @param {import("../state.js").State} state @param {Page} page @param {Set<string>} open @returns {HTMLElement[]} */
function groups(state, page, open) {
  const themes = THEMES.map((theme) => themeEntry(theme, state, page, open));
  const domains = page.config.domains
    .map(({ code, name }) => ({ code, name, layers: page.config.layers.filter((each) => each.domain === code) }))
    .filter(({ layers }) => layers.length)
    .map(({ name, layers }) =>
      element(
        "fieldset",
        { class: "layer-group" },
        element("legend", {}, name),
        ...layers.map((layer) => overlayEntry(layer, state, page)),
      ),
    );
  return [element("div", { class: "themes" }, ...themes), element("div", { class: "overlays" }, ...domains)];
}

/** @param {string} value @param {boolean} checked @param {...Node} beside */
function tick(value, checked, ...beside) {
  return element("label", { class: "tick" }, element("input", { type: "checkbox", value, checked }), ...beside);
}

/** @param {typeof THEMES[number]} theme @param {import("../state.js").State} state @param {Page} page @param {Set<string>} open */
function themeEntry(theme, state, page, open) {
  const checked = state.now.layers.includes(theme);
  const legend = theme === "land_use" ? landUseLegend(state, page) : theme === "zoning" ? zoningLegend(state, page, open) : permitLegend(state, page);
  const body = element("div", { class: "legend", "data-legend": theme, hidden: !checked }, ...legend);
  return element("div", { class: "theme" }, tick(theme, checked, element("span", {}, page.say(`theme.${theme}`))), body);
}

/** @param {import("../state.js").State} state @param {Page} page */
function landUseLegend(state, { config }) {
  const entries = landUses.map((code) => ({
    swatch: areaSwatch(landUseColour(code, state.now.dark), landUseTexture(code), baseColour("texture", state.now.dark)),
    name: config.palette.land_use[code]?.name ?? code,
  }));
  return [swatchList(entries)];
}

/** The marks of the register, and the way to what the map shows of it as a list. @param {import("../state.js").State} state @param {Page} page */
function permitLegend(state, { config, say }) {
  const entries = permitGroups.map((code) => ({
    swatch: shapeSwatch(permitShape(code), permitColour(code, state.now.dark)),
    name: config.palette.permit_groups[code]?.name ?? code,
  }));
  const list = element("a", { class: "quiet-button", href: "/permits", "data-permit-list": "" }, say("permits.list"));
  return [swatchList(entries), list];
}

/** Classes by their group, folded away: a plan may have a hundred. @param {import("../state.js").State} state @param {Page} page @param {Set<string>} open */
function zoningLegend(state, { config }, open) {
  const { zone_classes: classes, zone_groups: groupsOf } = config.palette;
  const groupOf = (/** @type {ZoneClass} */ { group }) => (group in groupsOf ? group : "other");
  const only = new Set(classes.map(groupOf)).size === 1;
  return zoneGroups.flatMap((group) => {
    const members = classes.filter((each) => groupOf(each) === group);
    if (!members.length) return [];
    const id = `legend-${group}`;
    const entries = members.map((each) => ({
      swatch: zoneSwatch(zoneColour(each, state.now.dark)),
      name: nameIn(each.names, config.lang),
      code: each.code,
    }));
    const name = groupsOf[group]?.name ?? group;
    const summary = element("summary", {}, zoneSwatch(zoneColour(members[0], state.now.dark)), element("span", {}, name));
    return [element("details", { id, open: only || open.has(id) }, summary, swatchList(entries))];
  });
}

/** @param {{swatch: Node, name: string, code?: string}[]} entries */
function swatchList(entries) {
  const bare = entries.every(({ name }) => !name);
  return element(
    "ul",
    { class: bare ? "swatches codes" : "swatches" },
    ...entries.map(({ swatch, name, code }) =>
      element("li", {}, swatch, ...(code ? [element("b", {}, element("bdi", {}, code))] : []), element("span", {}, name)),
    ),
  );
}

/** @param {OverlayLayer} layer @param {import("../state.js").State} state @param {Page} page */
function overlayEntry(layer, state, { config, say }) {
  const look = layerLook(layer, state.now.dark);
  const swatch = layer.geometry_kind === "point" ? iconSwatch(look) : layer.geometry_kind === "line" ? lineSwatch(look) : hatchSwatch(look);
  const name = element("span", {}, nameIn(layer.names, config.lang) || say("layer.unnamed"));
  const nearer = layer.min_zoom > 12 ? [element("small", { class: "quiet" }, say("layer.zoom"))] : [];
  const own = layer.for_staff ? [element("small", { class: "quiet" }, say("layer.staff"))] : [];
  return tick(layer.slug, state.now.layers.includes(layer.slug), swatch, name, ...nearer, ...own);
}

/** @param {...Node} shapes */
const swatchBox = (...shapes) => svg("svg", { class: "swatch", viewBox: "0 0 24 16", "aria-hidden": "true" }, ...shapes);
const FRAME = { x: "1", y: "1", width: "22", height: "14", rx: "2" };

/** @param {string} colour @param {string | undefined} texture in cells of 8 @param {string} ink */
const areaSwatch = (colour, texture, ink) => swatchBox(svg("rect", { ...FRAME, fill: colour, class: "swatch-edge" }), ...marks(texture, ink));

/** @param {string | undefined} path in cells of 8 @param {string} ink */
const marks = (path, ink) =>
  path ? [0, 8, 16].flatMap((x) => [0, 8].map((y) => svg("path", { d: path, transform: `translate(${x} ${y})`, stroke: ink, fill: "none", class: "swatch-marks" }))) : [];

/** @param {string} path in a box of 15 @param {string} colour */
const shapeSwatch = (path, colour) =>
  svg("svg", { class: "swatch", viewBox: "-4.5 -0.5 24 16", "aria-hidden": "true" }, svg("path", { d: path, fill: colour, "fill-rule": "evenodd" }));

/** @param {string} colour */
const zoneSwatch = (colour) =>
  swatchBox(svg("rect", { ...FRAME, fill: colour, "fill-opacity": "0.18", stroke: colour, "stroke-width": "2" }));

/** @param {import("./cartography/palette.js").Look} look */
const lineSwatch = ({ colour, dash }) =>
  swatchBox(svg("path", { d: "M1 12 9 5l7 5 7-6", fill: "none", stroke: colour, "stroke-width": "2.5", "stroke-dasharray": dash.join(" ") || "none" }));

/** @param {import("./cartography/palette.js").Look} look */
const hatchSwatch = ({ colour, hatch }) =>
  swatchBox(...marks(hatch, colour), svg("rect", { ...FRAME, fill: colour, "fill-opacity": "0.1", stroke: colour, "stroke-width": "1.5" }));

/** @param {import("./cartography/palette.js").Look} look */
const iconSwatch = ({ colour, icon }) =>
  svg(
    "svg",
    { class: "swatch", viewBox: "-4.5 -0.5 24 16", "aria-hidden": "true" },
    ...iconPaths(icon).map((d) => svg("path", { d, fill: colour })),
  );
