"""What a clock says on a day: its events run over the calendar. The rules stand in the package's first lines."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.calendar.days import Calendar, in_days
from core.clocks.events import ClockAct, ClockEvent, DayUnit, check

_HALVES_OF_A_DAY = 2


class ClockState(StrEnum):
    """How a clock stands. One that ran out and was paused later is still overdue."""

    NOT_STARTED = "not_started"
    RUNNING = "running"
    PAUSED = "paused"
    OVERDUE = "overdue"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Reading:
    """What a clock says at the end of a day (``today``). Days are in ``unit``; half days make halves (``4.5``).

    ``due_on`` is None before the start and while paused in time: then ``due_if_resumed_today`` says when it would be.
    ``days_used`` counts today as used, ``days_left`` the days after today up to the due one (0: due today); paused,
    what will be left. ``days_late`` counts from the due day. ``paused_days`` are calendar days that stood still.
    ``kept`` is None until it is stopped.
    """

    today: dt.date
    state: ClockState = ClockState.NOT_STARTED
    unit: DayUnit = DayUnit.WORKING
    period: int = 0
    extended_by: int = 0
    started_on: dt.date | None = None
    due_on: dt.date | None = None
    due_if_resumed_today: dt.date | None = None
    days_used: float = 0
    days_left: float = 0
    days_late: float = 0
    paused_days: int = 0
    paused_since: dt.date | None = None
    paused_for: str = ""
    stopped_on: dt.date | None = None
    kept: bool | None = None

    @property
    def is_going(self) -> bool:
        """Whether it was started and not stopped: running, paused or overdue."""
        return self.state not in (ClockState.NOT_STARTED, ClockState.STOPPED)

    @property
    def is_overdue(self) -> bool:
        """Whether its last day is over and it was not stopped: a late pause is no way out."""
        return self.state is ClockState.OVERDUE


def read(events: Sequence[ClockEvent], calendar: Calendar, today: dt.date) -> Reading:
    """What a clock says at the end of ``today``, a day of the city's; or at a moment of it, with its zone.

    Later events are checked, but not yet done. Raises ClockError for a sequence that cannot be, wherever in it that is.
    """
    check(events)
    moment = today if isinstance(today, dt.datetime) else None
    if moment is not None:
        today = calendar.day_of(moment)
    run = _Run(calendar)
    for event in events:
        day = calendar.day_of(event.at)
        if day > today or (moment is not None and event.at > moment):
            break
        run.take(event, day)
    return run.reading(today)


class _Run:
    """A clock while its events are taken one by one. Sums are in halves of a day.

    ``since`` is the day of the last start or resume, ``left`` what was left then: the due day follows from the two.
    """

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.unit = DayUnit.WORKING
        self.period = self.extended = self.used = self.left = self.paused_days = 0
        self.started: dt.date | None = None
        self.since = dt.date.min
        self.paused: dt.date | None = None
        self.paused_for = ""
        self.stopped: dt.date | None = None

    def take(self, event: ClockEvent, day: dt.date) -> None:
        """Do one event, which is known to be possible."""
        if event.act is ClockAct.START:
            self.started = self.since = day
            self.unit = event.unit or DayUnit.WORKING
            self.period = event.days or 0
            self.left = self.period * _HALVES_OF_A_DAY
        elif event.act is ClockAct.EXTEND:
            self.extended += event.days or 0
            self.left += (event.days or 0) * _HALVES_OF_A_DAY
        elif event.act is ClockAct.PAUSE:
            self.paused, self.paused_for = day, event.reason
        elif event.act is ClockAct.RESUME:
            self._resume(day)
        else:
            self.stopped = day

    def _resume(self, day: dt.date) -> None:
        assert self.paused is not None
        if self.paused <= self.due():
            spent = self.count(self.since, self.paused)
            self.used += spent
            self.left -= spent
            self.since = day
            self.paused_days += (day - self.paused).days
        self.paused, self.paused_for = None, ""

    def due(self) -> dt.date:
        """The due day of a clock that was never paused again after ``since``."""
        return self.due_from(self.since, self.left)

    def due_from(self, day: dt.date, left: int) -> dt.date:
        """The day by whose end so much has passed since the end of ``day``, and on which the offices are open.

        Half a day too many, or closed days that put off the end, can leave less than nothing: that is no debt here, but
        an extension begins with it, so that a pause taken back at once changes nothing for it either.
        """
        if self.unit is DayUnit.WORKING:
            end = self.calendar.add_halves(day, left)
        else:
            end = day + dt.timedelta(days=max(0, left) // _HALVES_OF_A_DAY)
        return self.calendar.next_working(end)

    def count(self, after: dt.date, until: dt.date) -> int:
        """What counted after one day up to and with another, in halves."""
        if self.unit is DayUnit.WORKING:
            return self.calendar.count_halves(after, until)
        return max(0, (until - after).days) * _HALVES_OF_A_DAY

    def reading(self, today: dt.date) -> Reading:
        """What there is to say at the end of ``today``."""
        if self.started is None:
            return Reading(today)
        due = self.due()
        still = self.paused if self.paused is not None and self.paused <= due else None
        until = min(day for day in (today, self.stopped, still) if day is not None)
        spent = self.count(self.since, until)
        left = max(0, self.left - spent) if still else self._left(until, due, self.left - spent)
        stood = ((self.stopped or today) - still).days if still else 0
        return Reading(
            today=today,
            state=self._state(today, due, still),
            unit=self.unit,
            period=self.period + self.extended,
            extended_by=self.extended,
            started_on=self.started,
            due_on=None if still else due,
            due_if_resumed_today=self.due_from(today, left) if still and not self.stopped else None,
            days_used=in_days(self.used + spent),
            days_left=in_days(left),
            days_late=0 if still else in_days(self.count(due, until)),
            paused_days=self.paused_days + stood,
            paused_since=self.paused,
            paused_for=self.paused_for,
            stopped_on=self.stopped,
            kept=None if self.stopped is None else still is not None or self.stopped <= due,
        )

    def _left(self, until: dt.date, due: dt.date, owed: int) -> int:
        reach = self.count(until, due)
        # Of a working day that is to fill up half a one, only that half is left of the period.
        return min(reach, owed) if self.unit is DayUnit.WORKING and owed > 0 else reach

    def _state(self, today: dt.date, due: dt.date, still: dt.date | None) -> ClockState:
        if self.stopped:
            return ClockState.STOPPED
        if still:
            return ClockState.PAUSED
        return ClockState.OVERDUE if today > due else ClockState.RUNNING
