// @ts-check
/** On a phone the place is a sheet with three rests: dragged by its bar, or stepped by buttons. */

import { need } from "../lib/dom.js";

const RESTS = /** @type {const} */ (["peek", "half", "full"]);
const FLICK_PX_PER_MS = 0.5;

/**
 * @param {import("leaflet").Map} _map
 * @param {import("../state.js").State} state
 */
export function install(_map, state) {
  const sheet = need("#sheet");
  const bar = need("#sheet-bar");
  const show = () => {
    const { rest } = state.now;
    sheet.dataset.rest = rest;
    for (const button of sheet.querySelectorAll("button[data-step]")) {
      const last = button.getAttribute("data-step") === "up" ? "full" : "peek";
      button.toggleAttribute("disabled", rest === last);
    }
  };
  const step = (/** @type {Event} */ event) => {
    const button = event.target instanceof Element ? event.target.closest("button[data-step]") : null;
    if (button) state.set({ rest: neighbour(state.now.rest, button.getAttribute("data-step") === "up" ? 1 : -1) });
  };
  const off = state.on(["rest"], show);
  const offDrag = makeDraggable(sheet, bar, state);
  sheet.addEventListener("click", step);
  show();
  return () => {
    off();
    offDrag();
    sheet.removeEventListener("click", step);
  };
}

/** @param {typeof RESTS[number]} rest @param {number} by */
function neighbour(rest, by) {
  return RESTS[Math.min(2, Math.max(0, RESTS.indexOf(rest) + by))];
}

/** @param {HTMLElement} sheet @param {HTMLElement} bar @param {import("../state.js").State} state */
function makeDraggable(sheet, bar, state) {
  /** @type {{y: number, height: number, at: number} | null} */
  let start = null;
  const down = (/** @type {PointerEvent} */ event) => {
    if (event.target instanceof Element && event.target.closest("button")) return;
    start = { y: event.clientY, height: sheet.offsetHeight, at: event.timeStamp };
    bar.setPointerCapture(event.pointerId);
    sheet.classList.add("dragged");
  };
  const move = (/** @type {PointerEvent} */ event) => {
    if (start) sheet.style.setProperty("--dragged-height", `${start.height + start.y - event.clientY}px`);
  };
  const up = (/** @type {PointerEvent} */ event) => {
    if (!start) return;
    const moved = start.y - event.clientY;
    const speed = moved / Math.max(1, event.timeStamp - start.at);
    const height = start.height + moved;
    start = null;
    sheet.classList.remove("dragged");
    sheet.style.removeProperty("--dragged-height");
    const rest = Math.abs(speed) > FLICK_PX_PER_MS ? neighbour(state.now.rest, Math.sign(speed)) : nearestRest(height);
    state.set({ rest });
  };
  bar.addEventListener("pointerdown", down);
  bar.addEventListener("pointermove", move);
  bar.addEventListener("pointerup", up);
  bar.addEventListener("pointercancel", up);
  return () => {
    bar.removeEventListener("pointerdown", down);
    bar.removeEventListener("pointermove", move);
    bar.removeEventListener("pointerup", up);
    bar.removeEventListener("pointercancel", up);
  };
}

/** @param {number} height_px @returns {typeof RESTS[number]} */
function nearestRest(height_px) {
  const share = height_px / innerHeight;
  return share < 0.33 ? "peek" : share < 0.72 ? "half" : "full";
}
