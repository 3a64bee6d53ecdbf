// Those who listen are told when something really changed, and only then.
import assert from "node:assert/strict";
import { test } from "node:test";
import { State } from "../../static/js/state.js";

const begin = () => new State({ layers: ["land_use"], on: null, place: null });

test("a listener hears of its own keys", () => {
  const state = begin();
  const heard = [];
  state.on(["on"], (now, changed) => heard.push([now.on, [...changed]]));
  state.set({ layers: ["zoning"] });
  state.set({ on: "2027-01-01" });
  assert.deepEqual(heard, [["2027-01-01", ["on"]]]);
});

test("the same value again is no change, nor is an equal list", () => {
  const state = begin();
  let told = 0;
  state.on(["layers", "place"], () => (told += 1));
  state.set({ layers: ["land_use"], place: null });
  assert.equal(told, 0);
  state.set({ layers: [] });
  assert.equal(told, 1);
});

test("who stopped listening hears nothing, even while being told", () => {
  const state = begin();
  const heard = [];
  const off = state.on(["on"], () => {
    heard.push("first");
    off();
  });
  state.set({ on: "2027-01-01" });
  state.set({ on: "2028-01-01" });
  assert.deepEqual(heard, ["first"]);
});
