// @ts-check
/** A cache of the browser with its ledger: bounded, and still so after the worker was put to sleep in between. */

import { Ledger } from "./ledger.js";
import { KEPT_AT } from "./rules.js";

const LEDGERS = "seen-ledgers";
const SAVE_MS = 400;

export class Drawer {
  /** @type {Promise<Ledger> | null} */
  #ledger = null;
  /** @type {Promise<void> | null} */
  #saving = null;
  /** Changes are made one after the other: what is put away while all is being removed would outlive that. */
  #last = Promise.resolve();
  /** How often all was removed. What somebody asked for before that is not put away after it. */
  turn = 0;

  /** @param {string} name @param {{count: number, bytes: number}} most */
  constructor(name, most) {
    this.name = name;
    this.most = most;
  }

  /** @param {string} name @param {string} url @param {Response} answer its body is read here @param {number} [turn] in which it was asked for */
  async put(name, url, answer, turn = this.turn) {
    const body = await answer.blob();
    const headers = new Headers(answer.headers);
    for (const each of ["Content-Encoding", "Content-Length", "Set-Cookie"]) headers.delete(each);
    headers.set(KEPT_AT, new Date().toISOString());
    await this.#change(async () => {
      if (turn !== this.turn) return;
      const ledger = await this.#open();
      const cache = await caches.open(this.name);
      await cache.put(url, new Response(body, { headers }));
      for (const each of ledger.note(name, { url, bytes: body.size })) await cache.delete(each);
    });
    await this.#save();
  }

  /** @param {string} name @param {string} [url] this very address only @returns {Promise<Response | undefined>} */
  async get(name, url) {
    const ledger = await this.#open();
    const held = ledger.find(name);
    if (!held || (url !== undefined && url !== held)) return undefined;
    ledger.touch(name);
    // Not by opening it, which would make it anew where it was removed.
    return caches.match(held, { cacheName: this.name });
  }

  async forget() {
    this.turn += 1;
    await this.#change(async () => {
      this.#ledger = null;
      await caches.delete(this.name);
      await (await caches.open(LEDGERS)).delete(`/${this.name}`);
    });
  }

  /** @param {() => Promise<void>} make @returns {Promise<void>} made, once those before it are */
  #change(make) {
    this.#last = this.#last.then(make, make);
    return this.#last;
  }

  #open() {
    this.#ledger ??= this.#read();
    return this.#ledger;
  }

  async #read() {
    const told = await (await caches.open(LEDGERS)).match(`/${this.name}`);
    const before = told ? await told.json() : [];
    const known = new Set(before.map((/** @type {[string, {url: string}]} */ [, { url }]) => url));
    // What was put away just before the worker was stopped and is in no ledger would stay for ever.
    const cache = (await caches.has(this.name)) ? await caches.open(this.name) : null;
    for (const { url } of (await cache?.keys()) ?? []) {
      const { pathname, search } = new URL(url);
      if (!known.has(pathname + search)) await cache?.delete(url);
    }
    return new Ledger(this.most, before);
  }

  #save() {
    this.#saving ??= new Promise((done) => setTimeout(done, SAVE_MS)).then(() => {
      this.#saving = null;
      return this.#change(() => this.#write());
    });
    return this.#saving;
  }

  async #write() {
    const ledger = await this.#ledger;
    if (ledger) await (await caches.open(LEDGERS)).put(`/${this.name}`, Response.json(ledger.entries()));
  }
}
