"""A case as everybody may read it: how it came here, how its clocks stand, what is decided and what comes next.

What staff, applicant and neighbours tell each other is not here, nor who any of them are.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import redactions
from core.clocks import ClockState, Reading, explain
from core.i18n import format_date, format_number
from core.i18n import gettext as _
from core.local_time import to_local
from layers.words import isolated, join_words, land_use_name
from permits import clocks
from permits.assessment.models import Request, RequestKind
from permits.assessment.services import list_conditions
from permits.hearing.models import Comment, Stance
from permits.models import Permit, PermitEvent
from permits.register.models import PublicPermit
from permits.register.next_steps import NEXT
from permits.register.queries import get_public, list_related, read_public
from permits.services import list_steps
from permits.states import CLOCK_NAMES, EVENT_TOLD, STATE_NAMES, Clock, Event, State
from permits.types.services import get_settings
from permits.types.settings import Days, Period, TypeSettings
from permits.workflow import PermitStep

MOST_COMMENTS = 200
_GIVES_REASONS = frozenset({Event.DECIDE, Event.RULE, Event.REFER, Event.REVOKE, Event.CLOSE})
"""Steps whose reason is the city's own word to everybody; other reasons are between the applicant and the city."""


@dataclass(frozen=True)
class StepTold:
    """One line of the timeline."""

    event: str
    at: dt.datetime
    told: str
    detail: str

    @property
    def on(self) -> dt.date:
        """The city's day of it."""
        return to_local(self.at).date()


@dataclass(frozen=True)
class Figure:
    """One figure of the proposal: ``name`` as the proposal has it, ``shown`` with its unit."""

    name: str
    label: str
    value: Any
    shown: str


@dataclass(frozen=True)
class ConditionTold:
    """A condition of the decision."""

    number: int
    text: str
    before_start: bool
    is_met: bool


@dataclass(frozen=True)
class CommentTold:
    """A comment without its author: what was said and what the city answers."""

    stance: Stance
    text: str
    at: dt.datetime
    answer: str

    @property
    def on(self) -> dt.date:
        """The city's day of it."""
        return to_local(self.at).date()


@dataclass(frozen=True)
class CasePage:
    """Everything on a case's page. ``comments_until`` is None when no comments are taken."""

    permit: PublicPermit
    type_name: str
    version: int
    next: str
    clocks: list[str]
    steps: list[StepTold]
    figures: list[Figure]
    conditions: list[ConditionTold]
    reason: str
    parent: PublicPermit | None
    children: list[PublicPermit]
    comments: list[CommentTold]
    comment_count: int
    comments_until: dt.date | None
    appeal_until: dt.date | None
    meeting_on: dt.date | None
    precheck: Mapping[str, Any] | None


def read_case(session: Session, reference: str, now: dt.datetime) -> CasePage:
    """The page of a public case. Raises NotFound."""
    case = get_public(session, reference)
    settings = get_settings(session, case.type_code, case.type_version)
    steps = list_steps(session, case)
    readings = clocks.read_clocks(session, case, now)
    parent, children = list_related(session, case)
    comments = list_comments_told(session, case)
    comment_clock = readings.get(Clock.COMMENT)
    is_open = comment_clock is not None and comment_clock.state is ClockState.RUNNING
    until = comment_clock.due_on if comment_clock and is_open else None
    return CasePage(
        permit=replace(_told_redacted(session, read_public(session, case.id)), comments_until=until),
        type_name=settings.name,
        version=case.version,
        next=str(NEXT[case.state]),
        clocks=_tell_clocks(session, case, readings, settings),
        steps=[tell_step(step) for step in steps],
        figures=figures_of(case.proposal),
        conditions=[
            ConditionTold(each.number, each.text, each.before_start, each.met_at is not None)
            for each in list_conditions(session, case)
        ]
        if case.decided_at
        else [],
        reason=_reason(steps),
        parent=parent,
        children=children,
        comments=comments[:MOST_COMMENTS],
        comment_count=len(comments),
        comments_until=until,
        appeal_until=_appeal_until(session, case, settings, now),
        meeting_on=case.meeting_on if case.state is State.COMMITTEE else None,
        precheck=case.precheck,
    )


def _told_redacted(session: Session, permit: PublicPermit) -> PublicPermit:
    """The same, saying in the place of a description that was taken out of sight that it was."""
    hidden = redactions.fields_redacted(session, "permit", [permit.id]).get(permit.id, frozenset())
    return replace(permit, description=redactions.redacted_words()) if "description" in hidden else permit


def list_comments_told(session: Session, case: Permit) -> list[CommentTold]:
    """What was said of a case, oldest first; one answered together with others carries their answer.

    In the place of words that were taken out of sight stands that they were.
    """
    asked = select(Comment).where(Comment.permit_id == case.id).order_by(Comment.id)
    found = list(session.scalars(asked))
    hidden = redactions.fields_redacted(session, "permit_comment", (each.id for each in found))

    def words(said: Comment, name: str) -> str:
        is_hidden = name in hidden.get(said.id, frozenset())
        return redactions.redacted_words() if is_hidden else str(getattr(said, name))

    answers = {each.id: words(each, "answer") for each in found}
    return [
        CommentTold(
            each.stance, words(each, "text"), each.at, answers[each.id] or answers.get(each.group_id or 0, "")
        )
        for each in found
    ]


