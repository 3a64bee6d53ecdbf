// The server's list is asked for what the map shows, and for what lies on the globe.
import assert from "node:assert/strict";
import { test } from "node:test";
import { windowQuery } from "../../static/js/lib/window-query.js";

const BOX = { west: 51.4, south: 35.7, east: 51.5, north: 35.8 };
const SEEN = { view: null, layers: ["land_use", "clinics"], on: null, place: null, selection: [] };

test("the box, the layers and the day", () => {
  const query = windowQuery(BOX, { ...SEEN, on: "2027-03-21" });
  assert.equal(query.toString(), new URLSearchParams({ bbox: "51.400000,35.700000,51.500000,35.800000", layers: "land_use,clinics", on: "2027-03-21" }).toString());
});

test("ways are told from what is chosen", () => {
  assert.equal(windowQuery(BOX, { ...SEEN, place: { number: "1/2" } }).get("parcel"), "1/2");
  assert.equal(windowQuery(BOX, { ...SEEN, place: { lon: 51.4, lat: 35.75 } }).get("at"), "51.400000,35.750000");
});

test("a map drawn past the edge of the world asks for the world", () => {
  assert.equal(windowQuery({ west: -300, south: -95, east: 300, north: 95 }, SEEN).get("bbox"), "-180.000000,-90.000000,180.000000,90.000000");
});
