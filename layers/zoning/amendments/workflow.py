"""Moving an amendment: the one function ``AMENDMENTS.move`` with what events are here. It has no clocks of its own."""

from enum import StrEnum
from typing import Any

from sqlalchemy import func, select

from core.workflow import Attempt, Step, Tick, Workflow
from layers.zoning.amendments import queries
from layers.zoning.amendments.guards import day_of
from layers.zoning.amendments.models import Amendment, AmendmentEvent
from layers.zoning.amendments.states import Event, Party, State
from layers.zoning.amendments.table import TABLE

AmendmentStep = Step[State, Event, Party]


class AmendmentWorkflow(Workflow[Amendment, State, Event, Party]):
    """The workflow of amendments."""

    kind = "amendment"
    initial = State.DRAFT

    def write_event(self, attempt: Attempt[Amendment], step: AmendmentStep) -> None:
        """Append the event, and set on the amendment what it brings."""
        session, case = attempt.session, attempt.case
        last = session.scalar(
            select(func.max(AmendmentEvent.ordinal)).where(AmendmentEvent.amendment_id == case.id)
        )
        row = AmendmentEvent(
            amendment_id=case.id,
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
        for name, value in _facts(attempt, step).items():
            setattr(case, name, value)
        session.flush()

    def turn_clock(self, attempt: Attempt[Amendment], tick: Tick) -> None:  # noqa: ARG002 (the engine's)
        """No line of the table has a clock: the effective date is a day, not a period."""
        raise LookupError(tick.clock)

    def notify(self, attempt: Attempt[Amendment], step: AmendmentStep, notice: StrEnum) -> None:  # noqa: ARG002
        """No line of the table sends a letter yet."""
        raise LookupError(notice)


def _facts(attempt: Attempt[Amendment], step: AmendmentStep) -> dict[str, Any]:
    data = step.data
    if step.event is Event.SUBMIT:
        return {"submitted_at": step.at}
    if step.event is Event.CHECK:
        last = queries.get_last_save(attempt.session, attempt.case)
        return {"checked_version": last.version if last else None}
    if step.event is Event.SEND_BACK:
        return {"submitted_at": None, "checked_version": None}
    if step.event is Event.CONSULT:
        return {"comments_until": day_of(data.get("comments_until"))}
    if step.event is Event.ADOPT:
        return {
            "resolution": str(data.get("resolution", "")).strip(),
            "resolution_on": day_of(data.get("resolution_on")),
        }
    if step.event in (Event.SCHEDULE, Event.UNSCHEDULE):
        return {"effective_on": day_of(data.get("effective_on"))}
    return {}


AMENDMENTS = AmendmentWorkflow(TABLE)
"""The workflow itself: it holds nothing but the table."""
