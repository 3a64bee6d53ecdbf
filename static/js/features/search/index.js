// @ts-check
/** The search box: an ARIA 1.2 combobox whose listbox comes from the server, by kind, as one types. */

import { ApiError, search } from "../../api.js";
import { debounce, element, need } from "../../lib/dom.js";
import { RecentSearches, deviceStorage } from "../../lib/recent.js";
import { Pointer, isWide } from "./pointing.js";
import { RecentPanel } from "./recent.js";
import { SuggestionList } from "./suggestions.js";

/** @typedef {import("../../api.js").Found} Found */
/** @typedef {import("../../api.js").Answer} Answer */

const CLOSE_ZOOM = 18;
const TYPING_MS = 180;

/**
 * @param {import("leaflet").Map} map
 * @param {import("../../state.js").State} state
 * @param {Page} page
 */
export function install(map, state, page) {
  const box = new SearchBox(map, state, page);
  return box.listen();
}

/** @param {string} text @returns {string} fenced, so that a number keeps its order within a Persian sentence (UAX #9) */
function isolated(text) {
  return `\u2068${text}\u2069`;
}

class SearchBox {
  /** @type {Found[]} in the order of the list */
  #found = [];
  /** @type {string[]} what may have been meant, when nothing was found */
  #meant = [];
  /** @type {AbortController | null} */
  #asking = null;
  /** @type {string} the query that the list answers */
  #answered = "";

