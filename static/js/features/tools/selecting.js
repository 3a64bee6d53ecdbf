// @ts-check
/** Choosing several parcels: a tap, or Enter over the cross, adds the parcel there or takes it away; the server adds up. */

import { ApiError, parcelNumberAt, selectionFragment } from "../../api.js";
import { element, icon, iconButton, parseFragment } from "../../lib/dom.js";
import { MOST_SELECTED } from "../../lib/permalink.js";
import { takeTaps } from "./taps.js";

/** @type {import("../tools.js").Install} */
export function install(map, state, page, body) {
  const selecting = new Selecting(map, state, page, body);
  const stop = new AbortController();
  const giveBack = takeTaps(map, { add: (spot) => void selecting.toggleAt(spot), help: "select-help" });
  const off = state.on(["selection", "on"], () => void selecting.show());
  body.addEventListener("click", (event) => selecting.takeAway(event), { signal: stop.signal });
  selecting.begin();
  return () => {
    off();
    stop.abort();
    giveBack();
    selecting.leave();
  };
}

class Selecting {
  #asking = new AbortController();
  #finding = new AbortController();

  /** @param {import("leaflet").Map} map @param {import("../../state.js").State} state @param {Page} page @param {HTMLElement} body */
  constructor(map, state, { say }, body) {
    this.map = map;
    this.state = state;
    this.say = say;
    this.body = body;
    this.sum = element("div", { class: "selected", "aria-busy": "false" });
    this.empty = iconButton("trash-2", say("select.empty"));
  }

  begin() {
    const help = element("p", { class: "quiet tool-help", id: "select-help" }, this.say("select.help"), " ", element("span", { class: "keys" }, this.say("select.keys")));
    const add = iconButton("plus", this.say("select.here"));
    add.addEventListener("click", () => void this.toggleAt({ lon: this.map.getCenter().lng, lat: this.map.getCenter().lat }));
    this.empty.addEventListener("click", () => {
      this.state.set({ selection: [] });
      this.map.getContainer().focus({ preventScroll: true });
    });
    this.body.replaceChildren(help, this.sum, element("div", { class: "tool-buttons" }, add, this.empty));
    void this.show();
    if (!this.state.now.selection.length) this.map.getContainer().focus({ preventScroll: true });
  }

  leave() {
    this.#asking.abort();
    this.#finding.abort();
  }

  /** @param {{lon: number, lat: number}} spot */
  async toggleAt(spot) {
    this.#finding.abort();
    const finding = (this.#finding = new AbortController());
    try {
      const number = await parcelNumberAt(spot, this.state.now.on, finding.signal);
      if (finding.signal.aborted) return;
      if (number) this.#toggle(number);
      else this.state.set({ notice: { words: this.say("select.none_here") } });
    } catch (error) {
      if (!finding.signal.aborted) this.state.set({ notice: { words: this.#failure(error) } });
    }
  }

  /** @param {string} number */
  #toggle(number) {
    const { selection } = this.state.now;
    const isChosen = selection.includes(number);
    if (!isChosen && selection.length >= MOST_SELECTED) {
      this.state.set({ notice: { words: this.say("select.too_many", { n: MOST_SELECTED }) } });
      return;
    }
    this.state.set({ selection: isChosen ? selection.filter((each) => each !== number) : [...selection, number] });
    const key = isChosen ? "select.taken_away" : "select.added";
    this.state.set({ saying: this.say(key, { number, n: this.state.now.selection.length }) });
  }

  /** @param {MouseEvent} event */
  takeAway(event) {
    const link = event.target instanceof Element ? event.target.closest("[data-unselect]") : null;
    const number = link?.getAttribute("data-unselect");
    if (!number || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.#toggle(number);
    const title = document.querySelector("#tool-title");
    if (title instanceof HTMLElement) title.focus({ preventScroll: true });
  }

  /** The server's own list with its sums. */
  async show() {
    this.#asking.abort();
    const asking = (this.#asking = new AbortController());
    const { selection, on } = this.state.now;
    this.empty.toggleAttribute("disabled", !selection.length);
    if (!selection.length) {
      this.sum.replaceChildren(element("p", { class: "empty" }, this.say("select.nothing")));
      return;
    }
    this.sum.setAttribute("aria-busy", "true");
    try {
      const section = parseFragment(await selectionFragment(selection, on, asking.signal));
      if (!asking.signal.aborted && section?.matches("section.sum")) this.sum.replaceChildren(section);
    } catch (error) {
      if (!asking.signal.aborted) this.sum.replaceChildren(element("p", { class: "no-data" }, icon("triangle-alert"), this.#failure(error)));
    }
    if (!asking.signal.aborted) this.sum.setAttribute("aria-busy", "false");
  }

  /** @param {unknown} error */
  #failure(error) {
    if (!(error instanceof ApiError)) return this.say("place.failed");
    return error.kind === "refused" ? error.message || this.say("select.none_here") : this.say(error.kind === "offline" ? "tool.offline" : "place.failed");
  }
}
