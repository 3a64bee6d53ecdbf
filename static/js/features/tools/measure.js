// @ts-check
/** Measuring a way or an area on the map: by mouse, by finger, or by keys over the cross. */

import { element, iconButton } from "../../lib/dom.js";
import { area_m2, crossesItself, length_m } from "../../lib/geodesy.js";
import { formatNumber } from "../../lib/words.js";
import { handle, path } from "../../map/path.js";
import { baseColour } from "../cartography/palette.js";
import { takeTaps } from "./taps.js";

/** @typedef {{lon: number, lat: number}} Spot */

const KILOMETRE_M = 1000;
const HECTARES_FROM_M2 = 1000;

/** @type {import("../tools.js").Install} */
export function install(map, state, page, body) {
  const measuring = new Measuring(map, state, page, body);
  const giveBack = takeTaps(map, { add: (spot) => measuring.add(spot), back: () => measuring.undo(), help: "measure-help" });
  const off = state.on(["dark"], () => measuring.draw());
  measuring.begin();
  return () => {
    off();
    giveBack();
    measuring.clear();
  };
}

class Measuring {
  /** @type {Spot[]} */
  #spots = [];
  #isArea = false;
  /** @type {import("leaflet").Layer | null} */
  #line = null;
  /** @type {import("leaflet").Marker[]} */
  #handles = [];

  /** @param {import("leaflet").Map} map @param {import("../../state.js").State} state @param {Page} page @param {HTMLElement} body */
  constructor(map, state, { say, config }, body) {
    this.map = map;
    this.state = state;
    this.say = say;
    this.lang = config.lang;
    this.told = element("output", { class: "measured", id: "measured" });
    this.buttons = {
      add: iconButton("plus", say("measure.add")),
      undo: iconButton("undo-2", say("measure.undo")),
      copy: iconButton("copy", say("measure.copy")),
      restart: iconButton("trash-2", say("measure.restart")),
    };
    this.body = body;
  }

  begin() {
    const { add, undo, copy, restart } = this.buttons;
    const help = element("p", { class: "quiet tool-help", id: "measure-help" }, this.say("measure.help"), " ", element("span", { class: "keys" }, this.say("measure.keys")));
    this.body.replaceChildren(this.#kinds(), this.told, element("div", { class: "tool-buttons" }, add, undo, copy, restart), help);
    add.addEventListener("click", () => this.add({ lon: this.map.getCenter().lng, lat: this.map.getCenter().lat }));
    undo.addEventListener("click", () => this.undo());
    restart.addEventListener("click", () => this.#restart());
    copy.addEventListener("click", () => void this.#copy());
    this.#tell();
    // So that Enter adds a point at once; what describes the map now tells the keys.
    this.map.getContainer().focus({ preventScroll: true });
  }

  #kinds() {
    const choice = (/** @type {string} */ value, /** @type {boolean} */ checked) =>
      element("label", { class: "tick" }, element("input", { type: "radio", name: "measured", value, checked }), element("span", {}, this.say(`measure.${value}`)));
    const legend = element("legend", { class: "visually-hidden" }, this.say("measure.what"));
    const kinds = element("fieldset", { class: "choices" }, legend, choice("distance", !this.#isArea), choice("area", this.#isArea));
    kinds.addEventListener("change", (event) => {
      this.#isArea = /** @type {HTMLInputElement} */ (event.target).value === "area";
      this.#changed();
    });
    return kinds;
  }

  /** @param {Spot} spot */
  add(spot) {
    this.#spots = [...this.#spots, spot];
    this.#changed();
  }

  undo() {
    if (!this.#spots.length) return;
    this.#spots = this.#spots.slice(0, -1);
    this.#changed();
  }

  #restart() {
    this.#spots = [];
    this.#changed();
    this.map.getContainer().focus({ preventScroll: true });
  }

  #changed() {
    this.draw();
    this.#tell();
    this.state.set({ saying: this.#sentence() });
  }

  /** Everything anew: handles are few. */
  draw() {
    for (const each of this.#handles) each.remove();
    this.#handles = this.#spots.map((spot, at) => handle(spot, (to) => this.#move(at, to)).addTo(this.map));
    for (const each of this.#handles) each.on("dragend", () => this.state.set({ saying: this.#sentence() }));
    this.#drawLine();
  }

  #drawLine() {
    this.#line?.remove();
    const { dark } = this.state.now;
    const look = { accent: baseColour("accent", dark), halo: baseColour("halo", dark), closed: this.#isArea };
    this.#line = path(this.#spots, look).addTo(this.map);
  }

  /** @param {number} at @param {Spot} spot */
  #move(at, spot) {
    this.#spots = this.#spots.map((each, index) => (index === at ? spot : each));
    this.#drawLine();
    this.#tell();
  }

  clear() {
    this.#line?.remove();
    for (const each of this.#handles) each.remove();
    this.#handles = [];
  }

  #tell() {
    this.told.textContent = this.#figures();
    const { undo, copy, restart } = this.buttons;
    for (const button of [undo, restart]) button.toggleAttribute("disabled", !this.#spots.length);
    copy.toggleAttribute("disabled", this.#spots.length < 2);
  }

  /** @returns {string} the figures alone, as they are copied */
  #figures() {
    if (this.#spots.length < 2) return this.say(this.#spots.length ? "measure.one_point" : "measure.no_point");
    if (!this.#isArea) return this.#length(length_m(this.#spots));
    if (this.#spots.length < 3) return this.say("measure.third_point");
    if (crossesItself(this.#spots)) return this.say("measure.crossed");
    return this.say("measure.area_and_edge", { area: this.#area(area_m2(this.#spots)), edge: this.#length(length_m(this.#spots, true)) });
  }

  #sentence() {
    return this.say("measure.said", { n: this.#spots.length, told: this.#figures() });
  }

  /** @param {number} length */
  #length(length) {
    if (length < KILOMETRE_M) return this.say("measure.metres", { n: length });
    return this.say("measure.kilometres", { n: formatNumber(length / KILOMETRE_M, this.lang, 3), m: Math.round(length) });
  }

  /** @param {number} area */
  #area(area) {
    if (area < HECTARES_FROM_M2) return this.say("measure.square_metres", { n: area });
    return this.say("measure.hectares", { n: Math.round(area), ha: formatNumber(area / 10_000, this.lang, 2) });
  }

  async #copy() {
    const figures = this.#figures();
    try {
      await navigator.clipboard.writeText(figures);
      this.state.set({ notice: { words: this.say("measure.copied", { told: figures }) } });
    } catch {
      // Over plain http a page may not write there: the figures are marked, so that the reader's own copy takes them.
      getSelection()?.selectAllChildren(this.told);
      this.state.set({ notice: { words: this.say("measure.marked") } });
    }
  }
}
