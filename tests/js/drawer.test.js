// The drawer of what a device keeps: what is on its way while all is being removed does not come after it.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Drawer } from "../../static/js/offline/drawer.js";

/** A browser's caches, whose every answer comes a turn of the event loop later. */
class Caches {
  /** @type {Map<string, Map<string, Response>>} */
  held = new Map();

  async has(/** @type {string} */ name) {
    await later();
    return this.held.has(name);
  }

  async delete(/** @type {string} */ name) {
    await later();
    return this.held.delete(name);
  }

  async match(/** @type {string} */ url, /** @type {{cacheName: string}} */ { cacheName }) {
    await later();
    return this.held.get(cacheName)?.get(url)?.clone();
  }

  async open(/** @type {string} */ name) {
    await later();
    if (!this.held.has(name)) this.held.set(name, new Map());
    const cache = /** @type {Map<string, Response>} */ (this.held.get(name));
    return {
      match: async (/** @type {string} */ url) => (await later(), cache.get(url)?.clone()),
      put: async (/** @type {string} */ url, /** @type {Response} */ answer) => (await later(), void cache.set(url, answer)),
      delete: async (/** @type {string} */ url) => (await later(), cache.delete(url)),
      keys: async () => (await later(), [...cache.keys()].map((url) => ({ url: `https://city.example${url}` }))),
    };
  }
}

const later = () => new Promise((done) => setImmediate(done));
let caches = new Caches();
beforeEach(() => {
  caches = new Caches();
  Object.assign(globalThis, { caches });
});

const drawer = () => new Drawer("seen", { count: 10, bytes: 1000 });
const left = () => [...caches.held].flatMap(([name, held]) => [...held.keys()].map((url) => `${name} ${url}`));

test("what is put away is found, by the next worker too", async () => {
  await drawer().put("parcel", "/parcels/1", new Response("one"));
  assert.equal(await (await drawer().get("parcel"))?.text(), "one");
});

test("looking for something makes no drawer", async () => {
  assert.equal(await drawer().get("parcel"), undefined);
  assert.deepEqual([...caches.held.keys()], ["seen-ledgers"]);
});

for (const turns of [0, 1, 2, 3, 4, 5, 6, 7, 8]) {
  test(`all is removed ${turns} turns after something began to be put away`, async () => {
    const seen = drawer();
    const putting = seen.put("parcel", "/parcels/1", new Response("one"));
    for (let turn = 0; turn < turns; turn += 1) await later();
    await seen.forget();
    assert.deepEqual(left(), []);
    await putting;
    assert.deepEqual(left().filter((each) => !each.startsWith("seen-ledgers")), []);
    assert.equal(await seen.get("parcel"), undefined);
  });
}

test("an answer asked for before all was removed is not put away after it", async () => {
  const seen = drawer();
  const { turn } = seen;
  await seen.forget();
  await seen.put("parcel", "/parcels/1", new Response("one"), turn);
  assert.equal(await seen.get("parcel"), undefined);
  await seen.put("parcel", "/parcels/1", new Response("one"));
  assert.equal(await (await seen.get("parcel"))?.text(), "one");
});
