// @ts-check
/** The map page: reads what the server says, makes the state and the map, and installs the features. */

import * as camera from "./features/camera.js";
import * as cartography from "./features/cartography/index.js";
import * as choosing from "./features/choosing.js";
import * as controls from "./features/controls.js";
import * as date from "./features/date.js";
import * as freshness from "./features/freshness.js";
import * as keep from "./features/keep.js";
import * as layerList from "./features/layer-list.js";
import * as light from "./features/light.js";
import * as locate from "./features/locate.js";
import * as near from "./features/near.js";
import * as notices from "./features/notices.js";
import * as offline from "./features/offline.js";
import * as permalink from "./features/permalink.js";
import * as place from "./features/place.js";
import * as popovers from "./features/popovers.js";
import * as search from "./features/search/index.js";
import * as sheet from "./features/sheet.js";
import * as tools from "./features/tools.js";
import * as viewVoice from "./features/view-voice.js";
import * as walking from "./features/walking.js";
import { installAppearance, isDark } from "./lib/appearance.js";
import { need, prefersStillness } from "./lib/dom.js";
import { readSeen } from "./lib/permalink.js";
import { speaker } from "./lib/words.js";
import { makeMap } from "./map/city-map.js";
import { State } from "./state.js";

/** In this order: who sets the view first, who draws on it next, who talks about it last. */
const FEATURES = [notices, camera, permalink, cartography, light, controls, sheet, popovers, keep, tools, place, near, choosing, layerList, date, search, locate, viewVoice, walking, freshness, offline];

/** @returns {PageConfig} */
function readConfig() {
  return JSON.parse(need("#config").textContent ?? "{}");
}

/** @param {PageConfig} config @returns {State} */
function beginState(config) {
  const revisions = Object.fromEntries(Object.entries(config.sources).map(([name, { revision }]) => [name, revision]));
  return new State({
    ...readSeen(location.search, permalink.defaultLayers(config)),
    on: config.on,
    popover: null,
    tool: null,
    rest: "half",
    placeAnchor: null,
    placeTold: false,
    paperShown: 0,
    fly: null,
    permitAt: null,
    here: null,
    dark: isDark(),
    notice: null,
    saying: "",
    revisions,
  });
}

function start() {
  installAppearance(document);
  const config = readConfig();
  const page = { config, say: speaker(config.strings, config.lang) };
  const state = beginState(config);
  const map = makeMap(need("#map"), { still: prefersStillness() });
  for (const feature of FEATURES) feature.install(map, state, page);
  document.documentElement.classList.add("scripted");
  if (!config.city.bounds) state.set({ notice: { words: page.say("map.empty"), lasts: true } });
}

start();
