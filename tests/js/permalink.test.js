// What is seen survives the address bar, and an address typed wrong harms nothing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readSeen, writeSeen } from "../../static/js/lib/permalink.js";

const DEFAULTS = ["land_use"];
const SEEN = {
  view: { z: 17, lat: 35.7, lon: 51.4 },
  layers: ["land_use", "bus_stops"],
  on: "2027-03-21",
  place: { number: "2-15/34 8" },
  selection: ["2-15/34 8", "a,b&c=d", "۱-۲"],
};

test("what was written is what is read", () => {
  assert.deepEqual(readSeen(writeSeen(SEEN, DEFAULTS), DEFAULTS), SEEN);
});

test("a spot without a number is kept to a tenth of a metre", () => {
  const read = readSeen(writeSeen({ ...SEEN, place: { lon: 51.1234567, lat: 35.7654321 } }, DEFAULTS), DEFAULTS);
  assert.deepEqual(read.place, { lon: 51.123457, lat: 35.765432 });
});

test("what nobody chose is not written", () => {
  assert.equal(writeSeen({ view: null, layers: ["land_use"], on: null, place: null, selection: [] }, DEFAULTS), "");
});

test("no layer at all is a choice too", () => {
  const query = writeSeen({ view: null, layers: [], on: null, place: null, selection: [] }, DEFAULTS);
  assert.deepEqual(readSeen(query, DEFAULTS).layers, []);
});

for (const query of ["?z=a&lat=1&lon=2", "?z=17&lat=91&lon=2", "?z=17&lat=NaN&lon=2", "?z=17&lat=&lon=", "?z=17", "?lat=Infinity&lon=1&z=3"]) {
  test(`no view is read from ${query}`, () => assert.equal(readSeen(query, DEFAULTS).view, null));
}

test("what is mistyped is as if it were not there", () => {
  assert.equal(readSeen("?on=2026-13-45", DEFAULTS).on, null);
  const read = readSeen("?layers=bus_stops,<b>,bus_stops&on=tomorrow&at=51&parcel=%20", DEFAULTS);
  assert.deepEqual(read, { view: null, layers: ["bus_stops"], on: null, place: null, selection: [] });
});

test("parcels chosen are read once each, and no more than are added up", () => {
  assert.deepEqual(readSeen("?sel=1-1-1&sel=%20&sel=1-1-2&sel=1-1-1", DEFAULTS).selection, ["1-1-1", "1-1-2"]);
  const many = Array.from({ length: 60 }, (_each, n) => `sel=${n}`).join("&");
  assert.equal(readSeen(`?${many}`, DEFAULTS).selection.length, 50);
});