def tell_step(step: PermitStep) -> StepTold:
    """One line of the timeline, as everybody may read it."""
    told = str(EVENT_TOLD[step.event])
    if step.event in (Event.DECIDE, Event.DEEM, Event.RULE):
        told = _("%(told)s %(state)s.", told=told, state=STATE_NAMES[step.target])
    return StepTold(step.event.value, step.at, told, _detail(step))


def _detail(step: PermitStep) -> str:
    parts = []
    if step.event is Event.REFER and step.data.get("meeting_on"):
        day = dt.date.fromisoformat(str(step.data["meeting_on"]))
        parts.append(_("Meeting on %(day)s.", day=format_date(day)))
    if step.event is Event.EXTEND and step.data.get("days"):
        parts.append(_("By %(n)s days.", n=format_number(int(step.data["days"]))))
    if step.event in _GIVES_REASONS:
        parts.append(str(step.data.get("reason") or "").strip())
    return " ".join(part for part in parts if part)


def _reason(steps: list[PermitStep]) -> str:
    """The reasons of the decision that was taken last."""
    given = [step for step in steps if step.event in (Event.DECIDE, Event.RULE)]
    return str(given[-1].data.get("reason") or "").strip() if given else ""


def _tell_clocks(
    session: Session, case: Permit, readings: Mapping[Clock, Reading], settings: TypeSettings
) -> list[str]:
    """The clocks that run, in sentences. What a pause waits for is told by kind, not in the officer's own words."""
    told = []
    for clock, reading in readings.items():
        if reading.state is ClockState.STOPPED:
            continue
        if clock is Clock.COMMENT:
            # While comments are taken the page says so by itself; afterwards nobody is late with anything.
            if reading.state is ClockState.OVERDUE and reading.due_on:
                told.append(_("Comments were taken until %(day)s.", day=format_date(reading.due_on)))
            continue
        waits = _waits_for(session, case, settings) if reading.paused_since else ""
        told.append(explain(replace(reading, paused_for=waits), str(CLOCK_NAMES[clock])))
    return told


def _waits_for(session: Session, case: Permit, settings: TypeSettings) -> str:
    if case.state is State.APPEALED:
        return _("waiting for the ruling on the appeal")
    open_requests = select(Request.kind, Request.document_kind).where(
        Request.permit_id == case.id,
        Request.kind != RequestKind.EXTENSION,
        Request.answered_at.is_(None),
        Request.taken_back_at.is_(None),
    )
    names = {each.code: each.name for each in settings.documents}
    documents = [
        names[row.document_kind] for row in session.execute(open_requests) if row.document_kind in names
    ]
    if documents:
        return _(
            "waiting for the applicant's documents: %(names)s",
            names=join_words(list(dict.fromkeys(documents))),
        )
    return _("waiting for the applicant's answer")


def _appeal_until(session: Session, case: Permit, settings: TypeSettings, now: dt.datetime) -> dt.date | None:
    """The last day for an appeal against a decision; None when it is over or there is nothing to appeal against."""
    if case.decided_at is None or case.state not in (State.GRANTED, State.GRANTED_CONDITIONS, State.REFUSED):
        return None
    if case.imported is not None:
        return None
    period: Days = settings.periods[Period.APPEAL_FILING]
    reading = clocks.read_period(session, case.decided_at, period, now)
    return reading.due_on if reading.state is ClockState.RUNNING else None


def last_moments(session: Session, ids: list[int]) -> dict[int, dt.datetime]:
    """When something last happened to each of these cases."""
    asked = (
        select(PermitEvent.permit_id, PermitEvent.at)
        .where(PermitEvent.permit_id.in_(ids))
        .order_by(PermitEvent.permit_id, PermitEvent.ordinal)
    )
    return {row.permit_id: row.at for row in session.execute(asked)}


def figures_of(proposal: Mapping[str, Any]) -> list[Figure]:
    """The proposal's figures, those that were given, with their units."""
    labels: list[tuple[str, str, str]] = [
        ("use", _("Use"), ""),
        ("floors", _("Floors above the pilotis"), "%(n)s"),
        ("height_m", _("Height"), _("%(n)s m")),
        ("footprint_m2", _("Footprint"), _("%(n)s m²")),
        ("floor_area_m2", _("Floor area"), _("%(n)s m²")),
        ("dwellings", _("Dwellings"), "%(n)s"),
        ("parking", _("Parking spaces"), "%(n)s"),
    ]
    found = []
    for name, label, unit in labels:
        value = proposal.get(name)
        if value in (None, ""):
            continue
        if name == "use":
            found.append(Figure(name, label, value, land_use_name(str(value))))
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found.append(Figure(name, label, value, unit % {"n": format_number(value, 1)}))
        else:
            found.append(Figure(name, label, str(value), isolated(str(value))))
    return found
