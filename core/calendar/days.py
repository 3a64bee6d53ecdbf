"""The calendar itself, pure: what each day is, and how far so many working days reach.

A working day counts two halves, a half day one, any other none: all sums are whole numbers of halves, and what comes
out is in days (a half is ``0.5``). Days are dates of the city's own time zone.
"""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import accumulate
from zoneinfo import ZoneInfo

from persiantools.jdatetime import JalaliDate

from core.i18n import language

WHOLE, HALF, NONE = 2, 1, 0
"""How many halves a working day, a half day and any other day count."""
DAYS_OF_A_WEEK = 7
# As far as the Jalali calendar's leap years are worked out.
_FIRST_JALALI_DAY, _LAST_JALALI_DAY = dt.date(622, 3, 22), dt.date(9999, 3, 20)
_ONE = dt.timedelta(days=1)
IRAN_ZONE = ZoneInfo("Asia/Tehran")


class DayKind(StrEnum):
    """What a day is to the offices."""

    WORKING = "working"
    HALF = "half"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


_WORTH = {DayKind.WORKING: WHOLE, DayKind.HALF: HALF, DayKind.WEEKEND: NONE, DayKind.HOLIDAY: NONE}


@dataclass(frozen=True)
class Holiday:
    """What a day is called, in both languages."""

    fa: str
    en: str

    @property
    def name(self) -> str:
        """In the language spoken now, else in the other."""
        return (self.fa or self.en) if language() == "fa" else (self.en or self.fa)


@dataclass(frozen=True)
class OwnDay:
    """What the city itself says of one day: a holiday, a half day or a working day, whatever it would be otherwise."""

    kind: DayKind
    name: Holiday

    def __post_init__(self) -> None:  # noqa: D105 (said by the class)
        if self.kind is DayKind.WEEKEND:
            raise ValueError("a single day is no weekend: call it a holiday")


@dataclass(frozen=True)
class _Year:
    """How many halves count from a year's beginning to the end of each day; ``eve`` is the ordinal before it."""

    eve: int
    sums: list[int]


