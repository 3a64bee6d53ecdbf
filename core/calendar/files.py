"""A calendar from its file (TOML): Iran's, or any other city's, with every mistake named by its place in the file."""

import calendar as gregorian_calendar
import datetime as dt
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from persiantools.jdatetime import JalaliDate

from core.calendar.days import IRAN_ZONE, Calendar, Holiday

IRAN_FILE = Path(__file__).parent / "iran.toml"
_KEYS = {"weekend", "half_days", "jalali", "gregorian", "dated", "lunar_years"}
_WEEKDAYS = {name.lower(): number for number, name in enumerate(gregorian_calendar.day_name)}
# Months as long as they ever are: leap years have the thirtieth of Esfand and the twenty-ninth of February.
_JALALI_MONTHS = (31,) * 6 + (30,) * 6
_GREGORIAN_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class CalendarFileError(ValueError):
    """A calendar's file that cannot be understood; the message names the place."""


@cache
def iran() -> Calendar:
    """Iran's calendar, which is every city's that says nothing else."""
    return read_calendar(IRAN_FILE.read_text(encoding="utf-8"))


def read_calendar(text: str, zone: ZoneInfo | None = None) -> Calendar:
    """The calendar that a file's text describes (iran.toml is the pattern); ``zone`` is the city's, else Iran's.

    Raises CalendarFileError for what is no TOML, an unknown key, a day that no year has, a holiday without its names
    in both languages, or a week without a working day.
    """
    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CalendarFileError(f"no TOML: {error}") from error
    unknown = sorted(set(read) - _KEYS)
    if unknown:
        raise CalendarFileError(f"unknown: {', '.join(unknown)}")
    first, last = _years(read.get("lunar_years"))
    try:
        return Calendar(
            weekend=_weekdays(read, "weekend"),
            half_weekdays=_weekdays(read, "half_days"),
            jalali=_fixed(read, "jalali", _JALALI_MONTHS),
            gregorian=_fixed(read, "gregorian", _GREGORIAN_MONTHS),
            dated=_dated(_tables(read, "dated")),
            dated_from=first,
            dated_to=last,
            zone=zone or IRAN_ZONE,
        )
    except ValueError as error:
        raise CalendarFileError(str(error)) from error


def _weekdays(read: Mapping[str, Any], key: str) -> frozenset[int]:
    names = read.get(key, [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise CalendarFileError(f"{key}: a list of days of the week is wanted")
    for name in names:
        if name.lower() not in _WEEKDAYS:
            raise CalendarFileError(f"{key}: {name!r} is no day of the week")
    return frozenset(_WEEKDAYS[name.lower()] for name in names)


def _tables(read: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    rows = read.get(key, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise CalendarFileError(f"{key}: a list of tables is wanted")
    return rows


def _fixed(read: Mapping[str, Any], key: str, months: tuple[int, ...]) -> dict[tuple[int, int], Holiday]:
    found = {}
    for row in _tables(read, key):
        month, day = row.get("month"), row.get("day")
        if type(month) is not int or not 1 <= month <= len(months):
            raise CalendarFileError(f"{key}: {month!r} is no month")
        if type(day) is not int or not 1 <= day <= months[month - 1]:
            raise CalendarFileError(f"{key}: month {month} has no day {day!r}")
        found[month, day] = _name(row, key)
    return found


def _dated(rows: Iterable[Mapping[str, Any]]) -> dict[dt.date, tuple[Holiday, ...]]:
    found: dict[dt.date, tuple[Holiday, ...]] = {}
    for row in rows:
        days = row.get("on")
        # A moment is a date to Python too, and would never be found again among days.
        if not isinstance(days, list) or not all(type(day) is dt.date for day in days):
            raise CalendarFileError("dated: 'on' wants a list of days (2026-03-21)")
        for day in days:
            found[day] = (*found.get(day, ()), _name(row, "dated"))
    return found


def _name(row: Mapping[str, Any], key: str) -> Holiday:
    fa, en = row.get("fa"), row.get("en")
    if not (isinstance(fa, str) and isinstance(en, str) and fa.strip() and en.strip()):
        raise CalendarFileError(f"{key}: every holiday has its name in both languages (fa, en)")
    return Holiday(fa.strip(), en.strip())


def _years(given: Any) -> tuple[dt.date | None, dt.date | None]:
    """The first and last day of the Jalali years whose feasts of the moon are told."""
    if given is None:
        return None, None
    if not (isinstance(given, list) and len(given) == 2 and all(type(year) is int for year in given)):
        raise CalendarFileError("lunar_years: the first and the last Jalali year are wanted")
    first, last = given
    if not 1 <= first <= last <= 9000:
        raise CalendarFileError("lunar_years: these are no years of the Jalali calendar")
    start: dt.date = JalaliDate(first, 1, 1).to_gregorian()  # type: ignore[no-untyped-call]
    end: dt.date = JalaliDate(last + 1, 1, 1).to_gregorian()  # type: ignore[no-untyped-call]
    return start, end - dt.timedelta(days=1)
