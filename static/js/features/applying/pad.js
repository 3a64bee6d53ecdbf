// @ts-check
/** The sheet that a footprint is drawn on: corners by tapping, by dragging, or by keys over a cross. */
import { need, svg } from "../../lib/dom.js";
import { ringArea, ringCrosses, snap } from "../../lib/planar.js";
import { speaker } from "../../lib/words.js";

const REACH_PX = 16;
const GRAB_PX = 22;
const STEP_M = 0.5;
const FINE_STEP_M = 0.1;
const DECIMALS = 5;

/** @typedef {import("../../lib/planar.js").Point} Point */

/** @param {ParentNode} within */
export function installPad(within) {
  const root = within.querySelector("[data-pad]");
  if (root instanceof HTMLElement) new Pad(root).listen();
}

class Pad {
  /** @type {Point[]} metres of the sheet, y downwards */
  #corners = [];
  /** @type {Point} */
  #cross;
  /** @type {number | null} */
  #dragged = null;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.sheet = /** @type {SVGSVGElement} */ (root.querySelector("svg"));
    this.drawn = /** @type {SVGGElement} */ (root.querySelector("[data-drawn]"));
    this.told = need("[data-told]", root);
    this.input = /** @type {HTMLInputElement} */ (need("input[name=corners]", root));
    this.say = speaker(JSON.parse(root.dataset.words ?? "{}"), document.documentElement.lang);
    this.origin = { west: Number(root.dataset.west), north: Number(root.dataset.north) };
    const { width, height } = this.sheet.viewBox.baseVal;
    this.size = { width, height };
    this.#cross = { x: width / 2, y: height / 2 };
    this.rings = ringsOf(this.sheet.querySelector(".drawn-setback") ?? this.sheet.querySelector(".drawn-parcel"));
    this.#corners = this.#read();
  }

  listen() {
    const { sheet } = this;
    sheet.setAttribute("tabindex", "0");
    sheet.setAttribute("role", "application");
    sheet.setAttribute("aria-label", this.say("label"));
    this.root.classList.add("is-live");
    sheet.addEventListener("pointerdown", (event) => this.#press(event));
    sheet.addEventListener("pointermove", (event) => this.#drag(event));
    sheet.addEventListener("pointerup", (event) => this.#lift(event));
    sheet.addEventListener("pointercancel", () => (this.#dragged = null));
    sheet.addEventListener("keydown", (event) => this.#key(event));
    for (const on of ["focus", "blur"]) sheet.addEventListener(on, () => this.#draw());
    need("[data-undo]", this.root).addEventListener("click", () => this.#set(this.#corners.slice(0, -1)));
    need("[data-clear]", this.root).addEventListener("click", () => this.#set([]));
    this.#draw();
  }

  /** @returns {Point[]} */
  #read() {
    const pairs = this.input.value.split(" ").filter(Boolean);
    const points = pairs.map((pair) => pair.split(",").map(Number));
    return points.map(([x, y]) => ({ x: x - this.origin.west, y: this.origin.north - y }));
  }

  #write() {
    const { west, north } = this.origin;
    this.input.value = this.#corners.map(({ x, y }) => `${(x + west).toFixed(DECIMALS)},${(north - y).toFixed(DECIMALS)}`).join(" ");
  }

  /** @param {Point[]} corners */
  #set(corners) {
    this.#corners = corners;
    this.#write();
    this.#draw();
  }

  /** @returns {number} how many metres of the sheet a pixel of the screen is */
  get #pixel() {
    return this.size.width / this.sheet.getBoundingClientRect().width;
  }

  /** @param {PointerEvent} event @returns {Point} */
  #spot(event) {
    const moved = this.sheet.getScreenCTM()?.inverse();
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(moved);
    return this.#within({ x, y });
  }

  /** @param {Point} spot */
  #within({ x, y }) {
    return { x: Math.min(Math.max(x, 0), this.size.width), y: Math.min(Math.max(y, 0), this.size.height) };
  }

  /** @param {PointerEvent} event */
  #press(event) {
    if (event.button !== 0) return;
    const spot = this.#spot(event);
    const reach = GRAB_PX * this.#pixel;
    const held = this.#corners.findIndex((each) => Math.hypot(each.x - spot.x, each.y - spot.y) <= reach);
    this.sheet.setPointerCapture(event.pointerId);
    if (held >= 0) this.#dragged = held;
  }

  /** @param {PointerEvent} event */
  #drag(event) {
    const at = this.#dragged;
    if (at === null) return;
    const spot = this.#snapped(this.#spot(event));
    this.#set(this.#corners.map((each, index) => (index === at ? spot : each)));
  }

  /** @param {PointerEvent} event */
  #lift(event) {
    if (this.#dragged === null && event.button === 0) this.#add(this.#spot(event));
    this.#dragged = null;
  }

  /** @param {Point} spot */
  #snapped(spot) {
    return snap(spot, this.rings, REACH_PX * this.#pixel);
  }

  /** @param {Point} spot */
  #add(spot) {
    this.#set([...this.#corners, this.#snapped(spot)]);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const ways = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
    const way = ways[/** @type {keyof typeof ways} */ (event.key)];
    if (way) {
      const step = event.shiftKey ? FINE_STEP_M : STEP_M;
      this.#cross = this.#within({ x: this.#cross.x + way[0] * step, y: this.#cross.y + way[1] * step });
      this.#draw();
    } else if (event.key === "Enter" || event.key === " ") this.#add(this.#cross);
    else if (event.key === "Backspace") this.#set(this.#corners.slice(0, -1));
    else return;
    event.preventDefault();
  }

  #draw() {
    const points = this.#corners.map(({ x, y }) => `${x},${y}`).join(" ");
    const { root } = this;
    const shape = this.#corners.length > 2 ? "polygon" : "polyline";
    const radius = String(5 * this.#pixel);
    const marks = this.#corners.map(({ x, y }) => svg("circle", { class: "pad-corner", cx: String(x), cy: String(y), r: radius }));
    this.drawn.replaceChildren(svg(shape, { class: "drawn-footprint", points }), ...marks, ...this.#crossLines());
    this.told.textContent = this.#sentence();
    for (const name of ["undo", "clear"]) need(`[data-${name}]`, root).toggleAttribute("disabled", !this.#corners.length);
  }

  /** @returns {SVGElement[]} only while keys go to the sheet */
  #crossLines() {
    if (!this.sheet.matches(":focus-visible")) return [];
    const { x, y } = this.#cross;
    const arm = 12 * this.#pixel;
    return [svg("path", { class: "pad-cross", d: `M${x - arm} ${y} h${2 * arm} M${x} ${y - arm} v${2 * arm}` })];
  }

  #sentence() {
    const n = this.#corners.length;
    if (!n) return this.say("none");
    if (n < 3) return this.say("some", { n });
    if (ringCrosses(this.#corners)) return this.say("crossed");
    return this.say("area", { n, area: ringArea(this.#corners) });
  }
}

/** @param {Element | null} path of straight lines @returns {Point[][]} */
function ringsOf(path) {
  const drawn = path?.getAttribute("d") ?? "";
  return drawn
    .split("M")
    .filter(Boolean)
    .map((ring) => {
      const numbers = (ring.match(/-?[\d.]+/g) ?? []).map(Number);
      const points = [];
      for (let at = 0; at + 1 < numbers.length; at += 2) points.push({ x: numbers[at], y: numbers[at + 1] });
      return points.slice(0, -1);
    });
}
