// What a device may keep, under which name, and what goes when there is too much of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Ledger } from "../../static/js/offline/ledger.js";
import { articleOf, isFarewell, kindOf, markKept, mayKeep, pageKey, tileCell } from "../../static/js/offline/rules.js";

const at = (/** @type {string} */ path) => new URL(path, "https://city.example");

for (const [path, isNavigation, wanted] of [
  ["/static/app-1.js", false, "file"],
  ["/tiles/parcels/15/1/2.mvt?v=3", false, "tile"],
  ["/tiles/parcels/15/1/2.mvt", false, "none"],
  ["/tiles/revisions.json", false, "none"],
  ["/", true, "page"],
  ["/?z=15&lang=fa", true, "page"],
  ["/parcels/1-1-1", true, "page"],
  ["/parcels/1-1-1?panel=1", false, "page"],
  ["/parcels/1-1-1.geojson", false, "page"],
  ["/place?lon=1&lat=2&panel=1", false, "page"],
  ["/zoning", true, "page"],
  ["/parcels/1-1-1.pdf", true, "elsewhere"],
  ["/parcels/1-1-1.json", false, "none"],
  ["/zoning/amendments/1", true, "elsewhere"],
  ["/account", true, "elsewhere"],
  ["/account/login", true, "elsewhere"],
  ["/people", true, "elsewhere"],
  ["/record", true, "elsewhere"],
  ["/jobs", true, "elsewhere"],
  ["/search.json?q=1", false, "none"],
]) {
  test(`${path} is ${wanted}`, () => assert.equal(kindOf(at(String(path)), Boolean(isNavigation)), wanted));
}

/** @param {Record<string, string>} headers @param {object} more */
const answer = (headers, more = {}) => ({ status: 200, redirected: false, type: "basic", headers: new Headers(headers), ...more });
const FOR_ANYONE = { "Shahrnama-Keep": "anyone", "Cache-Control": "private, no-cache" };
const FOR_GOOD = { "Cache-Control": "public, max-age=31536000, immutable" };

test("a page is kept only when the server says that it is anyone's", () => {
  assert.ok(mayKeep("page", answer(FOR_ANYONE)));
  assert.ok(!mayKeep("page", answer({ "Cache-Control": "private, no-cache" })));
  assert.ok(!mayKeep("page", answer(FOR_GOOD)));
  assert.ok(!mayKeep("page", answer({ ...FOR_ANYONE, "Cache-Control": "no-store" })));
  assert.ok(!mayKeep("elsewhere", answer(FOR_ANYONE)));
  assert.ok(!mayKeep("none", answer(FOR_ANYONE)));
});

test("only a whole, own, undiverted answer is kept", () => {
  for (const more of [{ status: 404 }, { status: 503 }, { redirected: true }, { type: "opaque" }]) assert.ok(!mayKeep("page", answer(FOR_ANYONE, more)));
});

test("a tile is kept when its revision is the present one", () => {
  assert.ok(mayKeep("tile", answer(FOR_GOOD)));
  assert.ok(!mayKeep("tile", answer({ "Cache-Control": "public, max-age=60" })));
  assert.ok(!mayKeep("tile", answer({})));
});

test("a page is named by its language and what the server reads of its address", () => {
  assert.equal(pageKey(at("/?z=15&lat=1&lon=2&layers=zoning&lang=en"), "fa"), "/?lang=fa");
  assert.equal(pageKey(at("/?on=2027-01-01&z=9"), "fa"), "/?on=2027-01-01&lang=fa");
  assert.equal(pageKey(at("/parcels/1-1?utm=x&panel=1"), "en"), "/parcels/1-1?panel=1&lang=en");
  assert.notEqual(pageKey(at("/place?lon=1&lat=2"), "en"), pageKey(at("/place?lon=1&lat=3"), "en"));
});

test("revisions of one tile share a place, days do not", () => {
  assert.equal(tileCell(at("/tiles/zoning/15/1/2.mvt?v=1")), tileCell(at("/tiles/zoning/15/1/2.mvt?v=2")));
  assert.notEqual(tileCell(at("/tiles/zoning/15/1/2.mvt?v=1&on=2027-01-01")), tileCell(at("/tiles/zoning/15/1/2.mvt?v=1")));
});

test("signing out ends a turn at the device; looking does not", () => {
  for (const path of ["/account/logout", "/account/sign-out-everywhere", "/account/erase"]) assert.ok(isFarewell("POST", at(path)));
  assert.ok(!isFarewell("GET", at("/account/logout")));
  assert.ok(!isFarewell("POST", at("/account/login")));
});

test("a kept page says since when, and nothing else can be said there", () => {
  assert.equal(markKept('<!doctype html><html lang="fa">', "2026-11-25T10:00:00.000Z"), '<!doctype html><html data-kept-at="2026-11-25T10:00:00.000Z" lang="fa">');
  assert.equal(markKept('\n<article class="place"><article>', "2026"), '\n<article data-kept-at="2026" class="place"><article>');
  assert.ok(!markKept("<html>", '"><script>').includes("script"));
});

test("the longest unused goes first, by count and by bytes", () => {
  const ledger = new Ledger({ count: 3, bytes: 100 });
  for (const name of ["a", "b", "c"]) assert.deepEqual(ledger.note(name, { url: `/${name}`, bytes: 10 }), []);
  ledger.touch("a");
  assert.deepEqual(ledger.note("d", { url: "/d", bytes: 10 }), ["/b"]);
  assert.deepEqual(ledger.note("e", { url: "/e", bytes: 85 }), ["/c", "/a"]);
  assert.deepEqual(ledger.entries().map(([name]) => name), ["d", "e"]);
});

test("a newer revision takes the place of the older", () => {
  const ledger = new Ledger({ count: 9, bytes: 100 });
  ledger.note("a", { url: "/a?v=1", bytes: 60 });
  assert.deepEqual(ledger.note("a", { url: "/a?v=2", bytes: 60 }), ["/a?v=1"]);
  assert.deepEqual(ledger.note("a", { url: "/a?v=2", bytes: 70 }), []);
  assert.equal(ledger.find("a"), "/a?v=2");
});

test("what is larger than the drawer is not kept at all", () => {
  const ledger = new Ledger({ count: 9, bytes: 100 });
  assert.deepEqual(ledger.note("a", { url: "/a", bytes: 101 }), ["/a"]);
  assert.equal(ledger.find("a"), undefined);
});

test("a ledger told again is the same", () => {
  const ledger = new Ledger({ count: 2, bytes: 100 });
  ledger.note("a", { url: "/a", bytes: 1 });
  ledger.note("b", { url: "/b", bytes: 2 });
  ledger.touch("a");
  const again = new Ledger({ count: 2, bytes: 100 }, ledger.entries());
  assert.deepEqual(again.note("c", { url: "/c", bytes: 3 }), ["/b"]);
});

test("the paper of the map is the article of the page", () => {
  assert.equal(articleOf("<html><body><article a><article></article></article></body>"), "<article a><article></article></article>");
  assert.equal(articleOf("<html></html>"), "");
});
