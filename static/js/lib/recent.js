// @ts-check
/** What was searched for on this device: kept here and nowhere else, newest first, off when storage is refused. */

const KEY = "searches";
const MOST = 8;
const LONGEST = 200;

/** @returns {Storage | null} the device's storage, or null where the browser refuses it (a setting, a private window) */
export function deviceStorage() {
  try {
    localStorage.setItem(`${KEY}-try`, "1");
    localStorage.removeItem(`${KEY}-try`);
    return localStorage;
  } catch {
    return null;
  }
}

export class RecentSearches {
  /** @param {Pick<Storage, "getItem" | "setItem" | "removeItem"> | null} storage */
  constructor(storage) {
    this.storage = storage;
  }

  /** @returns {string[]} newest first; whatever else stands under the key is no list of ours */
  list() {
    try {
      const kept = JSON.parse(this.storage?.getItem(KEY) ?? "[]");
      return Array.isArray(kept) ? kept.filter((each) => typeof each === "string" && each).slice(0, MOST) : [];
    } catch {
      return [];
    }
  }

  /** @param {string} query what was searched for, to the top of the list, once */
  add(query) {
    const words = query.trim().slice(0, LONGEST);
    if (words) this.#keep([words, ...this.list().filter((each) => each !== words)].slice(0, MOST));
  }

  /** @param {string} query */
  remove(query) {
    this.#keep(this.list().filter((each) => each !== query));
  }

  clear() {
    this.#keep([]);
  }

  /** @param {string[]} queries */
  #keep(queries) {
    try {
      if (queries.length) this.storage?.setItem(KEY, JSON.stringify(queries));
      else this.storage?.removeItem(KEY);
    } catch {
      // Full, or refused since: then nothing is remembered, which is what a refusal asks for.
    }
  }
}
