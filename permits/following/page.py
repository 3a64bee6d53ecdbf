"""A case as its applicant reads it: what is asked of them, how its clocks stand, how it came here, what comes next."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from core.local_time import to_local
from core.visibility import Audience
from layers.words import isolated
from permits import clocks
from permits.applying.access import Holder
from permits.assessment import services as desk
from permits.assessment.models import RequestKind
from permits.documents.queries import list_documents
from permits.following.services import list_open, list_possible
from permits.models import Permit
from permits.register.case import StepTold, figures_of, tell_clocks, tell_step
from permits.register.next_steps import NEXT
from permits.services import list_steps
from permits.states import STATE_NAMES, Clock, Event, State
from permits.types.settings import Period, TypeSettings
from permits.workflow import PermitStep

_TOLD_TO_APPLICANT = frozenset(
    {Event.REQUEST, Event.ASK, Event.RETURN, Event.WITHDRAW, Event.APPEAL, Event.EXTEND}
)
"""Steps whose reason is between the applicant and the city: on this page it is told."""


@dataclass(frozen=True)
class MessageTold:
    """A message; ``is_new`` when the applicant is shown it for the first time."""

    text: str
    on: dt.date
    from_city: bool
    is_new: bool


def tell(session: Session, holder: Holder, settings: TypeSettings, now: dt.datetime) -> dict[str, Any]:
    """Everything that the page is made of."""
    case = holder.case
    asked = list_open(session, case)
    readings = clocks.read_clocks(session, case, now)
    answer_clock = readings.get(Clock.ANSWER)
    return {
        # Fenced, else a reference or an address is read backwards in a Persian sentence.
        "fenced": {"reference": isolated(case.reference or ""), "email": isolated(case.contact_email)},
        "state_name": STATE_NAMES[case.state],
        "next_told": NEXT[case.state],
        "asked": [each for each in asked if each.kind is not RequestKind.EXTENSION]
        if case.state in (State.INCOMPLETE, State.AWAITING_APPLICANT)
        else [],
        "extensions": [each for each in asked if each.kind is RequestKind.EXTENSION],
        "answer_until": answer_clock.due_on if answer_clock and not answer_clock.stopped_on else None,
        "kind_names": {each.code: each.name for each in settings.documents},
        "clocks": tell_clocks(session, case, readings, settings),
        "timeline": [_step(step) for step in list_steps(session, case)],
        "messages": [
            MessageTold(
                each.text, to_local(each.at).date(), each.from_city, each.from_city and not each.read_at
            )
            for each in desk.list_messages(session, case)
        ],
        "papers": list_documents(session, case, Audience.PARTIES),
        "figures": figures_of(case.proposal),
        "conditions": desk.list_conditions(session, case) if case.decided_at else [],
        "possible": list_possible(session, holder, now) if holder.may_write else {},
        "appeal_until": _appeal_until(session, case, settings, now),
        "is_fee_settled": case.fee_settled_at is not None
        or bool(case.fee_waived_reason)
        or not case.fee_rials,
    }


def _step(step: PermitStep) -> StepTold:
    told = tell_step(step)
    if step.event not in _TOLD_TO_APPLICANT:
        return told
    reason = str(step.data.get("reason") or "").strip()
    return replace(told, detail=" ".join(each for each in (told.detail, reason) if each))


def _appeal_until(session: Session, case: Permit, settings: TypeSettings, now: dt.datetime) -> dt.date | None:
    if case.decided_at is None:
        return None
    period = settings.periods[Period.APPEAL_FILING]
    return clocks.read_period(session, case.decided_at, period, now).due_on
