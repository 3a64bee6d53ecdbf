// @ts-check
/** Without a connection the map goes on with what this device keeps, and says so, and from when that is. */

import { momentInWords, startWorker } from "../lib/offline.js";

/**
 * @param {import("leaflet").Map} _map
 * @param {import("../state.js").State} state
 * @param {Page} page
 */
export function install(_map, state, { config, say }) {
  // Of a page that came over the line: its tiles were compared with the city's own a moment ago, as long as that lasted.
  let since = document.documentElement.dataset.keptAt ?? "";
  /** @type {import("../state.js").Notice | null} */
  let told = null;
  const tell = () => {
    const day = momentInWords(since || new Date().toISOString(), config.lang);
    told = { words: say("map.offline", { day }), lasts: true };
    state.set({ notice: told });
  };
  const away = () => {
    since ||= new Date().toISOString();
    tell();
  };
  const back = () => {
    since = "";
    if (!told) return;
    told = null;
    state.set({ notice: { words: say("map.online"), action: say("map.reload"), act: () => location.reload() } });
  };
  const older = (/** @type {MessageEvent<{olderTile?: string}>} */ { data }) => {
    if (!data.olderTile || (since && data.olderTile >= since)) return;
    since = data.olderTile;
    tell();
  };
  addEventListener("offline", away);
  addEventListener("online", back);
  const worker = "serviceWorker" in navigator ? navigator.serviceWorker : null;
  worker?.addEventListener("message", older);
  if (since || !navigator.onLine) away();
  startWorker(document);
  return () => {
    removeEventListener("offline", away);
    removeEventListener("online", back);
    worker?.removeEventListener("message", older);
  };
}
