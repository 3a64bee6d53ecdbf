// Lengths and areas against GeographicLib's own (pyproj.Geod, WGS 84).
import assert from "node:assert/strict";
import { test } from "node:test";
import { area_m2, crossesItself, distance_m, length_m } from "../../static/js/lib/geodesy.js";

const spots = (pairs) => pairs.map(([lon, lat]) => ({ lon, lat }));
const LENGTHS = [
  [[[51.4, 35.7], [51.41, 35.71]], 1431.8040540280851],
  [[[51.4, 35.7], [51.4, 35.7009]], 99.85811175079036],
  [[[51.4, 35.7], [51.4000001, 35.7]], 0.009050393975615044],
  [[[-71.1, 42.37], [-71.05, 42.36]], 4265.939023609901],
  [[[25.0, 60.0], [25.3, 60.2]], 27839.856491407296],
  [[[0, 0], [0.5, 0]], 55659.74539663678],
  [[[51.4, 35.7], [52.9, 33.8]], 251569.67822110138],
];
const AREAS = [
  [[[51.4, 35.7], [51.401, 35.7], [51.401, 35.701], [51.4, 35.701]], 10041.662308871746, 402.9136642033997],
  [[[51.4, 35.7], [51.43, 35.69], [51.44, 35.73], [51.41, 35.75], [51.39, 35.72]], 18573027.16716051, 17153.298316585362],
  [[[-71.1, 42.37], [-71.05, 42.36], [-71.06, 42.4]], 8691951.120251656, 13470.497836552746],
  [[[25.0, 60.0], [25.3, 60.0], [25.2, 60.2]], 186436432.99302673, 64612.880896025556],
];

test("a length is the geodesic's, to a millimetre", () => {
  for (const [pair, wanted] of LENGTHS) {
    const [from, to] = spots(pair);
    assert.ok(Math.abs(distance_m(from, to) - wanted) < 0.001, `${pair}: ${distance_m(from, to)} for ${wanted}`);
    assert.ok(Math.abs(distance_m(to, from) - wanted) < 0.001);
  }
});

test("no way at all has no length, and nothing goes on for ever", () => {
  assert.equal(distance_m({ lon: 51.4, lat: 35.7 }, { lon: 51.4, lat: 35.7 }), 0);
  assert.ok(Number.isFinite(distance_m({ lon: 0, lat: 0 }, { lon: 179.9, lat: 0.1 })));
  assert.equal(length_m([]), 0);
});

test("an area is the ground's: to millionths for a whole district, not the web map's, which is half as much again", () => {
  for (const [ring, wanted, around] of AREAS) {
    const found = area_m2(spots(ring));
    assert.ok(Math.abs(found / wanted - 1) < 3e-6, `${found} for ${wanted}`);
    assert.ok(Math.abs(area_m2(spots([...ring].reverse())) - found) < 1e-6 * found);
    assert.ok(Math.abs(length_m(spots(ring), true) - around) < 0.01);
  }
});

test("less than three spots enclose nothing", () => {
  assert.equal(area_m2([]), 0);
  assert.equal(area_m2(spots([[51.4, 35.7], [51.5, 35.8]])), 0);
});

test("a ring whose sides cross is told from one whose do not", () => {
  assert.equal(crossesItself(spots([[0, 0], [1, 0], [1, 1], [0, 1]])), false);
  assert.equal(crossesItself(spots([[0, 0], [1, 1], [1, 0], [0, 1]])), true);
  assert.equal(crossesItself(spots([[0, 0], [2, 0], [1, 1]])), false);
  assert.equal(crossesItself(spots([[0, 0], [2, 0], [2, 2], [1, -1], [0, 2]])), true);
});
