"""The clocks of one case, read by the city's calendar."""

import datetime as dt
from collections import defaultdict
from typing import Any

from sqlalchemy import ColumnElement, Date, Text, cast, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from core.calendar.queries import load
from core.clocks import ClockAct, ClockEvent, ClockState, DayUnit, Reading, read
from permits.models import Permit, PermitClock
from permits.states import Clock
from permits.types.settings import Days


def read_clocks(session: Session, case: Permit, now: dt.datetime) -> dict[Clock, Reading]:
    """Every clock that was ever started in a case, as it stands at a moment, in the order of their first starts.

    A clock that was started again (a second request, a second round of comments) is told as it runs now.
    """
    calendar = load(session)
    today = calendar.day_of(now)
    return {clock: read(events, calendar, today) for clock, events in _list_events(session, case).items()}


def find_clock(session: Session, case: Permit, clock: Clock, now: dt.datetime) -> Reading | None:
    """One clock as it stands at a moment; None when it was never started."""
    return read_clocks(session, case, now).get(clock)


def _list_events(session: Session, case: Permit) -> dict[Clock, list[ClockEvent]]:
    """The acts on each clock since it was last started."""
    rows = session.scalars(
        select(PermitClock).where(PermitClock.permit_id == case.id).order_by(PermitClock.id)
    )
    found: dict[Clock, list[ClockEvent]] = defaultdict(list)
    for row in rows:
        if row.act is ClockAct.START:
            found[row.clock] = []
        found[row.clock].append(ClockEvent(row.act, row.at, row.days, row.unit, row.reason))
    return found


def has_started(session: Session, case: Permit, clock: Clock) -> bool:
    """Whether a clock was ever started."""
    return clock in _list_events(session, case)


def list_going(session: Session, case: Permit) -> list[Clock]:
    """The clocks that were started and not stopped, paused ones too; the check's and the decision's first."""
    events = _list_events(session, case)
    return [clock for clock in Clock if clock in events and events[clock][-1].act is not ClockAct.STOP]


def is_paused(session: Session, case: Permit, clock: Clock) -> bool:
    """Whether a clock stands still."""
    events = _list_events(session, case).get(clock, [])
    standing = [each.act for each in events if each.act is not ClockAct.EXTEND]
    return bool(standing) and standing[-1] is ClockAct.PAUSE


def is_overdue(session: Session, case: Permit, clock: Clock, now: dt.datetime) -> bool:
    """Whether a clock runs and its last day is over."""
    reading = find_clock(session, case, clock, now)
    return reading is not None and reading.state is ClockState.OVERDUE


def is_within(session: Session, case: Permit, clock: Clock, now: dt.datetime) -> bool:
    """Whether a clock runs and its last day is not over."""
    reading = find_clock(session, case, clock, now)
    return reading is not None and reading.state is ClockState.RUNNING


def read_period(session: Session, since: dt.datetime, period: Days, now: dt.datetime) -> Reading:
    """A period that began at a moment, as a clock that nothing stops."""
    calendar = load(session)
    events = [ClockEvent(ClockAct.START, since, period.days, period.unit)]
    return read(events, calendar, calendar.day_of(now))


def is_within_days(session: Session, since: dt.datetime, period: Days, now: dt.datetime) -> bool:
    """Whether a period that began at a moment is not over."""
    return read_period(session, since, period, now).state is ClockState.RUNNING


_PARTS, _ACTS = ":", ","


def course_of(clock: ColumnElement[Any]) -> ColumnElement[str | None]:
    """How one clock of each permit of a query ran, as one text for :class:`ManyClocks`; None where it never did.

    One text a case: to fetch each act as a row of its own takes longer than to read all the clocks.
    """
    day = cast(PermitClock.at, Date)
    act = func.concat_ws(
        _PARTS,
        cast(PermitClock.act, Text),
        cast(day, Text),
        func.coalesce(cast(PermitClock.days, Text), ""),
        func.coalesce(cast(PermitClock.unit, Text), ""),
    )
    return (
        select(func.string_agg(act, aggregate_order_by(literal(_ACTS), PermitClock.id)))
        .where(PermitClock.permit_id == Permit.id, cast(PermitClock.clock, Text) == clock)
        .correlate(Permit)
        .scalar_subquery()
    )


class ManyClocks:
    """Reads the clocks of a list by one calendar. Those that ran alike, day for day, are reckoned once."""

    def __init__(self, session: Session, now: dt.datetime) -> None:
        self._calendar = load(session)
        self.today = self._calendar.day_of(now)
        self._known: dict[str, Reading] = {}

    def read(self, course: str | None) -> Reading | None:
        """How a clock stands that ran so; it does not tell what a pause waits for."""
        if not course:
            return None
        if course not in self._known:
            self._known[course] = read(self._acts(course), self._calendar, self.today)
        return self._known[course]

    def _acts(self, course: str) -> list[ClockEvent]:
        acts: list[ClockEvent] = []
        for written in course.split(_ACTS):
            act, day, days, unit = written.split(_PARTS)
            if act == ClockAct.START:
                acts = []
            # Clocks count days: at which hour of its day something was done makes no difference.
            at = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(12), self._calendar.zone)
            acts.append(
                ClockEvent(ClockAct(act), at, int(days) if days else None, DayUnit(unit) if unit else None)
            )
        return acts
