// @ts-check
/** The place panel: what the city's records say of what was chosen, and its exact outline on the map. */

import { ApiError, parcelShape, placeFragment } from "../api.js";
import { element, icon, need, parseFragment } from "../lib/dom.js";
import { momentInWords } from "../lib/offline.js";
import { outline, spotMark } from "../map/city-map.js";
import { baseColour } from "./cartography/palette.js";

/** @typedef {import("../lib/permalink.js").Place} Place */

/**
 * @param {import("leaflet").Map} map
 * @param {import("../state.js").State} state
 * @param {Page} page
 */
export function install(map, state, page) {
  const panel = new PlacePanel(map, state, page);
  const off = state.on(["place", "on"], () => panel.follow());
  const offLight = state.on(["dark"], () => panel.mark());
  const close = (/** @type {Event} */ event) => {
    if (event.target instanceof Element && event.target.closest("[data-close]")) panel.dismiss();
  };
  const escape = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape" && !event.defaultPrevented && !state.now.popover) panel.dismiss();
  };
  const online = () => panel.retryIfFailed();
  panel.sheet.addEventListener("click", close);
  document.addEventListener("keydown", escape);
  addEventListener("online", online);
  panel.follow();
  return () => {
    off();
    offLight();
    panel.sheet.removeEventListener("click", close);
    document.removeEventListener("keydown", escape);
    removeEventListener("online", online);
  };
}

class PlacePanel {
  /** @type {AbortController | null} */
  #asking = null;
  /** @type {import("leaflet").Layer | null} */
  #drawn = null;
  /** @type {GeoJSON.GeoJsonObject | null} */
  #shape = null;
  #failed = false;
  /** What is shown now, so that the answer's own name for it does not ask again. */
  #shown = "";
  /** @type {Element | null} where the reader came from */
  #from = null;

  /** @param {import("leaflet").Map} map @param {import("../state.js").State} state @param {Page} page */
  constructor(map, state, { config, say }) {
    this.map = map;
    this.lang = config.lang;
    this.state = state;
    this.say = say;
    this.sheet = need("#sheet");
    this.body = need("#place");
  }

