"""What can happen to a clock, and in which order."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

_MOST_DAYS = 36500


class ClockAct(StrEnum):
    """What can be done to a clock."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    EXTEND = "extend"
    STOP = "stop"


class DayUnit(StrEnum):
    """What a period is counted in."""

    WORKING = "working"
    CALENDAR = "calendar"


class ClockError(ValueError):
    """An event that cannot be where it is: a pause of what is paused, a second start, an order against time."""


@dataclass(frozen=True)
class ClockEvent:
    """One act at one moment (with its time zone).

    ``days``: of a start the whole period, of an extension how many more; nothing else has any. ``unit``: of a start
    what they are (working days if it does not say); an extension is in the same. ``reason``: what a pause waits for.
    """

    act: ClockAct
    at: dt.datetime
    days: int | None = None
    unit: DayUnit | None = None
    reason: str = ""


def check(events: Sequence[ClockEvent]) -> None:
    """Refuse what cannot be, with ClockError: ask it before a new event is kept."""
    standing, before = "not started", None
    for event in events:
        if event.at.tzinfo is None:
            raise ClockError(f"{event.act}: a moment needs its time zone")
        if before is not None and event.at < before.at:
            raise ClockError(f"{event.act}: it cannot be earlier than the event before it ({before.act})")
        if (standing, event.act) not in _FOLLOWING:
            raise ClockError(f"{event.act}: not possible for a clock that is {standing}")
        standing, before = _FOLLOWING[standing, event.act], event
        _check_days(event, events[0].unit or DayUnit.WORKING)
    if sum(event.days or 0 for event in events) > _MOST_DAYS:
        raise ClockError(f"extend: a period of more than {_MOST_DAYS} days")


# Whether a clock is overdue is no question of what may be done to it: it is running.
_FOLLOWING = {
    ("not started", ClockAct.START): "running",
    ("running", ClockAct.PAUSE): "paused",
    ("running", ClockAct.EXTEND): "running",
    ("running", ClockAct.STOP): "stopped",
    ("paused", ClockAct.RESUME): "running",
    ("paused", ClockAct.EXTEND): "paused",
    ("paused", ClockAct.STOP): "stopped",
}


def _check_days(event: ClockEvent, unit: DayUnit) -> None:
    if event.act not in (ClockAct.START, ClockAct.EXTEND):
        if event.days is not None:
            raise ClockError(f"{event.act}: only a start and an extension have days")
        return
    if type(event.days) is not int or not 1 <= event.days <= _MOST_DAYS:
        raise ClockError(f"{event.act}: a number of days from 1 to {_MOST_DAYS} is needed")
    if event.unit not in (None, unit):
        raise ClockError("extend: an extension is in the days of its period")
