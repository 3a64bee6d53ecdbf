// Where names and bars are put: along what is straight enough, in the middle of what is wide enough, of a round length.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { encodePath } from "../../static/js/api.js";
import { scaleBar } from "../../static/js/lib/scale.js";
import { chains, joinLines } from "../../static/js/map/join-lines.js";
import { nameSpot, ringCentre } from "../../static/js/map/labels.js";
import { straightStretches } from "../../static/js/map/line-labels.js";

const FAR = 11_000_000; // a city's pixels at zoom 17

test("a straight line bears its name in the middle", () => {
  const [only, ...more] = straightStretches([{ x: FAR, y: FAR }, { x: FAR + 300, y: FAR }], 100, 340);
  assert.equal(more.length, 0);
  assert.ok(Math.abs(only.middle.x - (FAR + 150)) < 15, String(only.middle.x - FAR));
  assert.equal(only.middle.y, FAR);
});

test("a long line bears it again, and never closer than asked", () => {
  const found = straightStretches([{ x: 0, y: 0 }, { x: 2000, y: 0 }], 100, 340);
  assert.ok(found.length >= 4);
  const places = found.map(({ middle }) => middle.x).sort((a, b) => a - b);
  for (let at = 1; at < places.length; at += 1) assert.ok(places[at] - places[at - 1] >= 340);
});

test("a gentle bow bears it, a tight bend does not, a short line neither", () => {
  const arc = (radius, degrees) =>
    Array.from({ length: 30 }, (_, at) => {
      const angle = ((degrees * at) / 29) * (Math.PI / 180);
      return { x: FAR + radius * Math.cos(angle), y: FAR + radius * Math.sin(angle) };
    });
  assert.ok(straightStretches(arc(600, 40), 100, 340).length > 0);
  assert.equal(straightStretches(arc(60, 170), 100, 340).length, 0);
  assert.equal(straightStretches([{ x: 0, y: 0 }, { x: 90, y: 0 }], 100, 340).length, 0);
  assert.deepEqual(straightStretches([{ x: 0, y: 0 }], 10, 340), []);
});

test("the centre of a parcel is exact where pixels have eight figures", () => {
  const square = [[0, 0], [20, 0], [20, 10], [0, 10], [0, 0]].map(([x, y]) => ({ x: FAR + x, y: FAR + y }));
  assert.deepEqual(ringCentre(square), { x: FAR + 10, y: FAR + 5, area: 200 });
});

test("a bow bears its name on itself and not in its bay", () => {
  // A U of 40 by 100 whose arms are 10 and 12 wide.
  const bow = [[0, 0], [10, 0], [10, 90], [28, 90], [28, 0], [40, 0], [40, 100], [0, 100], [0, 0]].map(([x, y]) => ({ x: FAR + x, y: FAR + y }));
  const spot = nameSpot(bow);
  assert.ok(spot.x > FAR + 28 && spot.x < FAR + 40, String(spot.x - FAR));
  assert.equal(Math.round(spot.width), 12);
  const square = [[0, 0], [20, 0], [20, 10], [0, 10], [0, 0]].map(([x, y]) => ({ x: FAR + x, y: FAR + y }));
  assert.deepEqual(nameSpot(square), { x: FAR + 10, y: FAR + 5, area: 200, width: 20 });
});

const line = (...spots) => spots.map(([x, y]) => ({ x, y }));

test("pieces of a street become one line, whichever way each was drawn", () => {
  const [whole, ...more] = chains([line([10, 0], [20, 0]), line([10, 0], [0, 0]), line([20, 0], [30, 5])]);
  assert.equal(more.length, 0);
  const way = whole.map(({ x }) => x);
  assert.deepEqual(way[0] ? [...way].reverse() : way, [0, 10, 20, 30]);
});

test("where three meet the straight way goes on, and every piece stays once", () => {
  const found = chains([line([0, 0], [10, 0]), line([10, 0], [10, 10]), line([10, 0], [20, 1])]);
  assert.deepEqual(found.map((each) => each.length).sort(), [2, 3]);
  const long = found.find((each) => each.length === 3);
  assert.deepEqual(new Set(long.map(({ x }) => x)), new Set([0, 10, 20]));
});

