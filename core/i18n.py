"""Languages: which one is spoken now, its catalogue, its digits, dates and direction.

Each package keeps its words in ``<package>/translations``; they are read as one catalogue. Message ids are
plain English. ``python -m core.i18n compile`` makes the .mo files that are read here.
"""

import datetime as dt
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from functools import cache
from math import ceil
from pathlib import Path
from typing import Any

from babel.dates import format_date as babel_format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import LazyProxy, NullTranslations, Translations
from persiantools.jdatetime import JalaliDate

from core import local_time

LANGUAGES = {"fa": "فارسی", "en": "English"}
DEFAULT_LANGUAGE = "fa"
PACKAGES = ("core", "accounts", "layers", "parcels", "permits", "reports", "webmap")

_ROOT = Path(__file__).resolve().parent.parent
_PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
# The years 1 to 9377, which is as far as the calendar's leap years are worked out.
_FIRST_JALALI_DAY, _LAST_JALALI_DAY = dt.date(622, 3, 22), dt.date(9999, 3, 20)
JALALI_MONTHS = (
    "فروردین",
    "اردیبهشت",
    "خرداد",
    "تیر",
    "مرداد",
    "شهریور",
    "مهر",
    "آبان",
    "آذر",
    "دی",
    "بهمن",
    "اسفند",
)
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86400
# From here on a decimal may have more digits than it is rounded with.
_VAST = Decimal(10) ** 15
_language: ContextVar[str] = ContextVar("language", default="en")


def language() -> str:
    """The language spoken in this request or command: ``fa`` or ``en``."""
    return _language.get()


def set_language(code: str) -> None:
    """Speak this language from here on (until the context ends); an unknown one is the default."""
    _language.set(code if code in LANGUAGES else DEFAULT_LANGUAGE)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak another language for the length of a block."""
    token = _language.set(code if code in LANGUAGES else DEFAULT_LANGUAGE)
    try:
        yield
    finally:
        _language.reset(token)


def direction() -> str:
    """``rtl`` or ``ltr``."""
    return "rtl" if language() == "fa" else "ltr"


def catalogue_files() -> list[Path]:
    """Every .po file of the house."""
    return sorted(
        path for package in PACKAGES for path in (_ROOT / package / "translations").glob("*/LC_MESSAGES/*.po")
    )


@cache
def catalogue(code: str) -> NullTranslations:
    """All rooms' words in one language; English needs none, its words are the ids."""
    whole = NullTranslations()
    if code == "en":
        return whole
    for package in PACKAGES:
        folder = _ROOT / package / "translations"
        found = Translations.load(str(folder), [code])
        if isinstance(found, Translations):
            whole = whole.merge(found) if isinstance(whole, Translations) else found
    return whole


def gettext(message: str, **values: Any) -> str:
    """The message in the language spoken, with its ``%(name)s`` filled in."""
    text = catalogue(language()).ugettext(message)
    return text % values if values else text


def ngettext(singular: str, plural: str, n: int, **values: Any) -> str:
    """As :func:`gettext`, for a number of things; ``%(n)s`` comes in the language's own digits."""
    text = catalogue(language()).ungettext(singular, plural, n)
    return text % {"n": format_number(n), **values}


def lazy_gettext(message: str, **values: Any) -> LazyProxy:
    """A message translated only when it is shown: for enums and tables made before any request."""
    return LazyProxy(gettext, message, enable_cache=False, **values)


def local_digits(text: str) -> str:
    """Digits as the language writes them. Not for numbers people copy (parcel numbers, references)."""
    return text.translate(_PERSIAN_DIGITS) if language() == "fa" else text


def format_number(value: float, decimals: int = 0) -> str:
    """A number with the language's digits, grouping and decimal mark."""
    text = _grouped(value, decimals)
    if language() != "fa":
        return text
    return text.translate(_PERSIAN_DIGITS).replace(",", "٬").replace(".", "٫")


def _grouped(value: float, decimals: int) -> str:
    """As Babel writes it in English, at a tenth of the time: a place tells some fifty numbers."""
    exact = Decimal(str(value))
    if not exact.is_finite() or abs(exact) >= _VAST:
        return format_decimal(value, format="#,##0" + ("." + "#" * decimals if decimals else ""), locale="en")
    text = f"{round(exact, decimals):,f}"
    return text.rstrip("0").rstrip(".") if decimals else text


def format_percent(ratio: float) -> str:
    """A ratio as percent: 0.6 is ``60%`` or «۶۰٪»."""
    return format_number(ratio * 100, 1) + ("٪" if language() == "fa" else "%")


def format_date(day: dt.date) -> str:
    """A day in words: ``23 November 2026``, or Jalali «۲ آذر ۱۴۰۵»; of a moment, the day that it was in the city.

    Days that the Jalali calendar does not reach are told in the Gregorian one, and said to be so.
    """
    if isinstance(day, dt.datetime):
        day = local_time.to_local(day).date()
    if language() != "fa":
        return babel_format_date(day, "d MMMM y", locale="en")
    if not _FIRST_JALALI_DAY <= day <= _LAST_JALALI_DAY:
        return babel_format_date(day, "d MMMM y", locale="fa").translate(_PERSIAN_DIGITS) + " میلادی"
    jalali = JalaliDate(day)  # type: ignore[no-untyped-call]
    return f"{jalali.day} {JALALI_MONTHS[jalali.month - 1]} {jalali.year}".translate(_PERSIAN_DIGITS)


def format_time(moment: dt.datetime, *, seconds: bool = False) -> str:
    """What the city's clocks showed at a moment: ``14:05``, «۱۴:۰۵»."""
    return local_digits(local_time.to_local(moment).strftime("%H:%M:%S" if seconds else "%H:%M"))


def format_duration(seconds: float) -> str:
    """A length of time in words, in its largest whole unit and never too short: ``4 minutes``, «۴ دقیقه»."""
    # Up to twice a unit the smaller one tells more: 90 minutes, not 2 hours.
    if seconds == _DAY_S or seconds >= 2 * _DAY_S:
        return ngettext("%(n)s day", "%(n)s days", ceil(seconds / _DAY_S))
    if seconds == _HOUR_S or seconds >= 2 * _HOUR_S:
        return ngettext("%(n)s hour", "%(n)s hours", ceil(seconds / _HOUR_S))
    if seconds >= _MINUTE_S:
        return ngettext("%(n)s minute", "%(n)s minutes", ceil(seconds / _MINUTE_S))
    return ngettext("%(n)s second", "%(n)s seconds", ceil(seconds))


def compile_catalogues() -> int:
    """Write the .mo beside each .po that is newer; return how many were written."""
    written = 0
    for source in catalogue_files():
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            words = read_po(file, locale=source.parent.parent.name)
        with target.open("wb") as file:
            write_mo(file, words)
        written += 1
    return written


if __name__ == "__main__":
    if sys.argv[1:] != ["compile"]:
        sys.exit("usage: python -m core.i18n compile")
    sys.stdout.write(f"catalogues compiled: {compile_catalogues()}\n")
