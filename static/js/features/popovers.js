// @ts-check
/** The small papers opened by buttons (layers, date …): one at a time, closed by Escape. A paper is any of the page's. */

import { need } from "../lib/dom.js";

/**
 * @param {import("leaflet").Map} map
 * @param {import("../state.js").State} state
 */
export function install(map, state) {
  const names = namesIn(document);
  const show = () => {
    for (const name of names) toggle(name, state.now.popover === name);
  };
  const click = (/** @type {Event} */ event) => {
    const target = event.target instanceof Element ? event.target : null;
    const name = target?.closest("button[data-popover]")?.getAttribute("data-popover");
    if (name) state.set({ popover: state.now.popover === name ? null : name });
    else if (target?.closest(".popover [data-close]")) state.set({ popover: null });
  };
  const key = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape" || !state.now.popover) return;
    event.preventDefault();
    state.set({ popover: null });
  };
  const off = state.on(["popover"], show);
  document.addEventListener("click", click);
  // Before the place panel hears it: one Escape closes one paper.
  document.addEventListener("keydown", key, true);
  return () => {
    off();
    document.removeEventListener("click", click);
    document.removeEventListener("keydown", key, true);
  };
}

/** @param {ParentNode} page @returns {string[]} the papers that the page has a button for, each of that id */
function namesIn(page) {
  const openers = page.querySelectorAll("button[data-popover]");
  return [...new Set([...openers].map((each) => each.getAttribute("data-popover") ?? ""))];
}

/** @param {string} name @param {boolean} open */
function toggle(name, open) {
  const paper = need(`#${name}`);
  const button = need(`button[data-popover="${name}"]`);
  if (paper.hidden === !open) return;
  const focusWithin = paper.contains(document.activeElement);
  paper.hidden = !open;
  button.setAttribute("aria-expanded", String(open));
  if (open) need("h2", paper).focus({ preventScroll: true });
  else if (focusWithin) button.focus({ preventScroll: true });
}