  /** @param {import("leaflet").Map} map @param {import("../../state.js").State} state @param {Page} page */
  constructor(map, state, { say }) {
    this.state = state;
    this.say = say;
    this.form = need("#search");
    this.card = /** @type {HTMLElement} */ (this.form.parentElement);
    this.input = /** @type {HTMLInputElement} */ (need("#q"));
    this.empty = need("#search-empty");
    this.tried = need("#search-tried");
    this.list = new SuggestionList(need("#suggestions"), this.input);
    this.pointer = new Pointer(map, state);
    this.recent = new RecentSearches(deviceStorage());
    const tell = (/** @type {string} */ words) => state.set({ saying: words });
    this.recents = new RecentPanel(this.card, this.input, this.recent, { say, tell, search: (query) => this.#searchFor(query) });
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
    const { list } = this.list;
    this.input.addEventListener("input", () => this.#typed(), { signal });
    this.input.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.input.addEventListener("focus", () => this.#entered(), { signal });
    this.form.addEventListener("submit", (event) => this.#submit(event), { signal });
    // The list must not take the focus from the field before the click is read.
    list.addEventListener("pointerdown", (event) => event.preventDefault(), { signal });
    list.addEventListener("click", (event) => this.#take(this.list.indexAt(event.target)), { signal });
    list.addEventListener("pointerover", (event) => this.#light(this.list.indexAt(event.target)), { signal });
    list.addEventListener("pointerleave", () => this.#light(this.list.active), { signal });
    this.card.addEventListener("focusout", (event) => this.#left(event), { signal });
    const off = this.state.on(["place"], () => this.pointer.choose(null));
    const offLight = this.state.on(["dark"], () => this.pointer.point(null));
    return () => {
      stop.abort();
      off();
      offLight();
      this.recents.remove();
      this.pointer.choose(null);
    };
  }

  #entered() {
    if (this.list.count && this.#answered === this.input.value.trim()) this.list.expand(true);
    this.recents.follow();
  }

  #typed() {
    // What is typed on is what Enter means, not the option marked before.
    this.#activate(-1);
    this.recents.follow();
    this.list.wait();
    this.ask();
  }

  async #ask() {
    this.#asking?.abort();
    // So that the same answer to another query is read out again.
    this.state.set({ saying: "" });
    const query = this.input.value.trim();
    if (!query) return this.#clear();
    const asking = (this.#asking = new AbortController());
    try {
      const answer = await search(query, this.state.now.on, asking.signal);
      if (!asking.signal.aborted) this.#answer(query, answer);
    } catch (error) {
      if (!asking.signal.aborted) this.#fail(error);
    }
    return undefined;
  }

  /** @param {string} query @param {Answer} answer */
  #answer(query, { results, suggestions, tried }) {
    this.#answered = query;
    const found = results.filter((each) => each.lon !== null && each.lat !== null);
    const kinds = [...new Set(found.map((each) => each.kind))];
    const groups = kinds.map((kind) => ({ title: this.say(`search.group.${kind}`), options: found.filter((each) => each.kind === kind) }));
    this.#found = groups.flatMap((group) => group.options);
    this.#meant = this.#found.length ? [] : suggestions.map((each) => each.q);
    if (this.#meant.length) this.list.show([{ title: this.say("search.mean"), options: suggestions }]);
    else this.list.show(groups);
    this.pointer.point(null);
    if (this.#found.length) this.#tell("");
    else this.#tell(this.say("search.none", { query: isolated(query) }), tried);
    this.#sayAnswer(query, suggestions);
  }

  /** @param {string} query @param {import("../../api.js").Suggestion[]} suggestions */
  #sayAnswer(query, suggestions) {
    const names = suggestions.map((each) => each.label).join(this.say("search.and"));
    if (this.#found.length) this.state.set({ saying: this.say("search.some", { n: this.#found.length }) });
    else if (this.#meant.length) this.state.set({ saying: this.say("search.mean_say", { query: isolated(query), names }) });
  }

  /** @param {unknown} error */
  #fail(error) {
    this.#clear();
    const refused = error instanceof ApiError && error.kind === "refused" ? error.message : "";
    this.#tell(refused || this.say("search.failed"));
  }

  #clear() {
    this.#asking?.abort();
    this.#found = [];
    this.#meant = [];
    this.#answered = "";
    this.list.show([]);
    this.pointer.point(null);
    this.#tell("");
  }

  /** @param {string} words @param {string[]} tried what it was looked for as, in sentences */
  #tell(words, tried = []) {
    this.empty.hidden = !words;
    this.empty.textContent = words;
    this.tried.hidden = !tried.length;
    this.tried.replaceChildren(...tried.map((each) => element("li", {}, each)));
    if (words) this.state.set({ saying: [words, ...tried].join(" ") });
  }

  /** @param {number} index */
  #activate(index) {
    this.list.activate(index);
    this.#light(index);
  }

  /** @param {number} index */
  #light(index) {
    this.pointer.point(this.#found[index] ?? null);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.isComposing) return;
    if (event.key === "Escape") return this.#escape(event);
    if (event.key === "ArrowDown" && this.recents.isOpen && this.recents.focusFirst()) return event.preventDefault();
    if (event.key.startsWith("Arrow") && this.list.count && !this.list.isOpen) this.list.expand(true);
    if (this.list.isOpen && this.list.move(event.key)) {
      event.preventDefault();
      this.#light(this.list.active);
    }
    return undefined;
  }

  /** First the list goes, then what was typed; then it is not ours. @param {KeyboardEvent} event */
  #escape(event) {
    const { isOpen } = this.list;
    if (!isOpen && !this.recents.isOpen && !this.input.value) return;
    event.preventDefault();
    if (isOpen) this.#close();
    else if (this.recents.isOpen) this.recents.hide();
    else {
      this.input.value = "";
      this.#clear();
    }
  }

  #close() {
    this.list.expand(false);
    this.pointer.point(null);
  }

  /** @param {string} query */
  #searchFor(query) {
    this.input.value = query;
    this.input.focus();
    this.recents.hide();
    this.list.wait();
    this.ask.cancel();
    void this.#ask();
  }

  /** Enter takes the marked result, or the first; with none yet the server's own results page opens. @param {Event} event */
  #submit(event) {
    const query = this.input.value.trim();
    if (!query) return event.preventDefault();
    if (this.#answered !== query) return this.recent.add(query);
    event.preventDefault();
    // What may have been meant is only taken by who marked it.
    return this.#take(this.#found.length ? Math.max(0, this.list.active) : this.list.active);
  }

  /** @param {number} index */
  #take(index) {
    if (this.#found[index]) return this.#choose(this.#found[index]);
    if (this.#meant[index]) return this.#searchFor(this.#meant[index]);
    return undefined;
  }

  /** @param {Found} chosen */
  #choose(chosen) {
    const { kind, label, number, reference, lon, lat, bounds } = chosen;
    if (reference) this.#openPermit(chosen, reference);
    if (lon === null || lat === null || reference) return;
    const isParcel = kind === "parcel" || kind === "address";
    // When the place is closed the focus comes back here: then there is nothing left to choose from.
    this.#clear();
    this.input.value = label;
    this.recent.add((kind === "parcel" && number) || label);
    const wide = isWide(chosen);
    const place = wide ? null : isParcel && number ? { number } : { lon, lat };
    const placeAnchor = wide ? null : { lon, lat };
    this.state.set({ fly: { lon, lat, z: CLOSE_ZOOM, bounds: bounds ?? undefined }, popover: null, place, placeAnchor, placeTold: false });
    this.pointer.choose(wide ? chosen : null);
    this.state.set({ saying: label });
  }

  /** A permit is opened in the panel, and the map goes where it is, if anybody knows. @param {Found} chosen @param {string} reference */
  #openPermit({ label, lon, lat }, reference) {
    this.#clear();
    this.input.value = label;
    this.recent.add(reference);
    const spot = lon === null || lat === null ? null : { lon, lat };
    this.state.set({ ...(spot ? { fly: { ...spot, z: CLOSE_ZOOM } } : {}), popover: null, place: { permit: reference }, placeAnchor: spot, placeTold: false });
    this.pointer.choose(null);
    this.state.set({ saying: label });
  }

  /** @param {FocusEvent} event */
  #left(event) {
    const to = event.relatedTarget;
    if (to instanceof Node && this.card.contains(to)) return;
    this.#close();
    this.recents.hide();
  }
}
