// @ts-check
/** An open map follows the city's edits: it asks which revision each source has, and draws what is newer. */

import { revisions } from "../api.js";
import { newest } from "../lib/revisions.js";

/** Between two questions: short while somebody is at the map, long while it just lies open, longest after a failure. */
const WAIT_MS = { busy: 450, idle: 5000, failed: 15000 };
/** So long after the last touch or key somebody is thought to be there. */
const PRESENCE_MS = 120_000;

/**
 * @param {import("leaflet").Map} _map
 * @param {import("../state.js").State} state
 */
export function install(_map, state) {
  let seen = Date.now();
  let failed = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const leaving = new AbortController();

  const plan = (/** @type {number} */ wait) => {
    clearTimeout(timer);
    if (!document.hidden && !leaving.signal.aborted) timer = setTimeout(ask, wait);
  };
  const ask = async () => {
    try {
      state.set({ revisions: newest(state.now.revisions, await revisions(leaving.signal)) });
      failed = false;
    } catch {
      // The map says itself when tiles fail to come; an unanswered question loses nothing.
      failed = true;
    }
    plan(failed ? WAIT_MS.failed : Date.now() - seen < PRESENCE_MS ? WAIT_MS.busy : WAIT_MS.idle);
  };
  const wake = () => {
    const wasAway = Date.now() - seen >= PRESENCE_MS;
    seen = Date.now();
    if (wasAway) plan(0);
  };
  const look = () => {
    seen = Date.now();
    plan(0);
  };

  const signs = /** @type {const} */ (["pointerdown", "pointermove", "wheel", "keydown"]);
  for (const sign of signs) addEventListener(sign, wake, { passive: true });
  document.addEventListener("visibilitychange", look);
  plan(WAIT_MS.busy);
  return () => {
    leaving.abort();
    clearTimeout(timer);
    for (const sign of signs) removeEventListener(sign, wake);
    document.removeEventListener("visibilitychange", look);
  };
}
