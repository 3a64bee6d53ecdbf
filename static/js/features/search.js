// @ts-check
/** The search box: an ARIA combobox whose list comes from the server as one types. */

import { ApiError, search } from "../api.js";
import { debounce, element, icon, need } from "../lib/dom.js";
import { spotMark } from "../map/city-map.js";
import { baseColour } from "./cartography/palette.js";

/** @typedef {import("../api.js").Found} Found */

const ICONS = { parcel: "map", address: "map-pin", street: "map", facility: "map-pin", permit: "file-text", zone: "layers" };
const ZOOMS = { street: 17, zone: 15 };
const TYPING_MS = 180;

/**
 * @param {import("leaflet").Map} map
 * @param {import("../state.js").State} state
 * @param {Page} page
 */
export function install(map, state, page) {
  const box = new SearchBox(map, state, page);
  return box.listen();
}

class SearchBox {
  /** @type {Found[]} */
  #found = [];
  #active = -1;
  /** @type {AbortController | null} */
  #asking = null;
  /** @type {string} the query that the list answers */
  #answered = "";
  /** @type {import("leaflet").Layer | null} where a street is, which opens no place */
  #mark = null;

  /** @param {import("leaflet").Map} map @param {import("../state.js").State} state @param {Page} page */
  constructor(map, state, { say }) {
    this.map = map;
    this.state = state;
    this.say = say;
    this.form = need("#search");
    this.input = /** @type {HTMLInputElement} */ (need("#q"));
    this.list = need("#suggestions");
    this.empty = need("#search-empty");
    this.ask = debounce(() => void this.#ask(), TYPING_MS);
    this.#makeCombobox();
  }

  /** Without JavaScript it is a plain search field; only now may it call itself more. */
  #makeCombobox() {
    const told = { role: "combobox", "aria-expanded": "false", "aria-controls": "suggestions", "aria-autocomplete": "list", "aria-describedby": "search-help" };
    for (const [name, value] of Object.entries(told)) this.input.setAttribute(name, value);
  }

