"""The zoning of one piece of ground through time, as known now: periods between the days on which it changes."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from layers.zoning.queries import ZoneVersion

_SAME_SHARE = 0.001


@dataclass(frozen=True)
class Period:
    """The zones in force from a day on, up to but not on another; None: since ever, or until further notice.

    The largest zone comes first. A period without zones is one of which no zoning is recorded.
    """

    start: dt.date | None
    end: dt.date | None
    zones: tuple[ZoneVersion, ...]

    def is_on(self, day: dt.date) -> bool:
        """Whether the day lies in it."""
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)

    @property
    def any_day(self) -> dt.date | None:
        """A day in it to link to: its first, or where that is not recorded its last; None when it is always."""
        if self.start is not None:
            return self.start
        return self.end - dt.timedelta(days=1) if self.end is not None else None


def periods_of(versions: Sequence[ZoneVersion]) -> list[Period]:
    """The periods that versions of zones make, in order. Neighbours that say the same are one period."""
    if not versions:
        return []
    known = {day for each in versions for day in (each.valid_from, each.valid_to) if day is not None}
    days: list[dt.date | None] = [*sorted(known)]
    if any(each.valid_from is None for each in versions):
        days.insert(0, None)
    if any(each.valid_to is None for each in versions):
        days.append(None)
    found: list[Period] = []
    for start, end in pairwise(days):
        zones = _in_force(versions, start)
        if found and _say_the_same(found[-1].zones, zones):
            found[-1] = Period(found[-1].start, end, found[-1].zones)
        else:
            found.append(Period(start, end, zones))
    return found


def _in_force(versions: Sequence[ZoneVersion], start: dt.date | None) -> tuple[ZoneVersion, ...]:
    on = [each for each in versions if each.is_valid_on(start)] if start else []
    if start is None:
        on = [each for each in versions if each.valid_from is None]
    return tuple(sorted(on, key=lambda zone: (-zone.share, zone.rules.code)))


def _say_the_same(one: tuple[ZoneVersion, ...], other: tuple[ZoneVersion, ...]) -> bool:
    return len(one) == len(other) and all(
        a.rules.code == b.rules.code
        and (a.rule_text_fa, a.rule_text_en) == (b.rule_text_fa, b.rule_text_en)
        and abs(a.share - b.share) < _SAME_SHARE
        for a, b in zip(one, other, strict=True)
    )
