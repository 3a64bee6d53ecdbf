// Saved places: what a strange file holds is read with suspicion, and nothing of one's own is lost.
import assert from "node:assert/strict";
import { test } from "node:test";
import { joined, MOST_SAVED, readPlaces, renamed, withPlace, writeFile } from "../../static/js/lib/saved-places.js";

const HOME = { name: "Home", seen: "?z=17&lat=35.70000&lon=51.40000&parcel=1-1-1" };
const WORK = { name: "کار", seen: "?at=51.400000,35.700000" };

test("a file is read as it was written", () => {
  assert.deepEqual(readPlaces(writeFile([HOME, WORK])), [HOME, WORK]);
  assert.deepEqual(readPlaces(JSON.stringify([HOME])), [HOME]);
  assert.deepEqual(readPlaces(null), []);
});

for (const text of ["{", "42", '"a"', "null", '{"places": []}', '{"kind": "other", "places": []}']) {
  test(`no list is read from ${text}`, () => assert.equal(readPlaces(text), null));
}

test("what leads off the map is left out", () => {
  const seens = ["javascript:alert(1)", "//evil.example/", "https://evil.example/?z=1", "/place?lon=1", "?a b", "?a#b", 5, null, "?".padEnd(3000, "x")];
  assert.deepEqual(readPlaces(JSON.stringify([...seens.map((seen) => ({ name: "x", seen })), { seen: "" }, { name: " ", seen: "" }, 7])), []);
});

test("a name is text of one line and one direction", () => {
  const [place] = readPlaces(JSON.stringify([{ name: " a\n\u202eb\u0000 ".padEnd(300, "c"), seen: "" }])) ?? [];
  assert.equal(place.name.length, 120);
  for (const odd of ["\n", "\u0000", "\u202e"]) assert.ok(!place.name.includes(odd));
});

test("the newest comes first, and the same view is kept once", () => {
  const twice = withPlace(withPlace([HOME], WORK), { ...HOME, name: "Home again" });
  assert.deepEqual(twice, [{ ...HOME, name: "Home again" }, WORK]);
  assert.deepEqual(withPlace([HOME], { name: " ", seen: "" }), [HOME]);
});

test("a file's places join the own ones, which stay as they are", () => {
  assert.deepEqual(joined([HOME], [{ ...HOME, name: "theirs" }, WORK]), [HOME, WORK]);
  const many = Array.from({ length: 300 }, (_each, n) => ({ name: `${n}`, seen: `?z=${n}` }));
  assert.equal(joined([HOME], many).length, MOST_SAVED);
});

test("a place is renamed, but never to nothing", () => {
  assert.equal(renamed([HOME, WORK], 1, " Office ")[1].name, "Office");
  assert.deepEqual(renamed([HOME, WORK], 1, "  "), [HOME, WORK]);
});
