"""A case as the staff reads it: all that is known of it, and what each may do now, with what is still missing said."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clocks import Reading
from core.i18n import format_date, format_number, gettext
from core.i18n import lazy_gettext as _
from core.local_time import to_local
from core.workflow import Attempt, Guard, Mover
from permits import clocks
from permits.assessment import services as assessment
from permits.assessment.models import Check, Condition, Consultee, Message, Request, RequestKind
from permits.desk.deeds import DEEDS, Deed
from permits.desk.queries import last_act, list_acts_since, names_of
from permits.desk.steps import STEPS, StepForm
from permits.hearing.models import Comment
from permits.hearing.services import list_comments, list_neighbours
from permits.inspections.models import Inspection
from permits.inspections.services import list_inspections
from permits.models import Permit, PermitEvent
from permits.register.case import Figure, figures_of
from permits.states import EVENT_TOLD, STATE_NAMES, Clock, Event, Party, State
from permits.types.services import get_settings
from permits.types.settings import TypeSettings
from permits.workflow import PERMITS

_DEEDS_TOLD = {
    "permit.fee": _("The fee was settled."),
    "permit.assign": _("The case was assigned."),
    "permit.check": _("A check was entered."),
    "permit.conditions": _("The conditions were changed."),
    "permit.condition_met": _("A condition was marked as met."),
    "permit.comment_answer": _("A comment was answered."),
    "permit.comment_group": _("Comments were put together."),
    "permit.message": _("A message was written."),
    "permit.take_back": _("A request was taken back."),
    "permit.extension": _("An extension was proposed."),
    "permit.consult": _("Somebody was asked for an opinion."),
}


@dataclass(frozen=True)
class StepNow:
    """A step that somebody may take now: its form, and the sentences that say what it still waits for."""

    event: Event
    form: StepForm
    unmet: list[str]


@dataclass(frozen=True)
class Line:
    """One line of the timeline, or of what was done meanwhile."""

    at: dt.datetime
    told: str
    who: str
    detail: str = ""


@dataclass(frozen=True)
class Said:
    """A comment with those that are answered together with it."""

    comment: Comment
    others: list[Comment] = field(default_factory=list)

    @property
    def is_to_answer(self) -> bool:
        """Whether the city owes an answer."""
        return self.comment.must_answer and not self.comment.answer


@dataclass(frozen=True)
class Related:
    """The case that this one belongs to, or one that belongs to it."""

    reference: str
    type_code: str
    state: State
    is_parent: bool


@dataclass(frozen=True)
class DeskCase:
    """Everything on the desk's page of a case."""

    case: Permit
    settings: TypeSettings
    steps: list[StepNow]
    deeds: Mapping[str, Deed]
    readings: dict[Clock, Reading]
    requests: list[Request]
    checks: list[Check]
    conditions: list[Condition]
    comments: list[Said]
    neighbours: int
    consultees: list[Consultee]
    messages: list[Message]
    inspections: list[Inspection]
    timeline: list[Line]
    related: list[Related]
    figures: list[Figure]
    names: dict[int, str]
    recommended: Mapping[str, Any] | None
    last_act: int


def read_case(session: Session, case: Permit, mover: Mover[Party], now: dt.datetime) -> DeskCase:
    """The page of a case for somebody who is this to it."""
    events = _list_events(session, case)
    consultees = list(
        session.scalars(select(Consultee).where(Consultee.permit_id == case.id).order_by(Consultee.id))
    )
    messages = assessment.list_messages(session, case)
    checks = assessment.list_checks(session, case)
    actors = [event.actor_id for event in events] + [message.author_id for message in messages]
    actors += [check.checked_by for check in checks] + [case.officer_id, case.applicant_id, case.agent_id]
    names = names_of(session, actors)
    return DeskCase(
        case=case,
        settings=get_settings(session, case.type_code, case.type_version),
        steps=list_steps_now(session, case, mover, now),
        deeds={name: deed for name, deed in DEEDS.items() if deed.is_for(case, mover.parties)},
        readings=clocks.read_clocks(session, case, now),
        requests=assessment.list_requests(session, case),
        checks=checks,
        conditions=assessment.list_conditions(session, case),
        comments=_grouped(list_comments(session, case)),
        neighbours=len(list_neighbours(session, case)),
        consultees=consultees,
        messages=messages,
        inspections=list_inspections(session, case),
        timeline=[_line(event, names) for event in events],
        related=_list_related(session, case),
        figures=figures_of(case.proposal),
        names=names,
        recommended=_last_recommendation(events),
        last_act=last_act(session, case.id),
    )


