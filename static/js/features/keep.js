// @ts-check
/** What one can keep of the map that is seen: its link, a sheet to scale, a picture, the data. */

import { element, need } from "../lib/dom.js";
import { dayInWords, parseDay } from "../lib/jalali.js";
import { writeSeen } from "../lib/permalink.js";
import { installSharing, showLink } from "../lib/sharing.js";
import { nameIn } from "../lib/words.js";
import { drawPicture, saveCanvas } from "../map/picture.js";
import { baseColour, font } from "./cartography/palette.js";
import { defaultLayers } from "./permalink.js";

/** @typedef {import("../state.js").Values} Values */

const METRES_PER_SCREEN_PX = 0.0254 / 96;
const ALONE = "parcels:alone";
const CHOSEN = "parcels:chosen";

/**
 * @param {import("leaflet").Map} map
 * @param {import("../state.js").State} state
 * @param {Page} page
 */
export function install(map, state, page) {
  const paper = need("#keep");
  const offSharing = installSharing(paper);
  const show = () => {
    if (state.now.popover !== "keep") return;
    showLink(need("[data-share]", paper), location.origin + seenPath(map, state.now, page.config));
    fillPrintForm(paper, map, state.now, page);
    fillSources(paper, state.now, page);
    linkFiles(paper, map, state.now);
  };
  const take = () => void takePicture(map, state, page);
  const chosen = () => linkFiles(paper, map, state.now);
  const scale = need("#keep-scale", paper);
  const scaled = () => scale.setAttribute("data-by-hand", "");
  const off = state.on(["popover", "view", "layers", "on", "place", "selection"], show);
  need("[data-picture]", paper).addEventListener("click", take);
  need("#keep-source", paper).addEventListener("change", chosen);
  scale.addEventListener("change", scaled);
  return () => {
    off();
    offSharing();
    need("[data-picture]", paper).removeEventListener("click", take);
    need("#keep-source", paper).removeEventListener("change", chosen);
    scale.removeEventListener("change", scaled);
  };
}

/** @param {import("leaflet").Map} map @param {Values} now @param {PageConfig} config @returns {string} the map as it is seen */
function seenPath(map, now, config) {
  const { lat, lng } = map.getCenter();
  const view = { z: map.getZoom(), lat, lon: lng };
  return location.pathname + writeSeen({ ...now, view }, defaultLayers(config));
}

/** @param {HTMLElement} paper @param {import("leaflet").Map} map @param {Values} now @param {Page} page */
function fillPrintForm(paper, map, now, { say }) {
  const { lat, lng } = map.getCenter();
  const number = now.place?.number ?? "";
  const spot = now.place?.lon !== undefined && now.place.lat !== undefined ? now.place : { lon: lng, lat };
  /** @type {Record<string, string>} */
  const values = {
    parcel: number,
    lon: number ? "" : Number(spot.lon).toFixed(6),
    lat: number ? "" : Number(spot.lat).toFixed(6),
    layers: now.layers.join(","),
    on: now.on ?? "",
  };
  for (const [name, value] of Object.entries(values)) {
    const field = paper.querySelector(`[data-print] input[name="${name}"]`);
    if (field instanceof HTMLInputElement) field.value = value;
  }
  need("#keep-middle", paper).textContent = number ? say("keep.middle_parcel", { number }) : say("keep.middle_map");
  const scale = /** @type {HTMLSelectElement} */ (need("#keep-scale", paper));
  // For a place without an outline there is no scale that fits it best.
  scale.options[0].hidden = !number;
  if (!scale.hasAttribute("data-by-hand") || (!number && !scale.value)) scale.value = number ? "" : nearestScale(scale, map);
  const query = new URLSearchParams(Object.entries(values).filter(([, value]) => value));
  need("[data-keep-page]", paper).setAttribute("href", `/keep?${query}`);
}