test("a ring ends where it began, and what is a point is no line", () => {
  const [ring] = chains([line([0, 0], [5, 0]), line([5, 0], [5, 5]), line([5, 5], [0, 0]), line([9, 9])]);
  assert.equal(ring.length, 4);
});

test("only lines of one name and class are joined", () => {
  const feature = (name, from, to, geomType = 2) => ({
    props: { name, class: "local" }, geomType, geom: [line(from, to)], numVertices: 2,
    bbox: { minX: from[0], minY: from[1], maxX: to[0], maxY: to[1] },
  });
  const found = joinLines([feature("A", [0, 0], [1, 0]), feature("B", [1, 0], [2, 0]), feature("A", [1, 0], [5, 0]), feature("A", [5, 0], [6, 0], 1)], ["name", "class"]);
  assert.deepEqual(found.map((each) => [each.props.name, each.geom.length, each.numVertices]), [["A", 1, 3], ["B", 1, 2]]);
  assert.deepEqual(found[0].bbox, { minX: 0, minY: 0, maxX: 5, maxY: 0 });
});

test("a ring without area is its first point", () => {
  assert.deepEqual(ringCentre([{ x: 1, y: 2 }, { x: 3, y: 2 }, { x: 1, y: 2 }]), { x: 1, y: 2, area: 0 });
});

for (const [longest_m, length_m] of [[123, 100], [99, 50], [7, 5], [4999, 2000], [1000, 1000], [0.9, 0.5]]) {
  test(`the scale bar of ${longest_m} m is ${length_m} m`, () => {
    const found = scaleBar(longest_m);
    assert.equal(Math.round(found.length_m * 10) / 10, length_m);
    assert.ok(found.share <= 1);
  });
}

test("a number's slashes are part of its address, all else is quoted", () => {
  assert.equal(encodePath("12/3 ?#4"), "12/3%20%3F%234");
});

test("every colour of the style is told for light and for dark", async () => {
  const style = JSON.parse(await readFile(new URL("../../layers/style.json", import.meta.url), "utf8"));
  const pairs = [
    ...Object.values(style.base),
    ...[style.land_use, style.zone_groups, style.zone_unsorted, style.domains].flatMap((each) => Object.values(each).map(({ colour }) => colour)),
    ...Object.values(style.layers).flatMap(({ colour }) => (colour ? [colour] : [])),
  ];
  for (const pair of pairs) {
    assert.equal(pair.length, 2);
    for (const colour of pair) assert.match(colour, /^#[0-9a-f]{6}$/);
  }
});

test("the hues of zones are legible as words on paper, by day and by night", async () => {
  const style = JSON.parse(await readFile(new URL("../../layers/style.json", import.meta.url), "utf8"));
  const light = (colour) => {
    const [red, green, blue] = [1, 3, 5].map((at) => {
      const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  for (const pair of Object.values({ ...style.zone_unsorted, ...style.zone_groups }).map(({ colour }) => colour)) {
    for (const [at, colour] of pair.entries()) {
      const [low, high] = [light(colour), light(style.base.halo[at])].sort((a, b) => a - b);
      assert.ok((high + 0.05) / (low + 0.05) >= 4.5, `${colour} on ${style.base.halo[at]}`);
    }
  }
});

test("land uses of one lightness and one family are told apart by their marks", async () => {
  const style = JSON.parse(await readFile(new URL("../../layers/style.json", import.meta.url), "utf8"));
  const uses = Object.entries(style.land_use);
  // Rec. 709 luma, and the axis that deuteranopes keep: blue against yellow.
  const seen = ([red, green, blue]) => [0.2126 * red + 0.7152 * green + 0.0722 * blue, blue - (red + green) / 2];
  const light = ({ colour }) => seen([1, 3, 5].map((at) => Number.parseInt(colour[0].slice(at, at + 2), 16)));
  for (const [at, [one, a]] of uses.entries()) {
    for (const [other, b] of uses.slice(at + 1)) {
      const [dl, db] = light(a).map((value, index) => value - light(b)[index]);
      const apart = Math.hypot(dl, db) >= 12 || a.texture !== b.texture;
      assert.ok(apart, `${one} and ${other} look the same without red and green`);
    }
  }
});
