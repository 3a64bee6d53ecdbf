"""The table of a survey's steps, and the one way to take them (core.workflow)."""

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.geofiles import Severity
from core.i18n import lazy_gettext as _
from core.workflow import Attempt, Guard, Mover, Step, Tick, Transition, Workflow
from parcels.surveys.models import Survey, SurveyEvent, SurveyFinding
from parcels.surveys.states import Event, Party, State, Status

_Line = Transition[Survey, State, Event, Party]
_Attempt = Attempt[Survey]

OPEN = frozenset({State.CHECKING, State.NEEDS_ANSWERS, State.CHECKED, State.SUBMITTED, State.SENT_BACK})
"""States from which something may still come of a survey."""


def _has_no_error(attempt: _Attempt) -> bool:
    error = select(SurveyFinding.id).where(
        SurveyFinding.survey_id == attempt.case.id, SurveyFinding.severity == Severity.ERROR.value
    )
    return attempt.session.execute(error.limit(1)).first() is None


def _changes_something(attempt: _Attempt) -> bool:
    counts = attempt.case.summary.get("counts", {})
    return any(counts.get(status.value) for status in (Status.ADDED, Status.CHANGED, Status.REMOVED))


def _has_reason(attempt: _Attempt) -> bool:
    return bool(str(attempt.data.get("reason", "")).strip())


_SOUND: Guard[Survey] = Guard(
    "errors", _has_no_error, _("The check found errors: mend them and send the file again.")
)
_CHANGES: Guard[Survey] = Guard(
    "nothing", _changes_something, _("The file changes nothing in the city, so there is nothing to approve.")
)
_REASON: Guard[Survey] = Guard(
    "reason", _has_reason, _("Please say why: the surveyor reads it, and it is kept."), "reason"
)

TABLE: tuple[_Line, ...] = (
    Transition(Event.ASK, frozenset({State.CHECKING}), (State.NEEDS_ANSWERS,), frozenset({Party.CHECK})),
    Transition(Event.FINISH, frozenset({State.CHECKING}), (State.CHECKED,), frozenset({Party.CHECK})),
    Transition(
        Event.ANSWER,
        frozenset({State.NEEDS_ANSWERS, State.CHECKED, State.SENT_BACK}),
        (State.CHECKING,),
        frozenset({Party.SURVEYOR}),
    ),
    Transition(
        Event.RECHECK,
        frozenset({State.CHECKED, State.SUBMITTED, State.SENT_BACK}),
        (State.CHECKING,),
        frozenset({Party.SURVEYOR, Party.APPROVER}),
    ),
    Transition(
        Event.SUBMIT,
        frozenset({State.CHECKED}),
        (State.SUBMITTED,),
        frozenset({Party.SURVEYOR}),
        (_SOUND, _CHANGES),
    ),
    Transition(Event.APPROVE, frozenset({State.SUBMITTED}), (State.APPROVED,), frozenset({Party.APPROVER})),
    Transition(
        Event.REJECT, frozenset({State.SUBMITTED}), (State.REJECTED,), frozenset({Party.APPROVER}), (_REASON,)
    ),
    Transition(
        Event.SEND_BACK,
        frozenset({State.SUBMITTED}),
        (State.SENT_BACK,),
        frozenset({Party.APPROVER}),
        (_REASON,),
    ),
    Transition(Event.WITHDRAW, OPEN, (State.WITHDRAWN,), frozenset({Party.SURVEYOR})),
    Transition(
        Event.REVERT, frozenset({State.APPROVED}), (State.REVERTED,), frozenset({Party.APPROVER}), (_REASON,)
    ),
)


class SurveyWorkflow(Workflow[Survey, State, Event, Party]):
    """Surveys have no clocks; who is told is told by the page."""

    kind = "survey"
    initial = State.CHECKING

    def write_event(self, attempt: _Attempt, step: Step[State, Event, Party]) -> None:
        """Append the step, and note on the survey who submitted and who decided."""
        survey = attempt.case
        if step.event is Event.SUBMIT:
            survey.submitted_by = attempt.actor.id
        if step.party is Party.APPROVER and step.event is not Event.RECHECK:
            survey.decided_by = attempt.actor.id
        attempt.session.add(
            SurveyEvent(
                survey_id=survey.id,
                event=step.event.value,
                source=State(step.source).value,
                target=State(step.target).value,
                party=step.party.value,
                actor_id=attempt.actor.id,
                at=step.at,
                data=dict(attempt.data),
            )
        )

    def turn_clock(self, attempt: _Attempt, tick: Tick) -> None:
        """There is none."""
        raise NotImplementedError

    def notify(self, attempt: _Attempt, step: Step[State, Event, Party], notice: StrEnum) -> None:
        """There is none."""
        raise NotImplementedError


WORKFLOW = SurveyWorkflow(TABLE)


def take(
    session: Session,
    survey: Survey,
    event: Event,
    mover: Mover[Party],
    *,
    seen: int | None,
    **data: Any,
) -> Step[State, Event, Party]:
    """Take one step now; see :meth:`core.workflow.Workflow.move`."""
    now = dt.datetime.now(dt.UTC)
    return WORKFLOW.move(session, survey, event, mover, seen=seen, now=now, data=data)
