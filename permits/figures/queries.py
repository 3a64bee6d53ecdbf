"""Reads the figures: a few statements over all cases, none of which reads a case twice."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from core.calendar.queries import load
from core.clocks import ClockAct, ClockEvent, ClockState, read
from permits.figures.periods import Period
from permits.models import Permit, PermitClock
from permits.states import UNDECIDED, Clock, State

_HERE = Path(__file__).parent
_FIGURES, _STEPS, _RULES = (
    text((_HERE / f"{name}.sql").read_text(encoding="utf-8")) for name in ("figures", "steps", "rules")
)


@dataclass(frozen=True)
class Row:
    """The figures of one type in one period. Days are None where nothing was decided."""

    period: str
    type_code: str
    received: int
    decided: int
    refused: int
    median_days: float | None
    p90_days: float | None
    comments: int
    objections: int


@dataclass(frozen=True)
class Stay:
    """How long cases stood in a state before a step led out of it."""

    state: State
    steps: int
    median_days: float
    p90_days: float


def list_rows(session: Session, periods: Sequence[Period], zone: ZoneInfo) -> list[Row]:
    """The figures by period and type; a type of which nothing is to be told has no row."""
    moments = [each.moments(zone) for each in periods]
    values = {
        "names": [each.key for each in periods],
        "sinces": [since for since, _until in moments],
        "untils": [until for _since, until in moments],
    }
    return [Row(*row) for row in session.execute(_FIGURES, values)]


def list_stays(session: Session, period: Period, zone: ZoneInfo) -> list[Stay]:
    """How long each state took, in the order of a case's life."""
    since, until = period.moments(zone)
    rows = session.execute(_STEPS, {"since": since, "until": until})
    found = [Stay(State(row[0]), row[1], row[2], row[3]) for row in rows]
    return sorted(found, key=lambda stay: list(State).index(stay.state))


def list_rules(session: Session, period: Period, zone: ZoneInfo) -> list[tuple[str, int]]:
    """The rules that cases refused in a period had failed, with how many cases, the most frequent first."""
    since, until = period.moments(zone)
    return [(row[0], row[1]) for row in session.execute(_RULES, {"since": since, "until": until})]


def count_overdue(session: Session, now: dt.datetime) -> dict[str, int]:
    """How many undecided cases of each type are past the last day for their decision."""
    asked = (
        select(Permit.type_code, PermitClock)
        .join(PermitClock, PermitClock.permit_id == Permit.id)
        .where(Permit.state.in_(list(UNDECIDED)), PermitClock.clock == Clock.DECISION)
        .order_by(PermitClock.permit_id, PermitClock.id)
    )
    events: dict[tuple[str, int], list[ClockEvent]] = {}
    for type_code, row in session.execute(asked):
        if row.act is ClockAct.START:
            events[type_code, row.permit_id] = []
        events.setdefault((type_code, row.permit_id), []).append(
            ClockEvent(row.act, row.at, row.days, row.unit, row.reason)
        )
    calendar = load(session)
    today = calendar.day_of(now)
    found: dict[str, int] = {}
    for (type_code, _permit), acts in events.items():
        if read(acts, calendar, today).state is ClockState.OVERDUE:
            found[type_code] = found.get(type_code, 0) + 1
    return found


def find_first_day(session: Session) -> dt.date | None:
    """The day of the first application."""
    first = session.scalar(select(func.min(Permit.submitted_at)).where(Permit.imported.is_(None)))
    return load(session).day_of(first) if first else None