  /** Show what the state says is chosen. */
  follow() {
    const { place, on } = this.state.now;
    const key = JSON.stringify([place, on]);
    if (key === this.#shown) return;
    this.#shown = key;
    this.#asking?.abort();
    if (place) void this.#open(place, on);
    else this.#close();
  }

  dismiss() {
    if (!this.state.now.place) return;
    this.state.set({ place: null, placeAnchor: null, placeTold: false });
  }

  retryIfFailed() {
    if (!this.#failed) return;
    this.#shown = "";
    this.follow();
  }

  /** Draw the outline, or the spot where there is none. */
  mark() {
    this.#drawn?.remove();
    this.#drawn = null;
    const { dark, placeAnchor } = this.state.now;
    const look = { accent: baseColour("accent", dark), halo: baseColour("halo", dark) };
    if (this.#shape) this.#drawn = outline(this.#shape, look).addTo(this.map);
    else if (placeAnchor) this.#drawn = spotMark(placeAnchor, look).addTo(this.map);
  }

  /** @param {Place} place @param {string | null} on */
  async #open(place, on) {
    const asking = (this.#asking = new AbortController());
    const first = this.sheet.hidden;
    if (first) this.#from = document.activeElement;
    this.#shape = null;
    this.mark();
    this.sheet.hidden = false;
    document.body.classList.add("has-place");
    if (first) this.state.set({ rest: "half" });
    this.state.set({ paperShown: this.state.now.paperShown + 1 });
    this.#showWaiting();
    try {
      const article = parseFragment(await placeFragment(place, on, asking.signal));
      if (!asking.signal.aborted) await this.#show(article, place, on, asking.signal);
    } catch (error) {
      if (!asking.signal.aborted) this.#showFailure(error);
    }
  }

  #showWaiting() {
    this.#failed = false;
    this.body.setAttribute("aria-busy", "true");
    const line = (/** @type {string} */ size) => element("span", { class: `skeleton ${size}` });
    const words = element("span", { class: "visually-hidden" }, this.say("place.loading"));
    const skeleton = element("div", { class: "place waiting" }, words, line("title"), line("line"), line("line short"), line("block"), line("line"));
    this.body.replaceChildren(skeleton);
  }

  /** @param {Element | null} article @param {Place} place @param {string | null} on @param {AbortSignal} signal */
  async #show(article, place, on, signal) {
    // An address such as `..` leads to another page of ours.
    if (!article?.matches("article.place")) throw new ApiError("refused");
    const heading = article.querySelector("h1, h2");
    heading?.setAttribute("tabindex", "-1");
    this.body.setAttribute("aria-busy", "false");
    const keptAt = article.getAttribute("data-kept-at");
    const age = keptAt ? [element("p", { class: "notice kept-line" }, this.say("place.kept", { day: momentInWords(keptAt, this.lang) }))] : [];
    this.body.replaceChildren(...age, article);
    this.body.scrollTop = 0;
    const name = heading?.textContent?.trim().replace(/\s+/g, " ") ?? "";
    this.state.set({ saying: this.say("place.opened", { name }) });
    if (heading instanceof HTMLElement && this.#from) heading.focus({ preventScroll: true });
    const told = article instanceof HTMLElement ? article.dataset : {};
    this.#nameInAddress(told.number ?? told.parcel ?? place.number, on);
    this.#anchor(told, place);
    await this.#drawShape(told.number ?? told.parcel ?? place.number, on, signal);
  }

  /** A parcel tapped is from now on called by its number. @param {string | undefined} number @param {string | null} on */
  #nameInAddress(number, on) {
    if (!number) return;
    const place = { number };
    this.#shown = JSON.stringify([place, on]);
    this.state.set({ place, placeTold: true });
  }

  /** @param {DOMStringMap} told @param {Place} place */
  #anchor(told, place) {
    const lon = Number(told.lon ?? place.lon ?? Number.NaN);
    const lat = Number(told.lat ?? place.lat ?? Number.NaN);
    if (Number.isFinite(lon) && Number.isFinite(lat) && !this.state.now.placeAnchor) this.state.set({ placeAnchor: { lon, lat } });
    this.mark();
  }

  /** @param {string | undefined} number @param {string | null} on @param {AbortSignal} signal */
  async #drawShape(number, on, signal) {
    if (!number) return;
    try {
      this.#shape = await parcelShape(number, on, signal);
      if (!signal.aborted) this.mark();
    } catch {
      // The words stand; only the outline is missing, and the spot is marked.
    }
  }

  /** @param {unknown} error */
  #showFailure(error) {
    const kind = error instanceof ApiError ? error.kind : "failed";
    this.#failed = kind !== "refused";
    const told = error instanceof ApiError ? error.message : "";
    const words = kind === "refused" ? told || this.say("place.outside") : this.say(kind === "offline" ? "place.offline" : "place.failed");
    const retry = element("button", { type: "button", class: "button" }, this.say("map.retry"));
    retry.addEventListener("click", () => this.retryIfFailed());
    const symbol = icon(kind === "offline" ? "wifi-off" : kind === "refused" ? "map-pin" : "triangle-alert");
    const heading = element("h2", { tabindex: "-1" }, words);
    this.body.setAttribute("aria-busy", "false");
    this.body.replaceChildren(element("div", { class: `place told-off ${kind}` }, symbol, heading, ...(this.#failed ? [retry] : [])));
    this.state.set({ saying: words });
  }

  #close() {
    if (!this.sheet.hidden) this.state.set({ saying: this.say("place.closed") });
    const focusWithin = this.sheet.contains(document.activeElement);
    this.sheet.hidden = true;
    document.body.classList.remove("has-place");
    this.body.replaceChildren();
    this.#shape = null;
    this.mark();
    const from = this.#from instanceof HTMLElement && this.#from.isConnected ? this.#from : this.map.getContainer();
    this.#from = null;
    if (focusWithin) (from === document.body ? this.map.getContainer() : from).focus({ preventScroll: true });
  }
}
