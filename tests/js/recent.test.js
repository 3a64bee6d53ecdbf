// Recent searches: once each, newest first, no more than eight, and nothing at all where storage is refused.
import assert from "node:assert/strict";
import { test } from "node:test";
import { RecentSearches, deviceStorage } from "../../static/js/lib/recent.js";

function box(kept = {}) {
  const values = new Map(Object.entries(kept));
  return { values, getItem: (key) => values.get(key) ?? null, setItem: (key, value) => values.set(key, value), removeItem: (key) => values.delete(key) };
}

test("newest first, each once", () => {
  const recent = new RecentSearches(box());
  for (const query of ["شریعتی", "1-1-2", " شریعتی ", "", "  "]) recent.add(query);
  assert.deepEqual(recent.list(), ["شریعتی", "1-1-2"]);
});

test("no more than eight, none longer than a search may be", () => {
  const recent = new RecentSearches(box());
  for (let n = 1; n <= 10; n += 1) recent.add(String(n));
  recent.add("x".repeat(300));
  assert.equal(recent.list().length, 8);
  assert.equal(recent.list()[0].length, 200);
  assert.equal(recent.list()[7], "4");
});

test("one is removed, then all, and nothing stays behind", () => {
  const storage = box();
  const recent = new RecentSearches(storage);
  for (const query of ["a", "b", "c"]) recent.add(query);
  recent.remove("b");
  assert.deepEqual(recent.list(), ["c", "a"]);
  recent.clear();
  assert.deepEqual(recent.list(), []);
  assert.equal(storage.values.size, 0);
});

for (const kept of ["{", "null", '{"a":1}', "[1,null,{}]", '""']) {
  test(`${kept} under the key is no list of ours`, () => assert.deepEqual(new RecentSearches(box({ searches: kept })).list(), []));
}

test("refused storage remembers nothing and breaks nothing", () => {
  const refuse = () => {
    throw new Error("refused");
  };
  for (const storage of [null, { getItem: refuse, setItem: refuse, removeItem: refuse }]) {
    const recent = new RecentSearches(storage);
    recent.add("a");
    recent.remove("a");
    recent.clear();
    assert.deepEqual(recent.list(), []);
  }
});

test("where there is no storage there is none", () => assert.equal(deviceStorage(), null));
