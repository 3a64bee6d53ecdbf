// The Iranian calendar: known days both ways, leap years, days that are none, and a round trip over two centuries.
import assert from "node:assert/strict";
import { test } from "node:test";
import { dayInWords, formatDay, fromGregorian, fromJalali, monthNames, parseDay, toJalali } from "../../static/js/lib/jalali.js";

const KNOWN = [
  ["2026-11-24", 1405, 9, 3],
  ["2025-03-20", 1403, 12, 30], // the last day of a leap year
  ["2025-03-21", 1404, 1, 1],
  ["2024-03-19", 1402, 12, 29],
  ["2024-03-20", 1403, 1, 1],
  ["1979-02-11", 1357, 11, 22],
  ["2000-01-01", 1378, 10, 11],
  ["2021-03-20", 1399, 12, 30],
];

for (const [iso, year, month, day] of KNOWN) {
  test(`${iso} is ${year}-${month}-${day}`, () => {
    assert.deepEqual(toJalali(parseDay(iso)), { year, month, day });
    assert.equal(formatDay(fromJalali({ year, month, day })), iso);
  });
}

test("days that the calendar lacks are none", () => {
  assert.equal(fromJalali({ year: 1404, month: 12, day: 30 }), null); // a common year
  assert.equal(fromJalali({ year: 1405, month: 7, day: 31 }), null);
  assert.equal(fromJalali({ year: 1405, month: 13, day: 1 }), null);
  assert.equal(fromJalali({ year: 1405, month: 0, day: 1 }), null);
  assert.equal(fromJalali({ year: Number.NaN, month: 1, day: 1 }), null);
  assert.equal(fromGregorian({ year: 2026, month: 2, day: 29 }), null);
  assert.equal(parseDay("2026-02-30"), null);
  assert.equal(parseDay("yesterday"), null);
});

test("every 37th day of two centuries comes back as itself", () => {
  const first = Date.UTC(1900, 0, 1);
  for (let days = 0; days < 73_000; days += 37) {
    const date = new Date(first + days * 86_400_000);
    assert.equal(formatDay(fromJalali(toJalali(date))), formatDay(date));
  }
});

test("days are said in the calendar and digits of the language", () => {
  const day = parseDay("2026-11-23");
  assert.equal(dayInWords(day, "fa"), "۲ آذر ۱۴۰۵");
  assert.equal(dayInWords(day, "en"), "23 November 2026");
  assert.equal(dayInWords(new Date("0001-01-01T00:00:00Z"), "fa"), "۱ ژانویهٔ ۱ میلادی");
  assert.equal(dayInWords(new Date("9999-12-31T00:00:00Z"), "fa"), "۳۱ دسامبر ۹۹۹۹ میلادی");
});

test("the months of both calendars", () => {
  const persian = monthNames("fa");
  assert.equal(persian.length, 12);
  assert.deepEqual([persian[0], persian[8], persian[11]], ["فروردین", "آذر", "اسفند"]);
  assert.equal(monthNames("en")[10], "November");
});