/** @param {HTMLSelectElement} select @param {import("leaflet").Map} map @returns {string} of its scales the one most like the screen */
function nearestScale(select, map) {
  const y = map.getSize().y / 2;
  const metres = map.distance(map.containerPointToLatLng([0, y]), map.containerPointToLatLng([100, y])) / 100;
  const seen = metres / METRES_PER_SCREEN_PX;
  const scales = [...select.options].map((each) => Number(each.value)).filter(Boolean);
  const off = (/** @type {number} */ scale) => Math.abs(Math.log(scale / seen));
  return String(scales.reduce((best, each) => (off(each) < off(best) ? each : best)));
}

/** The parcel that is open, those selected, the plan, and the layers that are shown. @param {HTMLElement} paper @param {Values} now @param {Page} page */
function fillSources(paper, now, { config, say }) {
  const select = /** @type {HTMLSelectElement} */ (need("#keep-source", paper));
  const number = now.place?.number;
  const layers = config.layers.filter((each) => now.layers.includes(each.slug));
  const options = [
    ...(number ? [{ value: ALONE, words: say("keep.this_parcel", { number }) }] : []),
    ...(now.selection.length ? [{ value: CHOSEN, words: say("keep.selection", { n: now.selection.length }) }] : []),
    { value: "parcels", words: say("keep.parcels") },
    { value: "zoning", words: say("keep.zoning") },
    ...layers.map((each) => ({ value: each.slug, words: nameIn(each.names, config.lang) || say("layer.unnamed") })),
  ];
  const before = select.value;
  select.replaceChildren(...options.map(({ value, words }) => element("option", { value }, words)));
  if (options.some(({ value }) => value === before)) select.value = before;
}

/** @param {HTMLElement} paper @param {import("leaflet").Map} map @param {Values} now */
function linkFiles(paper, map, now) {
  const select = /** @type {HTMLSelectElement} */ (need("#keep-source", paper));
  const query = new URLSearchParams();
  if (select.value === ALONE) query.set("parcels", now.place?.number ?? "");
  else if (select.value === CHOSEN) query.set("parcels", now.selection.join(","));
  else query.set("bbox", boxSeen(map));
  if (now.on) query.set("on", now.on);
  const source = select.value.split(":")[0];
  for (const link of paper.querySelectorAll("#keep-formats a")) {
    link.setAttribute("href", `/download/${source}.${link.getAttribute("data-extension")}?${query}`);
  }
}

/** @param {import("leaflet").Map} map @returns {string} west, south, east, north; the globe has no more than that */
function boxSeen(map) {
  const bounds = map.getBounds();
  const within = (/** @type {number} */ value, /** @type {number} */ most) => Math.max(-most, Math.min(most, value)).toFixed(6);
  return [within(bounds.getWest(), 180), within(bounds.getSouth(), 90), within(bounds.getEast(), 180), within(bounds.getNorth(), 90)].join(",");
}

/** @param {import("leaflet").Map} map @param {import("../state.js").State} state @param {Page} page */
async function takePicture(map, state, { config, say }) {
  const { dark, on } = state.now;
  const bar = need("#scale .scale-bar");
  const day = parseDay(on ?? config.today);
  try {
    const canvas = await drawPicture(map.getContainer(), {
      background: baseColour("ground", dark),
      paper: baseColour("halo", dark),
      ink: baseColour("label", dark),
      font: font(12),
      rtl: config.dir === "rtl",
      title: [nameIn(config.city.names, config.lang), day ? dayInWords(day, config.lang) : ""].filter(Boolean).join(" · "),
      source: say("keep.source"),
      scale: { words: need("#scale .scale-words").textContent ?? "", length_px: bar.offsetWidth },
    });
    await saveCanvas(canvas, `${config.city.names.en || "map"} ${on ?? config.today}.png`);
    state.set({ notice: { words: say("keep.pictured") } });
  } catch {
    state.set({ notice: { words: say("keep.not_pictured") } });
  }
}
