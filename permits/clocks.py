"""The clocks of one case, read by the city's calendar."""

import datetime as dt
from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.calendar.queries import load
from core.clocks import ClockAct, ClockEvent, ClockState, Reading, read
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