def list_steps_now(session: Session, case: Permit, mover: Mover[Party], now: dt.datetime) -> list[StepNow]:
    """The steps that somebody may take from here, the grave ones last, each with what it still waits for."""
    found = []
    for line in PERMITS.list_steps(case.state, mover.parties):
        form = STEPS.get(line.event)
        if form is None:
            continue
        attempt = Attempt(session, case, mover.actor, now, {})
        missing = [guard for guard in PERMITS.unmet(attempt, line) if guard.code not in form.told]
        found.append(StepNow(line.event, form, [_words(guard) for guard in missing]))
    return sorted(found, key=lambda step: step.form.is_grave)


def list_changes(session: Session, case: Permit, since: int) -> list[Line]:
    """What was done to a case after an act of the record, in words, with who did it."""
    acts = list_acts_since(session, case.id, since)
    names = names_of(session, [act.actor_id for act in acts])
    return [Line(act.at, _told(act.action), names.get(act.actor_id or 0, "")) for act in acts]


def _told(action: str) -> str:
    event = action.removeprefix("permit.")
    if event in set(Event):
        return str(EVENT_TOLD[Event(event)])
    return str(_DEEDS_TOLD.get(action, action))


def _words(guard: Guard[Permit]) -> str:
    return str(guard.unmet)


def _list_events(session: Session, case: Permit) -> list[PermitEvent]:
    asked = select(PermitEvent).where(PermitEvent.permit_id == case.id).order_by(PermitEvent.ordinal)
    return list(session.scalars(asked))


def _line(event: PermitEvent, names: dict[int, str]) -> Line:
    told = str(EVENT_TOLD[event.event])
    if event.source != event.target:
        told = f"{told} ({STATE_NAMES[event.target]})"
    return Line(event.at, told, names.get(event.actor_id or 0, ""), _detail(event))


def _detail(event: PermitEvent) -> str:
    parts = []
    outcome = event.data.get("outcome")
    if event.event is Event.RECOMMEND and outcome in set(State):
        parts.append(str(STATE_NAMES[State(str(outcome))]) + ".")
    if event.data.get("meeting_on"):
        day = format_date(dt.date.fromisoformat(str(event.data["meeting_on"])))
        parts.append(gettext("Meeting on %(day)s.", day=day))
    if event.event is Event.EXTEND and event.data.get("days"):
        parts.append(gettext("By %(n)s days.", n=format_number(int(event.data["days"]))))
    parts += [str(event.data[name]) for name in ("order", "reason") if event.data.get(name)]
    return " ".join(parts)


def _last_recommendation(events: list[PermitEvent]) -> Mapping[str, Any] | None:
    """What the officer recommended last, while it waits for the decision."""
    for event in reversed(events):
        if event.event in (Event.SEND_BACK, Event.DECIDE, Event.DEEM):
            return None
        if event.event is Event.RECOMMEND:
            return event.data
    return None


def _grouped(said: list[Comment]) -> list[Said]:
    """The comments to be answered first; the others as they came."""
    found = {each.id: Said(each) for each in said if each.group_id is None}
    for each in said:
        if each.group_id in found:
            found[each.group_id].others.append(each)
    return sorted(found.values(), key=lambda each: (not each.is_to_answer, each.comment.id))


def _list_related(session: Session, case: Permit) -> list[Related]:
    asked = select(Permit.id, Permit.reference, Permit.type_code, Permit.state).where(
        (Permit.parent_id == case.id) | (Permit.id == case.parent_id), Permit.reference.is_not(None)
    )
    rows = session.execute(asked.order_by(Permit.id))
    return [Related(row.reference, row.type_code, row.state, row.id == case.parent_id) for row in rows]


def tell_referrals(session: Session, ids: list[int]) -> dict[int, dict[str, str]]:
    """What the committee has to know of each case: what was recommended, why, and why it was referred."""
    asked = select(PermitEvent.permit_id, PermitEvent.event, PermitEvent.data).where(
        PermitEvent.permit_id.in_(ids), PermitEvent.event.in_((Event.RECOMMEND, Event.REFER))
    )
    found: dict[int, dict[str, str]] = {}
    for row in session.execute(asked.order_by(PermitEvent.permit_id, PermitEvent.ordinal)):
        told = found.setdefault(row.permit_id, {})
        if row.event is Event.RECOMMEND:
            told["recommended"] = str(row.data.get("outcome", ""))
        told[row.event.value] = str(row.data.get("reason", ""))
    return found


def on_day(moment: dt.datetime) -> dt.date:
    """The city's day of a moment."""
    return to_local(moment).date()


def is_open_request(request: Request) -> bool:
    """Whether an answer is waited for."""
    return request.answered_at is None and request.taken_back_at is None


REQUEST_KINDS = {
    RequestKind.DOCUMENT: _("Document"),
    RequestKind.INFORMATION: _("Information"),
    RequestKind.EXTENSION: _("Extension of the period"),
}
