"""Reading what a request asks with: coordinates, days, counts and words, each refused with its field named."""

import datetime as dt
import math
import re

from persiantools.jdatetime import JalaliDate

from core.errors import BadInput, Unprocessable
from core.i18n import format_number, language, local_digits
from core.i18n import gettext as _
from core.text import latin_digits

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
# With slashes, as every form in Iran is filled in; other centuries would be Gregorian years mistyped.
_JALALI_DAY = re.compile(r"(1[2-5]\d{2})/(\d{1,2})/(\d{1,2})", re.ASCII)
_FIRST_JALALI_DAY, _LAST_JALALI_DAY = dt.date(1821, 3, 21), dt.date(2221, 3, 20)
# NUL cannot stand in a PostgreSQL text and halves of surrogate pairs cannot be encoded.
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def read_lon_lat(lon: str | None, lat: str | None) -> tuple[float, float]:
    """Longitude and latitude in degrees (WGS 84), in any digits.

    Raises BadInput when one is missing or no number, Unprocessable when it is not on the globe.
    """
    return _degrees(lon, "lon", 180), _degrees(lat, "lat", 90)


def read_box(text: str | None, field: str = "bbox") -> tuple[float, float, float, float] | None:
    """A box of degrees written west,south,east,north (WGS 84); None when none is asked for.

    Raises BadInput when it is written otherwise, Unprocessable when its sides are not in that order.
    """
    if not text or not text.strip():
        return None
    sides = latin_digits(text).replace("،", ",").split(",")
    if len(sides) != 4:
        raise BadInput(_("Please write the box as west,south,east,north in degrees."), field=field)
    west, south, east, north = (
        _degrees(side, field, most) for side, most in zip(sides, (180, 90) * 2, strict=True)
    )
    if not (west < east and south < north):
        raise Unprocessable(
            _("The box's west must lie west of its east, and its south south of its north."), field=field
        )
    return west, south, east, north


def read_day(text: str | None, field: str = "on") -> dt.date | None:
    """A day written YYYY-MM-DD, or in the Jalali calendar ۱۴۰۵/۹/۳; None when none is asked for.

    Raises BadInput when it is written otherwise, Unprocessable when the calendar has no such day.
    """
    if not text:
        return None
    typed = latin_digits(text).strip()
    jalali = _JALALI_DAY.fullmatch(typed)
    written = jalali or _DAY.fullmatch(typed)
    if written is None:
        raise BadInput(_("Please write the day as year-month-day, for example 2026-11-24."), field=field)
    parts = map(int, written.groups())
    try:
        # Slashes are Jalali, dashes are Gregorian (ISO 8601).
        day: dt.date = JalaliDate(*parts).to_gregorian() if jalali else dt.date(*parts)  # type: ignore[no-untyped-call]
        return day
    except ValueError as error:
        raise Unprocessable(_("The calendar has no such day."), field=field) from error


def write_day(day: dt.date) -> str:
    """A day as somebody would type it who speaks the language: what :func:`read_day` reads."""
    if language() != "fa" or not _FIRST_JALALI_DAY <= day <= _LAST_JALALI_DAY:
        return day.isoformat()
    jalali = JalaliDate(day)  # type: ignore[no-untyped-call]
    return local_digits(f"{jalali.year}/{jalali.month}/{jalali.day}")


def read_count(text: str | None, field: str, default: int, most: int) -> int:
    """A whole number from 1 to ``most``; raises BadInput for anything else."""
    if text is None or text == "":
        return default
    digits = latin_digits(text).strip()
    if not digits.isascii() or not digits.isdigit() or len(digits) > 9 or not 1 <= int(digits) <= most:
        raise BadInput(
            _("Please give a whole number from 1 to %(most)s.", most=format_number(most)), field=field
        )
    return int(digits)


def read_words(text: str | None, field: str, longest: int) -> str:
    """What somebody typed, without what no database can hold; raises BadInput when longer than ``longest``."""
    typed = _UNSTORABLE.sub("", text or "").strip()
    if len(typed) > longest:
        raise BadInput(_("Please use no more than %(n)s letters.", n=format_number(longest)), field=field)
    return typed


def _degrees(text: str | None, field: str, most: float) -> float:
    if text is None or not text.strip():
        raise BadInput(_("Longitude and latitude are needed to find a place."), field=field)
    written = latin_digits(text).strip().replace("٫", ".")
    value = float(written) if len(written) <= 64 and _NUMBER.fullmatch(written) else math.nan
    if not math.isfinite(value):
        raise BadInput(_("This is not a number of degrees."), field=field)
    if abs(value) > most:
        told = format_number(most)
        raise Unprocessable(
            _("Degrees here go from %(least)s to %(most)s.", least=f"−{told}", most=told), field=field
        )
    return value
