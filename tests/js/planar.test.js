// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { ringArea, ringCrosses, snap } from "../../static/js/lib/planar.js";

const square = [
  { x: 0, y: 0 },
  { x: 10, y: 0 },
  { x: 10, y: 8 },
  { x: 0, y: 8 },
];

test("an area is the same whichever way round and wherever one begins", () => {
  assert.equal(ringArea(square), 80);
  assert.equal(ringArea([...square].reverse()), 80);
  assert.equal(ringArea([...square.slice(2), ...square.slice(0, 2)]), 80);
});

test("sides that cross are told, those that only meet at a corner are not", () => {
  assert.equal(ringCrosses(square), false);
  assert.equal(ringCrosses(square.slice(0, 3)), false);
  const bow = [square[0], square[2], square[1], square[3]];
  assert.equal(ringCrosses(bow), true);
});

test("a finger near a corner means the corner, near a side the side, elsewhere where it is", () => {
  assert.deepEqual(snap({ x: 9.4, y: 0.3 }, [square], 1), { x: 10, y: 0 });
  assert.deepEqual(snap({ x: 5, y: 0.6 }, [square], 1), { x: 5, y: 0 });
  assert.deepEqual(snap({ x: 5, y: 4 }, [square], 1), { x: 5, y: 4 });
});

test("without rings nothing pulls", () => {
  assert.deepEqual(snap({ x: 1, y: 1 }, [], 5), { x: 1, y: 1 });
});
