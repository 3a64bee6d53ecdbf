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

  /** @param {string} name @param {{count: number, bytes: number}} most */
  constructor(name, most) {
    this.name = name;
    this.most = most;
  }

  /** @param {string} name @param {string} url @param {Response} answer its body is read here */
  async put(name, url, answer) {
    const body = await answer.blob();
    const headers = new Headers(answer.headers);
    for (const each of ["Content-Encoding", "Content-Length", "Set-Cookie"]) headers.delete(each);
    headers.set(KEPT_AT, new Date().toISOString());
    const cache = await caches.open(this.name);
    const ledger = await this.#open();
    await cache.put(url, new Response(body, { headers }));
    for (const each of ledger.note(name, { url, bytes: body.size })) await cache.delete(each);
    await this.#save();
  }

  /** @param {string} name @param {string} [url] this very address only @returns {Promise<Response | undefined>} */
  async get(name, url) {
    const ledger = await this.#open();
    const held = ledger.find(name);
    if (!held || (url !== undefined && url !== held)) return undefined;
    ledger.touch(name);
    return (await caches.open(this.name)).match(held);
  }

  async forget() {
    this.#ledger = null;
    await caches.delete(this.name);
    await (await caches.open(LEDGERS)).delete(`/${this.name}`);
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
    const cache = await caches.open(this.name);
    for (const { url } of await cache.keys()) {
      const { pathname, search } = new URL(url);
      if (!known.has(pathname + search)) await cache.delete(url);
    }
    return new Ledger(this.most, before);
  }

  #save() {
    this.#saving ??= new Promise((done) => setTimeout(done, SAVE_MS)).then(async () => {
      this.#saving = null;
      const ledger = await this.#ledger;
      if (ledger) await (await caches.open(LEDGERS)).put(`/${this.name}`, Response.json(ledger.entries()));
    });
    return this.#saving;
  }
}
