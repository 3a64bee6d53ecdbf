"""What happens to a clock of a case: it starts, pauses, resumes, is extended and stops; kept as a list of acts."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class ClockAct(StrEnum):
    """What is done to a clock."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    EXTEND = "extend"
    STOP = "stop"


class DayUnit(StrEnum):
    """What a period is counted in."""

    WORKING = "working"
    CALENDAR = "calendar"


@dataclass(frozen=True)
class ClockEvent:
    """One act on a clock. ``days``: the period at the start, how many more at an extension, else None."""

    act: ClockAct
    at: dt.datetime
    days: int | None = None
    unit: DayUnit = DayUnit.WORKING
    reason: str = ""
