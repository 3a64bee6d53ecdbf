// @ts-check
/** The card of the tool at work. Tools are fetched when first asked for: most readers never measure anything. */

import { element, need, prefersNarrow } from "../lib/dom.js";

/** @typedef {import("../state.js").Tool} Tool */
/** @typedef {(map: import("leaflet").Map, state: import("../state.js").State, page: Page, body: HTMLElement) => () => void} Install */

const fetchTools = () => import("./tools/index.js");
const NAMES = /** @type {const} */ ({ measure: "measure", select: "select", saved: "saved", "in-view": "inView" });

/**
 * @param {import("leaflet").Map} map
 * @param {import("../state.js").State} state
 * @param {Page} page
 */
export function install(map, state, page) {
  const card = new ToolCard(map, state, page);
  const stop = new AbortController();
  const { signal } = stop;
  document.addEventListener("click", (event) => click(event, state), { signal });
  // Before the place panel hears it: one Escape closes one paper.
  document.addEventListener("keydown", (event) => escape(event, state), { signal, capture: true });
  const offTool = state.on(["tool"], () => void card.follow());
  const offPlace = state.on(["place"], ({ place, tool }) => {
    // On a phone there is room for one paper.
    if (place && tool && prefersNarrow()) state.set({ tool: null });
  });
  const offShapes = drawSelection(map, state);
  const offCompare = state.on(["selection", "on"], () => linkComparison(state));
  linkComparison(state);
  // Somebody was sent several parcels: they are listed, but the reader's place on the page is not taken from them.
  if (state.now.selection.length) {
    card.isQuiet = true;
    state.set({ tool: "select" });
  }
  return () => {
    stop.abort();
    card.leave();
    offTool();
    offPlace();
    offShapes();
    offCompare();
  };
}

/** @param {import("../state.js").State} state */
function linkComparison({ now: { selection, on } }) {
  const query = new URLSearchParams([...selection.map((number) => ["parcel", number]), ...(on ? [["on", on]] : [])]);
  need("#tools [data-compare]").setAttribute("href", `/compare?${query}`);
}

class ToolCard {
  /** @type {(() => void) | null} */
  #uninstall = null;
  /** @type {Tool | null} */
  #shown = null;
  /** Whether the next card opens by itself, not by the reader's hand. */
  isQuiet = false;

  /** @param {import("leaflet").Map} map @param {import("../state.js").State} state @param {Page} page */
  constructor(map, state, page) {
    this.map = map;
    this.state = state;
    this.page = page;
    this.card = need("#tool");
    this.body = need("#tool-body");
    // The zoom buttons stand on the card, however high it is.
    this.height = new ResizeObserver(() => document.body.style.setProperty("--tool-height", `${this.card.offsetHeight}px`));
    this.height.observe(this.card);
  }

  async follow() {
    const { tool } = this.state.now;
    const before = this.#shown;
    this.#shown = tool;
    this.#clear();
    document.body.classList.toggle("has-tool", tool !== null);
    if (tool) document.body.dataset.tool = tool;
    else delete document.body.dataset.tool;
    if (!tool) return this.#close(before);
    need("#tool-title").textContent = need(`#tools [data-tool="${tool}"] span`).textContent;
    this.card.hidden = false;
    if (!this.isQuiet) need("#tool-title").focus({ preventScroll: true });
    this.isQuiet = false;
    await this.#fetch(tool);
    return undefined;
  }

  /** @param {Tool} tool */
  async #fetch(tool) {
    try {
      const tools = await fetchTools();
      if (this.state.now.tool === tool && !this.#uninstall) this.#uninstall = tools[NAMES[tool]](this.map, this.state, this.page, this.body);
    } catch {
      const words = this.page.say("tool.failed");
      this.body.replaceChildren(element("p", { class: "no-data" }, words));
      this.state.set({ saying: words });
    }
  }

  leave() {
    this.height.disconnect();
    this.#clear();
  }

  #clear() {
    this.#uninstall?.();
    this.#uninstall = null;
    this.body.replaceChildren();
  }

  /** @param {Tool | null} before */
  #close(before) {
    const focusWithin = this.card.contains(document.activeElement);
    this.card.hidden = true;
    if (focusWithin) need('button[data-popover="tools"]').focus({ preventScroll: true });
    if (before) this.state.set({ saying: this.page.say("tool.closed") });
  }
}

/** @param {Event} event @param {import("../state.js").State} state */
function click(event, state) {
  const target = event.target instanceof Element ? event.target : null;
  const opener = target?.closest("[data-tool]:not(body)");
  const added = target?.closest("[data-select]")?.getAttribute("data-select");
  if (opener) {
    event.preventDefault();
    state.set({ popover: null, tool: /** @type {Tool} */ (opener.getAttribute("data-tool")) });
  } else if (added) {
    event.preventDefault();
    const selection = [...new Set([...state.now.selection, added])];
    // On a phone the list of those chosen takes the place's room.
    state.set({ selection, tool: "select" });
  } else if (target?.closest("#tool [data-close]")) state.set({ tool: null });
}

/** @param {KeyboardEvent} event @param {import("../state.js").State} state */
function escape(event, state) {
  const { tool, popover } = state.now;
  if (event.key !== "Escape" || !tool || popover || event.defaultPrevented) return;
  const within = event.target instanceof Element ? event.target : null;
  // The search field empties itself by Escape; a place opened beside the tool closes by its own.
  if (within?.closest("#search, #sheet")) return;
  event.preventDefault();
  event.stopPropagation();
  state.set({ tool: null });
}

/** The outlines of chosen parcels stay on the map when their list is put away. @type {(map: import("leaflet").Map, state: import("../state.js").State) => () => void} */
function drawSelection(map, state) {
  /** @type {(() => void) | null} */
  let uninstall = null;
  const begin = async () => {
    if (!state.now.selection.length) return;
    off();
    uninstall = (await fetchTools()).shapes(map, state);
  };
  const off = state.on(["selection"], () => void begin());
  void begin();
  return () => {
    off();
    uninstall?.();
  };
}
