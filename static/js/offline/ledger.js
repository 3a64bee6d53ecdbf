// @ts-check
/** What is kept in one drawer, the longest unused first; what must go so that it does not overflow. */

/** @typedef {{url: string, bytes: number}} Held */

export class Ledger {
  /** @type {Map<string, Held>} by name; a newer one under the same name takes the place of the older */
  #held = new Map();
  #bytes = 0;

  /** @param {{count: number, bytes: number}} most @param {[string, Held][]} [before] as `entries` told them */
  constructor(most, before = []) {
    this.most = most;
    for (const [name, { url, bytes }] of before) this.#set(name, { url, bytes });
  }

  /** @param {string} name @param {Held} held @returns {string[]} the addresses to drop */
  note(name, held) {
    const former = this.#held.get(name);
    this.#set(name, held);
    const dropped = former && former.url !== held.url ? [former.url] : [];
    for (const [oldest, { url }] of this.#held) {
      if (this.#held.size <= this.most.count && this.#bytes <= this.most.bytes) break;
      this.#remove(oldest);
      dropped.push(url);
    }
    return dropped;
  }

  /** It was used just now. @param {string} name */
  touch(name) {
    const held = this.#held.get(name);
    if (held) this.#set(name, held);
  }

  /** @param {string} name @returns {string | undefined} the address under which it is kept */
  find(name) {
    return this.#held.get(name)?.url;
  }

  /** @returns {[string, Held][]} */
  entries() {
    return [...this.#held];
  }

  /** @param {string} name @param {Held} held */
  #set(name, held) {
    this.#remove(name);
    this.#held.set(name, held);
    this.#bytes += held.bytes;
  }

  /** @param {string} name */
  #remove(name) {
    this.#bytes -= this.#held.get(name)?.bytes ?? 0;
    this.#held.delete(name);
  }
}
