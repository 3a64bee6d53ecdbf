// @ts-check
/** What the page says once and then forgets: a small paper for all, and a voice for screen readers. */

import { need } from "../lib/dom.js";

const SHOWN_MS = 7000;

/**
 * @param {import("leaflet").Map} _map
 * @param {import("../state.js").State} state
 */
export function install(_map, state) {
  const toast = need("#toast");
  const action = need("#toast-action");
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const show = () => {
    const { notice } = state.now;
    clearTimeout(timer);
    toast.hidden = !notice;
    if (!notice) return;
    // Not every screen reader hears a paper that was hidden until now; the announcer is always there.
    state.set({ saying: notice.words });
    need("#toast-words").textContent = notice.words;
    action.hidden = !notice.action;
    action.textContent = notice.action ?? "";
    if (!notice.lasts) timer = setTimeout(() => state.set({ notice: null }), SHOWN_MS);
  };
  const act = () => {
    const { notice } = state.now;
    state.set({ notice: null });
    notice?.act?.();
  };
  const speak = () => {
    need("#announcer").textContent = state.now.saying;
  };
  action.addEventListener("click", act);
  const off = state.on(["notice"], show);
  const offVoice = state.on(["saying"], speak);
  return () => {
    off();
    offVoice();
    clearTimeout(timer);
    action.removeEventListener("click", act);
  };
}
