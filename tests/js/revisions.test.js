// Which revisions an open map takes over: only newer ones, of the sources it draws.
import assert from "node:assert/strict";
import { test } from "node:test";
import { newest } from "../../static/js/lib/revisions.js";

const known = { base: "9", zoning: "12.20261124" };

for (const [told, wanted] of [
  [{ base: "10" }, { base: "10", zoning: "12.20261124" }],
  [{ base: "9", zoning: "13.20261124" }, { base: "9", zoning: "13.20261124" }],
  [{ zoning: "12.20261125" }, { base: "9", zoning: "12.20261125" }],
]) {
  test(`${JSON.stringify(told)} is newer`, () => assert.deepEqual(newest(known, told), wanted));
}

for (const told of [{}, known, { base: "8" }, { zoning: "11.20261125" }, { zoning: "12.20261123" }, { unseen: "99" }, { base: "" }, { base: "x" }]) {
  test(`${JSON.stringify(told)} is nothing new, and the very same object stays`, () => assert.equal(newest(known, told), known));
}
