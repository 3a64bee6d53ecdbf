"""Years and quarters as the city counts them: of the Jalali calendar in Persian, of the Gregorian one in English."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from persiantools.jdatetime import JalaliDate

from core.i18n import gettext as _
from core.i18n import language, local_digits

_MONTHS = 3
_QUARTERS = 4
_FIRST_GREGORIAN, _BETWEEN = 1700, 621
"""Years before are of the Jalali calendar; what lies between the two for most of a year."""


@dataclass(frozen=True)
class Period:
    """The days from ``since`` up to but not on ``until``; ``key`` names it in files: ``1405`` or ``1405-3``."""

    key: str
    name: str
    since: dt.date
    until: dt.date

    def moments(self, zone: ZoneInfo) -> tuple[dt.datetime, dt.datetime]:
        """Its beginning and its end as moments of the city."""
        return (
            dt.datetime.combine(self.since, dt.time(), zone),
            dt.datetime.combine(self.until, dt.time(), zone),
        )


def year_of(day: dt.date) -> int:
    """The year of a day in the calendar of the language spoken."""
    return int(JalaliDate(day).year) if _is_jalali() else day.year  # type: ignore[no-untyped-call]


def in_this_calendar(number: int) -> int:
    """A year as the calendar of the language spoken numbers the one that most of it lies in.

    A link to a year is followed after the language was changed, too.
    """
    is_jalali = number < _FIRST_GREGORIAN
    if is_jalali == _is_jalali():
        return number
    return number + _BETWEEN if is_jalali else number - _BETWEEN


def year(number: int) -> Period:
    """A whole year."""
    return Period(str(number), local_digits(str(number)), _first(number, 1), _first(number + 1, 1))


def quarters(number: int) -> list[Period]:
    """The four quarters of a year: in the Jalali calendar its seasons."""
    names = (
        [_("spring"), _("summer"), _("autumn"), _("winter")]
        if _is_jalali()
        else [f"Q{each}" for each in range(1, _QUARTERS + 1)]
    )
    return [
        Period(
            f"{number}-{each}",
            _("%(quarter)s %(year)s", quarter=names[each - 1], year=local_digits(str(number))),
            _first(number, 1 + _MONTHS * (each - 1)),
            _first(number + (each == _QUARTERS), 1 + _MONTHS * (each % _QUARTERS)),
        )
        for each in range(1, _QUARTERS + 1)
    ]


def _is_jalali() -> bool:
    return language() == "fa"


def _first(number: int, month: int) -> dt.date:
    if _is_jalali():
        day: dt.date = JalaliDate(number, month, 1).to_gregorian()  # type: ignore[no-untyped-call]
        return day
    return dt.date(number, month, 1)
