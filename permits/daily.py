"""What silence means: once a day the steps that time takes, each in a savepoint, none twice."""

import datetime as dt

import structlog
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from core import jobs, local_time
from core.clocks import ClockAct
from core.errors import AppError
from permits.access import CLOCK
from permits.models import Permit, PermitClock
from permits.states import GRANTED, RULED, Event, State
from permits.types.services import get_settings
from permits.workflow import PERMITS

log = structlog.get_logger("permits")

_WAITING = frozenset({State.INCOMPLETE, State.AWAITING_APPLICANT})
_UNDER_DECISION = frozenset(
    {State.VALID, State.CONSULTATION, State.ASSESSMENT, State.RECOMMENDED, State.COMMITTEE}
)
_PERMITTED = GRANTED | RULED | {State.BUILDING}


@jobs.task("permits.daily", cron="40 1 * * *")
def daily(session: Session, timestamp: int = 0) -> None:
    """Take the steps of time in every case that waits for one; ``timestamp``: the moment it was due (UTC, seconds)."""
    now = dt.datetime.fromtimestamp(timestamp, dt.UTC) if timestamp else local_time.now()
    take_steps_of_time(session, now)


def take_steps_of_time(session: Session, now: dt.datetime) -> list[tuple[int, Event]]:
    """Return what was done: the case's number with its step. Run again for the same day, it does nothing."""
    # A period of working days is never shorter than as many days: only cases with one that old are looked at.
    is_old = exists().where(
        PermitClock.permit_id == Permit.id,
        PermitClock.act == ClockAct.START,
        PermitClock.at + func.make_interval(0, 0, 0, PermitClock.days) <= now,
    )
    waiting = select(Permit.id, Permit.state).where(
        Permit.state.in_(_WAITING | _UNDER_DECISION | _PERMITTED), is_old
    )
    done = []
    for permit_id, state in session.execute(waiting.order_by(Permit.id)).all():
        case = session.get_one(Permit, permit_id)
        event, target = _due(session, case, state)
        if event is not None and _take(session, case, event, target, now):
            done.append((permit_id, event))
    return done


def _due(session: Session, case: Permit, state: State) -> tuple[Event | None, State | None]:
    if state in _WAITING:
        return Event.SILENCE, None
    if state in _PERMITTED:
        return Event.LAPSE, None
    silence = get_settings(session, case.type_code, case.type_version).silence
    return (Event.DEEM, silence) if silence else (None, None)


def _take(session: Session, case: Permit, event: Event, target: State | None, now: dt.datetime) -> bool:
    """Try a step; that its time has not come is no error, it is what the guards are for."""
    try:
        with session.begin_nested():
            PERMITS.move(session, case, event, CLOCK, seen=None, now=now, target=target)
    except AppError as refused:
        log.debug("not yet", permit=case.id, step=event.value, why=refused.code)
        return False
    return True
