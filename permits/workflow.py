"""Moving a permit's case: the one function ``PERMITS.move`` with what events, clocks and letters are here."""

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select

from core import jobs
from core.clocks import ClockAct
from core.workflow import Attempt, Step, Tick, Workflow
from permits import clocks
from permits.models import Permit, PermitClock, PermitEvent
from permits.notices import NOTICE_JOB
from permits.states import GRANTED, Clock, Event, Party, State
from permits.table import TABLE
from permits.types.services import get_settings
from permits.types.settings import Days, Period

_EVENT = "permits.event"

PermitStep = Step[State, Event, Party]
_OPPOSITE = {
    State.REFUSED: State.GRANTED,
    State.GRANTED: State.REFUSED,
    State.GRANTED_CONDITIONS: State.REFUSED,
}


class PermitWorkflow(Workflow[Permit, State, Event, Party]):
    """The workflow of permits."""

    kind = "permit"
    initial = State.DRAFT

    def write_event(self, attempt: Attempt[Permit], step: PermitStep) -> None:
        """Append the event, and set on the case the times and the outcome that it brings."""
        session, case = attempt.session, attempt.case
        last = session.scalar(select(func.max(PermitEvent.ordinal)).where(PermitEvent.permit_id == case.id))
        row = PermitEvent(
            permit_id=case.id,
            ordinal=(last or 0) + 1,
            event=step.event,
            source=step.source,
            target=step.target,
            party=step.party,
            actor_id=attempt.actor.id,
            at=step.at,
            data=dict(step.data),
        )
        session.add(row)
        for name, value in facts_of(step, case.outcome).items():
            setattr(case, name, value)
        session.flush()
        session.info[_EVENT] = row.id

    def turn_clock(self, attempt: Attempt[Permit], tick: Tick) -> None:
        """Append to a clock what a step does to it."""
        for act, clock in self._acts(attempt, tick):
            period = self._period(attempt, clock) if act is ClockAct.START else None
            row = PermitClock(
                permit_id=attempt.case.id,
                event_id=attempt.session.info[_EVENT],
                clock=clock,
                act=act,
                at=attempt.now,
                days=period.days if period else None,
                unit=period.unit if period else None,
                reason=str(attempt.data.get("reason", "")),
            )
            if act is ClockAct.EXTEND:
                row.days = int(attempt.data["days"])
            attempt.session.add(row)
            attempt.session.flush()

    def _period(self, attempt: Attempt[Permit], clock: Clock) -> Days:
        settings = get_settings(attempt.session, attempt.case.type_code, attempt.case.type_version)
        return settings.periods[Period(clock.value)]

    def _acts(self, attempt: Attempt[Permit], tick: Tick) -> list[tuple[ClockAct, Clock]]:
        """The acts of a tick: a clock that does not run is neither paused nor stopped."""
        session, case = attempt.session, attempt.case
        going = clocks.list_going(session, case)
        if tick.clock is None:
            return [(tick.act, clock) for clock in (going[:1] if tick.act is ClockAct.EXTEND else going)]
        clock = Clock(tick.clock)
        if clock is Clock.BEGINNING and tick.act in (ClockAct.START, ClockAct.RESUME):
            return _beginning(case.outcome in GRANTED, clock in going)
        if tick.act is ClockAct.START:
            return [(tick.act, clock)]
        is_possible = clock in going and (
            tick.act is not ClockAct.PAUSE or not clocks.is_paused(session, case, clock)
        )
        return [(tick.act, clock)] if is_possible else []

    def notify(self, attempt: Attempt[Permit], step: PermitStep, notice: StrEnum) -> None:  # noqa: ARG002
        """Have the letters of a step written by a job of this very transaction."""
        jobs.defer(
            attempt.session,
            NOTICE_JOB,
            permit_id=attempt.case.id,
            event_id=attempt.session.info[_EVENT],
            notice=notice.value,
        )


def _beginning(is_permitted: bool, is_going: bool) -> list[tuple[ClockAct, Clock]]:
    """After a decision, or a ruling on it, the time to begin runs where there is a permission, and only there."""
    if is_permitted:
        return [(ClockAct.RESUME if is_going else ClockAct.START, Clock.BEGINNING)]
    return [(ClockAct.STOP, Clock.BEGINNING)] if is_going else []


def facts_of(step: PermitStep, outcome: State | None) -> dict[str, Any]:
    """What a step sets on its case besides the state: times, and the outcome that holds after it."""
    facts: dict[str, Any] = {}
    if step.event is Event.SUBMIT:
        facts["submitted_at"] = step.at
    elif step.event is Event.VALIDATE:
        facts["published_at"] = step.at
    elif step.event in (Event.DECIDE, Event.DEEM):
        facts |= {"decided_at": step.at, "outcome": step.target}
    elif step.event is Event.REFER:
        facts["meeting_on"] = dt.date.fromisoformat(str(step.data["meeting_on"]))
    elif step.event is Event.RULE:
        facts["outcome"] = _ruled(step.target, outcome)
    return facts


def _ruled(ruling: State, outcome: State | None) -> State | None:
    if ruling is State.VARIED:
        return State.GRANTED_CONDITIONS
    if ruling is State.REVERSED and outcome is not None:
        return _OPPOSITE[outcome]
    return outcome


PERMITS = PermitWorkflow(TABLE)
"""The workflow itself: it holds nothing but the table."""
