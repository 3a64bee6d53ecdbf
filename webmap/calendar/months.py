"""One month of the city's calendar as a table of weeks, by the Jalali or the Gregorian calendar."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from babel.dates import get_day_names, get_month_names
from persiantools.jdatetime import JalaliDate

from core.calendar import Calendar, DayKind, Holiday
from core.i18n import JALALI_MONTHS, language, local_digits
from core.i18n import gettext as _

_WEEK = 7
_ONE = dt.timedelta(days=1)
_SATURDAY, _MONDAY = 5, 0
_LATIN_JALALI_MONTHS = (
    *("Farvardin", "Ordibehesht", "Khordad", "Tir", "Mordad", "Shahrivar"),
    *("Mehr", "Aban", "Azar", "Dey", "Bahman", "Esfand"),
)


class View(StrEnum):
    """By which calendar the months are."""

    JALALI = "jalali"
    GREGORIAN = "gregorian"

    @property
    def other(self) -> "View":
        """The other one, which is told beside it."""
        return View.GREGORIAN if self is View.JALALI else View.JALALI


@dataclass(frozen=True)
class Cell:
    """One day of the table: its number by this calendar, its number (and at a month's start its name) by the other."""

    day: dt.date
    number: str
    other: str
    kind: DayKind
    name: Holiday | None
    is_own: bool


@dataclass(frozen=True)
class Month:
    """A month: its name in this calendar, what it is in the other, its weeks (None: another month's day)."""

    title: str
    other_title: str
    weekdays: list[tuple[str, str]]
    weeks: list[list[Cell | None]]
    previous: dt.date
    following: dt.date
    working: float

    @property
    def named(self) -> list[Cell]:
        """The days that have a name: holidays, and what the city keeps otherwise."""
        return [cell for week in self.weeks for cell in week if cell and cell.name]


def month_of(day: dt.date, view: View, calendar: Calendar) -> Month:
    """The month in which a day is. Raises OverflowError or ValueError where the calendars end."""
    first = first_of_month(day, view)
    following = first_of_month(first + 31 * _ONE, view)
    last = following - _ONE
    days = [first + number * _ONE for number in range((following - first).days)]
    starts_on = first_weekday(calendar)
    cells: list[Cell | None] = [None] * ((first.weekday() - starts_on) % _WEEK)
    cells += [_cell(each, view, calendar) for each in days]
    cells += [None] * (-len(cells) % _WEEK)
    return Month(
        title=_month_name(first, view),
        other_title=_span(first, last, view.other),
        weekdays=[weekday_names((starts_on + number) % _WEEK) for number in range(_WEEK)],
        weeks=[cells[start : start + _WEEK] for start in range(0, len(cells), _WEEK)],
        previous=first_of_month(first - _ONE, view),
        following=following,
        working=calendar.count_working_days(first - _ONE, last),
    )


def first_of_month(day: dt.date, view: View) -> dt.date:
    """The first day of a day's month."""
    return day - (_parts(day, view)[2] - 1) * _ONE


def first_weekday(calendar: Calendar) -> int:
    """The day of the week on which the week begins: that after the weekend."""
    order: list[int] = [_SATURDAY, _MONDAY, *range(_WEEK)]
    for number in order:
        if number not in calendar.weekend and (number - 1) % _WEEK in calendar.weekend:
            return number
    return _SATURDAY if language() == "fa" else _MONDAY


def weekday_names(number: int) -> tuple[str, str]:
    """A day of the week in the language spoken, whole and as short as it is on a printed calendar."""
    whole = get_day_names("wide", context="stand-alone", locale=language())
    # A single letter of each is enough in Persian and ambiguous in English.
    brief = get_day_names(
        "narrow" if language() == "fa" else "abbreviated", context="stand-alone", locale=language()
    )
    return str(whole[number]), str(brief[number])


def date_in(day: dt.date, view: View) -> str:
    """A day by one calendar, in the language spoken: ``5 Azar 1405``, «۲۶ نوامبر ۲۰۲۶»."""
    return f"{_number(day, view)} {_month_name(day, view)}"


def _cell(day: dt.date, view: View, calendar: Calendar) -> Cell:
    own = calendar.own.get(day)
    other = _number(day, view.other)
    begins = first_of_month(day, view.other) == day
    return Cell(
        day=day,
        number=_number(day, view),
        other=f"{other} {_only_month(day, view.other)}" if begins else other,
        kind=calendar.kind(day),
        name=own.name if own else calendar.holiday(day),
        is_own=own is not None,
    )


def _parts(day: dt.date, view: View) -> tuple[int, int, int]:
    """Year, month and day by one calendar."""
    if view is View.GREGORIAN:
        return day.year, day.month, day.day
    jalali = JalaliDate(day)  # type: ignore[no-untyped-call]
    return jalali.year, jalali.month, jalali.day


def _number(day: dt.date, view: View) -> str:
    return local_digits(str(_parts(day, view)[2]))


def _only_month(day: dt.date, view: View) -> str:
    month = _parts(day, view)[1]
    if view is View.GREGORIAN:
        return str(get_month_names("wide", context="stand-alone", locale=language())[month])
    return (JALALI_MONTHS if language() == "fa" else _LATIN_JALALI_MONTHS)[month - 1]


def _month_name(day: dt.date, view: View) -> str:
    return f"{_only_month(day, view)} {local_digits(str(_parts(day, view)[0]))}"


def _span(first: dt.date, last: dt.date, view: View) -> str:
    return _("%(first)s to %(last)s", first=date_in(first, view), last=date_in(last, view))