@dataclass(frozen=True)
class Calendar:
    """A municipality's calendar.

    ``weekend`` and ``half_weekdays`` are days of the week as :meth:`datetime.date.weekday` counts them (Monday is 0);
    ``jalali`` and ``gregorian`` holidays by month and day; ``dated`` by the day (those of the moon); ``own`` days go
    before all of it. ``dated_from`` and ``dated_to`` bound the days for which the moon's holidays are known.

    Raises ValueError when no day of the week is left to work on.
    """

    weekend: frozenset[int] = frozenset()
    half_weekdays: frozenset[int] = frozenset()
    jalali: Mapping[tuple[int, int], Holiday] = field(default_factory=dict)
    gregorian: Mapping[tuple[int, int], Holiday] = field(default_factory=dict)
    dated: Mapping[dt.date, tuple[Holiday, ...]] = field(default_factory=dict)
    own: Mapping[dt.date, OwnDay] = field(default_factory=dict)
    zone: ZoneInfo = IRAN_ZONE
    dated_from: dt.date | None = None
    dated_to: dt.date | None = None
    _years: dict[int, "_Year"] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:  # noqa: D105 (said by the class)
        if not self.weekend | self.half_weekdays <= frozenset(range(DAYS_OF_A_WEEK)):
            raise ValueError("a day of the week is a number from 0 (Monday) to 6")
        if len(self.weekend) == DAYS_OF_A_WEEK:
            raise ValueError("a weekend of seven days leaves none to work on")

    def day_of(self, at: dt.datetime) -> dt.date:
        """The city's own day at a moment; raises ValueError for a moment without a time zone."""
        if at.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return at.astimezone(self.zone).date()

    def kind(self, day: dt.date) -> DayKind:
        """What a day is. The city's own word goes first, then holidays, then the week."""
        own = self.own.get(day)
        return own.kind if own else self._usual_kind(day)

    def _usual_kind(self, day: dt.date) -> DayKind:
        if self._named(day):
            return DayKind.HOLIDAY
        if day.weekday() in self.weekend:
            return DayKind.WEEKEND
        return DayKind.HALF if day.weekday() in self.half_weekdays else DayKind.WORKING

    def is_working(self, day: dt.date) -> bool:
        """Whether the offices are open on it, if only until noon."""
        return self.halves(day) > NONE

    def is_half(self, day: dt.date) -> bool:
        """Whether the offices close at noon on it."""
        return self.halves(day) == HALF

    def holiday(self, day: dt.date) -> Holiday | None:
        """The holiday on a day, all its names in one; None on any other day, a plain weekend too."""
        own = self.own.get(day)
        if own:
            return own.name if own.kind is DayKind.HOLIDAY else None
        return self._named(day)

    def with_own(self, own: Mapping[dt.date, OwnDay], zone: ZoneInfo) -> "Calendar":
        """This calendar as one city keeps it: with days of its own, in its time zone."""
        kept = dataclasses.replace(self, own=own, zone=zone)
        # What is remembered is what no city says otherwise: the same for all that are made of this one.
        object.__setattr__(kept, "_years", self._years)
        return kept

    def halves(self, day: dt.date) -> int:
        """How many halves a day counts: 0, 1 or 2."""
        own = self.own.get(day)
        return _WORTH[own.kind] if own else self._usual(day, day)

    def add_working_days(self, day: dt.date, n: float) -> dt.date:
        """The first day by whose end ``n`` working days have passed since the end of ``day``; ``day`` itself for none.

        ``n`` in days, halves allowed. Raises ValueError for less than none or other parts of a day, OverflowError
        where the calendar ends.
        """
        return self.add_halves(day, in_halves(n))

    def count_working_days(self, after: dt.date, until: dt.date) -> float:
        """The working days after one day up to and with another (half days as 0.5); none when that is not later."""
        return in_days(self.count_halves(after, until))

    def add_halves(self, day: dt.date, halves: int) -> dt.date:
        """As :meth:`add_working_days`, in halves."""
        while halves > 0:
            # As far as whole days alone would reach, so never too far; the rest of the way is shorter each time.
            further = day + -(-halves // WHOLE) * _ONE
            halves -= self.count_halves(day, further)
            day = further
        return day

    def count_halves(self, after: dt.date, until: dt.date) -> int:
        """As :meth:`count_working_days`, in halves."""
        if until <= after:
            return NONE
        first = after + _ONE
        differences = (
            _WORTH[own.kind] - self._usual(day, day) for day, own in self.own.items() if first <= day <= until
        )
        return self._usual(first, until) + sum(differences)

    def _usual(self, first: dt.date, last: dt.date) -> int:
        """What the days from one to another count if the city says nothing of any."""
        begun, ended = self._year(first.year), self._year(last.year)
        between = sum(self._year(year).sums[-1] for year in range(first.year, last.year))
        return (
            between + ended.sums[last.toordinal() - ended.eve] - begun.sums[first.toordinal() - begun.eve - 1]
        )

    def _year(self, year: int) -> "_Year":
        """One year's sums, worked out when it is first asked for: clocks are read by the thousand."""
        if year not in self._years:
            first, last = dt.date(year, 1, 1).toordinal(), dt.date(year, 12, 31).toordinal()
            days = map(dt.date.fromordinal, range(first, last + 1))
            counted = (_WORTH[self._usual_kind(day)] for day in days)
            self._years[year] = _Year(first - 1, list(accumulate(counted, initial=0)))
        return self._years[year]

    def next_working(self, day: dt.date) -> dt.date:
        """The day itself if the offices are open on it, else the first day after it on which they are."""
        while not self.is_working(day):
            day += _ONE
        return day

    def knows_the_moon(self, day: dt.date) -> bool:
        """Whether the holidays that the moon fixes are known for a day; True for a calendar that has none."""
        if self.dated_from is None or self.dated_to is None:
            return True
        return self.dated_from <= day <= self.dated_to

    def _named(self, day: dt.date) -> Holiday | None:
        names = [*self._fixed(day), *self.dated.get(day, ())]
        if len(names) < 2:
            return names[0] if names else None
        return Holiday("؛ ".join(each.fa for each in names), "; ".join(each.en for each in names))

    def _fixed(self, day: dt.date) -> list[Holiday]:
        found = [self.gregorian.get((day.month, day.day))]
        if self.jalali and _FIRST_JALALI_DAY <= day <= _LAST_JALALI_DAY:
            jalali = JalaliDate(day)  # type: ignore[no-untyped-call]
            found.append(self.jalali.get((jalali.month, jalali.day)))
        return [each for each in found if each]


def in_halves(days: float) -> int:
    """Days as whole halves; raises ValueError for less than none and for other parts of a day."""
    halves = round(days * 2)
    if halves != days * 2 or halves < 0:
        raise ValueError(f"not a number of days and half days: {days}")
    return halves


def in_days(halves: int) -> float:
    """Halves as days: a whole number (an int) where it is one."""
    return halves // 2 if halves % 2 == 0 else halves / 2
