// The appearance switch goes round: as the machine says, light, dark.
import assert from "node:assert/strict";
import { test } from "node:test";
import { nextAppearance } from "../../static/js/lib/appearance.js";

test("each press is the next of three, and the third leads back", () => {
  assert.equal(nextAppearance("auto"), "light");
  assert.equal(nextAppearance("light"), "dark");
  assert.equal(nextAppearance("dark"), "auto");
});
