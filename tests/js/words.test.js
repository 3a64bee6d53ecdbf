// Words with their values in place, in the digits of the language; names in it, or in the other one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { latinDigits, localDigits, readInteger } from "../../static/js/lib/digits.js";
import { formatNumber, nameIn, speaker } from "../../static/js/lib/words.js";

test("values come into their places, numbers in the language's digits", () => {
  const say = speaker({ here: "با دقت %(n)s متر از %(name)s" }, "fa");
  assert.equal(say("here", { n: 1250.5, name: "x" }), "با دقت ۱٬۲۵۰٫۵ متر از x");
});

test("a key without words says itself, and a missing value stays to be seen", () => {
  const say = speaker({ found: "%(n)s found" }, "en");
  assert.equal(say("nonsense"), "nonsense");
  assert.equal(say("found"), "%(n)s found");
});

test("digits of three scripts", () => {
  assert.equal(localDigits("12/05", "fa"), "۱۲/۰۵");
  assert.equal(localDigits("12/05", "en"), "12/05");
  assert.equal(latinDigits("۱۲٣٤5"), "12345");
});

test("whole numbers as typed, and what is none", () => {
  assert.equal(readInteger(" ۱۴۰۵ "), 1405);
  for (const text of ["", "12a", "1.5", "-3", "12345"]) assert.ok(Number.isNaN(readInteger(text)), text);
});

test("numbers are grouped and rounded to a tenth", () => {
  assert.equal(formatNumber(1234.56, "en"), "1,234.6");
  assert.equal(formatNumber(1234.56, "fa"), "۱٬۲۳۴٫۶");
});

test("a thing named in one language only keeps that name", () => {
  assert.equal(nameIn({ fa: "تهران", en: "" }, "en"), "تهران");
  assert.equal(nameIn({ fa: "تهران", en: "Tehran" }, "en"), "Tehran");
  assert.equal(nameIn({ fa: "", en: "Tehran" }, "fa"), "Tehran");
});