  /** @returns {() => void} */
  listen() {
    const stop = new AbortController();
    const { signal } = stop;
    this.input.addEventListener("input", () => this.ask(), { signal });
    this.input.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.input.addEventListener("focus", () => this.#found.length && this.#expand(true), { signal });
    this.form.addEventListener("submit", (event) => this.#submit(event), { signal });
    // The list must not take the focus from the field before the click is read.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault(), { signal });
    this.list.addEventListener("click", (event) => this.#click(event), { signal });
    this.form.parentElement?.addEventListener("focusout", (event) => this.#left(event), { signal });
    const off = this.state.on(["place"], () => this.#point(null));
    return () => {
      stop.abort();
      off();
      this.#point(null);
    };
  }

  async #ask() {
    this.#asking?.abort();
    // So that the same answer to another query is read out again.
    this.state.set({ saying: "" });
    const query = this.input.value.trim();
    if (!query) return this.#clear();
    const asking = (this.#asking = new AbortController());
    try {
      const found = await search(query, asking.signal);
      if (!asking.signal.aborted) this.#answer(query, found);
    } catch (error) {
      if (!asking.signal.aborted) this.#fail(error);
    }
    return undefined;
  }

  /** @param {string} query @param {Found[]} found */
  #answer(query, found) {
    this.#answered = query;
    this.#found = found.filter((each) => each.lon !== null && each.lat !== null);
    this.#active = -1;
    this.list.replaceChildren(...this.#found.map((each, index) => this.#option(each, index)));
    this.#tell(this.#found.length ? "" : this.say("search.none", { query }));
    this.#expand(this.#found.length > 0);
    if (this.#found.length) this.state.set({ saying: this.say("search.some", { n: this.#found.length }) });
  }

  /** @param {Found} found @param {number} index */
  #option({ kind, label }, index) {
    const name = /** @type {keyof typeof ICONS} */ (kind);
    return element(
      "li",
      { role: "option", id: `suggestion-${index}`, "aria-selected": "false", "data-index": String(index) },
      icon(ICONS[name] ?? "map-pin"),
      element("bdi", { class: "suggestion-label" }, label),
      element("span", { class: "suggestion-kind quiet" }, this.say(`search.group.${kind}`)),
    );
  }

  /** @param {unknown} error */
  #fail(error) {
    this.#clear();
    const refused = error instanceof ApiError && error.kind === "refused" ? error.message : "";
    this.#tell(refused || this.say("search.failed"));
  }

  #clear() {
    this.#found = [];
    this.#answered = "";
    this.list.replaceChildren();
    this.#tell("");
    this.#expand(false);
  }

  /** @param {string} words */
  #tell(words) {
    this.empty.hidden = !words;
    this.empty.textContent = words;
    if (words) this.state.set({ saying: words });
  }

  /** @param {boolean} open */
  #expand(open) {
    this.list.hidden = !open;
    this.input.setAttribute("aria-expanded", String(open));
    if (!open) this.#activate(-1);
  }

  /** @param {number} index */
  #activate(index) {
    this.#active = index;
    for (const [at, option] of [...this.list.children].entries()) {
      option.setAttribute("aria-selected", String(at === index));
      if (at === index) option.scrollIntoView({ block: "nearest" });
    }
    if (index < 0) this.input.removeAttribute("aria-activedescendant");
    else this.input.setAttribute("aria-activedescendant", `suggestion-${index}`);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const count = this.#found.length;
    const open = !this.list.hidden;
    if (event.key === "Escape" && (open || this.input.value)) {
      event.preventDefault();
      if (open) this.#expand(false);
      else this.#empty();
    } else if (count && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      if (!open) this.#expand(true);
      const from = this.#active < 0 && event.key === "ArrowUp" ? count : this.#active;
      this.#activate((from + (event.key === "ArrowDown" ? 1 : -1) + count) % count);
    }
  }

  #empty() {
    this.input.value = "";
    this.#clear();
  }

  /** Enter takes the marked result, or the first; with none yet the server's own results page opens. @param {Event} event */
  #submit(event) {
    const query = this.input.value.trim();
    if (!query) return event.preventDefault();
    const chosen = this.#found[Math.max(0, this.#active)];
    if (!chosen || this.#answered !== query) {
      if (this.#answered === query) event.preventDefault();
      return undefined;
    }
    event.preventDefault();
    return this.#choose(chosen);
  }

  /** @param {Event} event */
  #click(event) {
    const option = event.target instanceof Element ? event.target.closest("[data-index]") : null;
    const chosen = this.#found[Number(option?.getAttribute("data-index") ?? -1)];
    if (chosen) this.#choose(chosen);
  }

  /** @param {Found} chosen */
  #choose({ kind, label, number, lon, lat }) {
    if (lon === null || lat === null) return;
    this.input.value = label;
    this.#expand(false);
    const z = ZOOMS[/** @type {keyof typeof ZOOMS} */ (kind)] ?? 18;
    this.state.set({ fly: { lon, lat, z }, saying: label, popover: null });
    if (kind === "street" || kind === "zone") return this.#point({ lon, lat });
    this.#point(null);
    const parcel = kind === "parcel" || kind === "address" ? number : null;
    this.state.set({ place: parcel ? { number: parcel } : { lon, lat }, placeAnchor: { lon, lat }, placeTold: false });
  }

  /** @param {{lon: number, lat: number} | null} spot */
  #point(spot) {
    this.#mark?.remove();
    const { dark } = this.state.now;
    const look = { accent: baseColour("accent", dark), halo: baseColour("halo", dark) };
    this.#mark = spot ? spotMark(spot, look).addTo(this.map) : null;
  }

  /** @param {FocusEvent} event */
  #left(event) {
    const to = event.relatedTarget;
    if (!(to instanceof Node) || !this.form.parentElement?.contains(to)) this.#expand(false);
  }
}
