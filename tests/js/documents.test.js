import assert from "node:assert/strict";
import test from "node:test";
import { boxBetween, readBox, readNumber } from "../../static/js/lib/boxes.js";
import { readAnswer } from "../../static/js/lib/uploads.js";

test("a box is drawn from any corner, and never beyond the page", () => {
  const box = { left: 10, top: 20, width: 30, height: 20 };
  assert.deepEqual(boxBetween({ x: 0.1, y: 0.2 }, { x: 0.4, y: 0.4 }), box);
  assert.deepEqual(boxBetween({ x: 0.4, y: 0.4 }, { x: 0.1, y: 0.2 }), box);
  assert.deepEqual(boxBetween({ x: -3, y: 0.5 }, { x: 7, y: 9 }), { left: 0, top: 50, width: 100, height: 50 });
});

test("what was covered stays covered when its numbers are rounded", () => {
  for (const [a, b] of [[0.12345, 0.56789], [0.1999, 0.2101], [0.00001, 0.99999]]) {
    const box = boxBetween({ x: a, y: a }, { x: b, y: b });
    assert.ok(box);
    assert.ok(box.left <= a * 100 && box.left + box.width >= b * 100 - 1e-9);
    assert.ok(box.top <= a * 100 && box.top + box.height >= b * 100 - 1e-9);
  }
});

test("a tap draws nothing", () => {
  assert.equal(boxBetween({ x: 0.5, y: 0.5 }, { x: 0.501, y: 0.9 }), null);
});

test("numbers are read in the digits they are typed in", () => {
  assert.equal(readNumber("۱۲٫۵"), 12.5);
  assert.equal(readNumber("٣"), 3);
  assert.equal(readNumber(" 40 "), 40);
  for (const bad of ["", "x", "-1", "1e3", "NaN"]) assert.ok(Number.isNaN(readNumber(bad)), bad);
});

test("a box that is not whole is not shown, one that sticks out is cut", () => {
  assert.equal(readBox({ left: "10", top: "", width: "5", height: "5" }), null);
  assert.equal(readBox({ left: "10", top: "10", width: "0", height: "5" }), null);
  assert.equal(readBox({ left: "100", top: "10", width: "5", height: "5" }), null);
  assert.deepEqual(readBox({ left: "90", top: "95", width: "50", height: "50" }), { left: 90, top: 95, width: 10, height: 5 });
});

test("an answer tells whether the file was taken, or why not", () => {
  assert.deepEqual(readAnswer(201, "{}"), { isDone: true });
  assert.deepEqual(readAnswer(422, '{"title": "too large"}'), { isDone: false, message: "too large", isLost: false });
  assert.deepEqual(readAnswer(502, "<html>"), { isDone: false, message: "HTTP 502", isLost: false });
});
