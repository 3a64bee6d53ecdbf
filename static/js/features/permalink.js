// @ts-check
/** The address bar says what is seen; Back undoes the last choice. */

import { debounce } from "../lib/dom.js";
import { readSeen, writeSeen } from "../lib/permalink.js";

/** Panning and zooming follow in the address; choosing makes an entry that Back returns from. */
const CHOICES = /** @type {const} */ (["layers", "on", "place", "selection"]);

/** @param {PageConfig} config @returns {string[]} what is seen by someone who chose nothing */
export function defaultLayers(config) {
  return [...config.themes, ...config.layers.filter((each) => each.visible).map((each) => each.slug)];
}

/**
 * @param {import("leaflet").Map} map
 * @param {import("../state.js").State} state
 * @param {Page} page
 */
export function install(map, state, { config }) {
  const defaults = defaultLayers(config);
  const address = () => location.pathname + writeSeen(state.now, defaults);
  let reading = false;
  const write = (/** @type {boolean} */ entry) => {
    if (!reading && address() !== location.pathname + location.search) {
      history[entry ? "pushState" : "replaceState"](null, "", address());
    }
    linkLanguages();
  };
  const follow = debounce(() => write(false), 250);
  // A place that only learned its own name is no new choice.
  const offChoice = state.on([...CHOICES], (_values, changed) => {
    const isOnlyNamed = state.now.placeTold && CHOICES.every((key) => key === "place" || !changed.has(key));
    write(!isOnlyNamed);
  });
  const offView = state.on(["view"], follow);
  const back = () => {
    follow.cancel();
    reading = true;
    const { view, ...seen } = readSeen(location.search, defaults);
    state.set({ ...seen, placeAnchor: null, placeTold: false, ...(view ? { fly: view } : {}) });
    reading = false;
    linkLanguages();
  };
  addEventListener("popstate", back);
  linkLanguages();
  return () => {
    offChoice();
    offView();
    removeEventListener("popstate", back);
  };
}

/** The other language's page shows the same. */
function linkLanguages() {
  for (const link of document.querySelectorAll("a[data-language-switch]")) {
    const query = new URLSearchParams(location.search);
    query.set("lang", link.getAttribute("data-language-switch") ?? "");
    link.setAttribute("href", `${location.pathname}?${query}`);
  }
}
