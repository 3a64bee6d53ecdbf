// @ts-check
/** The one place where features meet: what is seen and chosen now, and who is told when it changes. */

/**
 * @typedef {import("./lib/permalink.js").Seen} Seen
 * @typedef {"measure" | "select" | "saved" | "in-view"} Tool
 * @typedef {{words: string, action?: string, act?: () => void, lasts?: boolean}} Notice
 * @typedef {{reference: string | null, count: number}} PermitMark `reference` is null for the mark of several
 * @typedef {Seen & {
 *   popover: string | null,
 *   tool: Tool | null,
 *   rest: "peek" | "half" | "full",
 *   placeAnchor: import("./lib/permalink.js").Spot | null,
 *   placeTold: boolean,
 *   paperShown: number,
 *   fly: {lon: number, lat: number, z: number, bounds?: [number, number, number, number]} | null,
 *   permitAt: ((at: import("leaflet").LatLng) => PermitMark | null) | null,
 *   here: {lon: number, lat: number, radius_m: number} | null,
 *   dark: boolean,
 *   notice: Notice | null,
 *   saying: string,
 *   revisions: Record<string, string>,
 * }} Values
 * @typedef {(values: Values, changed: Set<keyof Values>) => void} Listener
 */

export class State {
  /** @type {Values} */
  #values;
  /** @type {Set<{keys: (keyof Values)[], listener: Listener}>} */
  #listeners = new Set();

  /** @param {Values} initial */
  constructor(initial) {
    this.#values = initial;
  }

  /** @returns {Readonly<Values>} */
  get now() {
    return this.#values;
  }

  /** @param {Partial<Values>} changes; only those told who listen to a key that really changed */
  set(changes) {
    /** @type {Set<keyof Values>} */
    const changed = new Set();
    for (const key of /** @type {(keyof Values)[]} */ (Object.keys(changes))) {
      if (!same(this.#values[key], changes[key])) changed.add(key);
    }
    if (!changed.size) return;
    this.#values = { ...this.#values, ...changes };
    for (const { keys, listener } of [...this.#listeners]) {
      if (keys.some((key) => changed.has(key))) listener(this.#values, changed);
    }
  }

  /**
   * @param {(keyof Values)[]} keys
   * @param {Listener} listener
   * @returns {() => void} stops the telling
   */
  on(keys, listener) {
    const entry = { keys, listener };
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }
}

/** @param {unknown} one @param {unknown} other */
function same(one, other) {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || !one || !other) return false;
  return JSON.stringify(one) === JSON.stringify(other);
}
