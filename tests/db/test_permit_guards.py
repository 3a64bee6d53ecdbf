"""Every guard of the permits' table: once where it holds and once where it does not; none may be left out."""

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.audit import Actor
from core.clocks import ClockAct, DayUnit
from core.workflow import Attempt, Guard
from permits.assessment.models import Check, CheckResult, Condition, Request, RequestKind
from permits.documents.models import PermitDocument
from permits.hearing.models import Comment, Stance
from permits.inspections.models import Inspection, InspectionResult
from permits.models import Permit, PermitClock, PermitEvent
from permits.states import Clock, Event, Party, State
from permits.table import TABLE
from permits.types import services as types
from permits.types.schemas import from_json, to_json
from tests.permits import NOON, bring_documents, make_case, person_for

GUARDS: dict[str, Guard[Permit]] = {guard.code: guard for line in TABLE for guard in line.guards}
Fixture = Callable[[Session, Permit], dict[str, Any] | None]
LATER = NOON + dt.timedelta(days=400)


def nothing(_session: Session, _case: Permit) -> None:
    """The case as it is made."""


def having(**fields: Any) -> Fixture:
    def prepare(session: Session, case: Permit) -> None:
        for name, value in fields.items():
            setattr(case, name, value)
        session.flush()

    return prepare


def told(**data: Any) -> Fixture:
    return lambda _session, _case: data


def clock(which: Clock, days: int, *acts: ClockAct) -> Fixture:
    """A clock started at noon, with further acts at the same moment."""

    def prepare(session: Session, case: Permit) -> None:
        row = PermitEvent(
            permit_id=case.id, ordinal=1, event=Event.ACCEPT, source=case.state, target=case.state,
            party=Party.CLOCK, at=NOON,
        )  # fmt: skip
        session.add(row)
        session.flush()
        for act in (ClockAct.START, *acts):
            is_start = act is ClockAct.START
            session.add(
                PermitClock(
                    permit_id=case.id,
                    event_id=row.id,
                    clock=which,
                    act=act,
                    at=NOON,
                    days=days if is_start else None,
                    unit=DayUnit.CALENDAR if is_start else None,
                )
            )
        session.flush()

    return prepare


def request(kind: RequestKind, **fields: Any) -> Fixture:
    def prepare(session: Session, case: Permit) -> dict[str, Any]:
        made = Request(permit_id=case.id, kind=kind, text="?", days=10, **fields)
        session.add(made)
        session.flush()
        return {"request_id": made.id}

    return prepare


def condition(**fields: Any) -> Fixture:
    def prepare(session: Session, case: Permit) -> None:
        session.add(Condition(permit_id=case.id, number=1, text="Keep the trees", **fields))
        session.flush()

    return prepare


def checks(*results: CheckResult) -> Fixture:
    def prepare(session: Session, case: Permit) -> None:
        settings = types.get_settings(session, case.type_code, 1)
        for each, result in zip(settings.checks, results, strict=True):
            session.add(Check(permit_id=case.id, code=each.code, result=result))
        session.flush()

    return prepare


def comment(**fields: Any) -> Fixture:
    def prepare(session: Session, case: Permit) -> None:
        session.add(
            Comment(
                permit_id=case.id,
                receipt="R1",
                stance=Stance.OBJECTION,
                text="No",
                must_answer=True,
                **fields,
            )
        )
        session.flush()

    return prepare


def visits(*results: tuple[str, InspectionResult, int]) -> Fixture:
    def prepare(session: Session, case: Permit) -> None:
        for code, result, day in results:
            session.add(
                Inspection(
                    permit_id=case.id,
                    client_key=f"{code}-{day}",
                    code=code,
                    result=result,
                    inspected_at=NOON + dt.timedelta(days=day),
                )
            )
        session.flush()

    return prepare


def event_by(event: Event, actor_id: int) -> Fixture:
    def prepare(session: Session, case: Permit) -> None:
        session.add(
            PermitEvent(
                permit_id=case.id,
                ordinal=1,
                event=event,
                source=case.state,
                target=case.state,
                party=Party.OFFICER,
                actor_id=actor_id,
                at=NOON,
            )
        )
        session.flush()

    return prepare


def quick(**changed: Any) -> Fixture:
    """The case under another version of its type."""

    def prepare(session: Session, case: Permit) -> None:
        given = to_json(types.get_settings(session, case.type_code, 1)) | changed
        new = types.change_type(
            session, Actor("test"), case.type_code, 1, from_json("new_building", 2, given), "test"
        )
        case.type_version = new.version
        session.flush()

    return prepare


def all_of(*each: Fixture) -> Fixture:
    def prepare(session: Session, case: Permit) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for one in each:
            found |= one(session, case) or {}
        return found

    return prepare


def withdrawn(session: Session, case: Permit) -> None:
    """One of the documents was taken back again."""
    first = session.scalars(select(PermitDocument).where(PermitDocument.permit_id == case.id)).first()
    assert first is not None
    first.withdrawn_at, first.withdrawn_reason = NOON, "the wrong one"
    session.flush()


ALL_PASSED = visits(
    ("foundation", InspectionResult.FAILED, -9),
    ("foundation", InspectionResult.PASSED, -8),
    ("frame", InspectionResult.PASSED, -7),
    ("final", InspectionResult.PASSED, -6),
)
PASSED_BUT_LAST = visits(
    ("foundation", InspectionResult.PASSED, -9),
    ("frame", InspectionResult.PASSED, -7),
    ("final", InspectionResult.PASSED, -6),
    ("final", InspectionResult.FAILED, -5),
)
DONE = (
    CheckResult.PASSED,
    CheckResult.FAILED,
    CheckResult.PASSED,
    CheckResult.NOT_APPLICABLE,
    CheckResult.PASSED,
)

# Guard → (where it holds, where it does not). What is not said is the case as tests.permits makes it, at noon.
Cases = dict[str, tuple[list[Fixture], list[Fixture]]]
HOLDS: Cases = {
    "parcel_chosen": ([nothing], [having(parcel_id=None)]),
    "documents_complete": (
        [bring_documents],
        [nothing, all_of(bring_documents, withdrawn)],
    ),
    "declared": ([having(declared_at=NOON)], [nothing]),
    "fee_settled": (
        [
            having(fee_rials=5, fee_settled_at=NOON),
            having(fee_rials=5, fee_waived_reason="poor"),
            having(fee_rials=0),
        ],
        [having(fee_rials=5), having(fee_rials=None)],
    ),
    "asks_something": (
        [request(RequestKind.DOCUMENT), request(RequestKind.INFORMATION)],
        [nothing, request(RequestKind.EXTENSION), request(RequestKind.DOCUMENT, answered_at=NOON)],
    ),
    "all_answered": (
        [
            nothing,
            request(RequestKind.DOCUMENT, answered_at=NOON),
            request(RequestKind.DOCUMENT, taken_back_at=NOON),
        ],
        [request(RequestKind.DOCUMENT), request(RequestKind.INFORMATION)],
    ),
    "nothing_asked": ([nothing], [request(RequestKind.DOCUMENT)]),
    "answer_overdue": (
        [clock(Clock.ANSWER, 399)],
        [nothing, clock(Clock.ANSWER, 500), clock(Clock.ANSWER, 3, ClockAct.STOP)],
    ),
    "zoning_pinned": ([having(zoning_day=NOON.date())], [nothing]),
    "neighbours_frozen": ([having(neighbours_frozen_at=NOON)], [nothing]),
    "officer_assigned": ([], [nothing]),
    "has_reason": ([told(reason="because")], [nothing, told(reason="  ")]),
    "recommends": ([told(outcome="granted"), told(outcome="refused")], [nothing, told(outcome="completed")]),
    "publicity_held": ([clock(Clock.COMMENT, 5), quick(is_publicity_required=False)], [nothing]),
    "comments_closed": ([nothing, clock(Clock.COMMENT, 399)], [clock(Clock.COMMENT, 500)]),
    "checks_done": ([checks(*DONE)], [nothing, checks(*DONE[:4], CheckResult.OPEN)]),
    "comments_answered": ([nothing, comment(answer="Indeed")], [comment()]),
    "meeting_dated": ([told(meeting_on="2026-12-01")], [nothing]),
    "decided_by_another": ([event_by(Event.RECOMMEND, -1)], []),
    "conditions_fit": ([nothing], [condition()]),
    "clock_runs": (
        [clock(Clock.DECISION, 30), clock(Clock.CHECK, 3, ClockAct.PAUSE)],
        [nothing, clock(Clock.CHECK, 3, ClockAct.STOP)],
    ),
    "agreed": (
        [request(RequestKind.EXTENSION, answered_at=NOON)],
        [nothing, request(RequestKind.EXTENSION), request(RequestKind.DOCUMENT, answered_at=NOON)],
    ),
    "in_appeal_period": (
        [having(decided_at=LATER - dt.timedelta(days=3))],
        [nothing, having(decided_at=LATER - dt.timedelta(days=60))],
    ),
    "order_filed": ([told(order="12/3")], [nothing]),
    "stands": (
        [having(outcome=State.GRANTED), having(outcome=State.GRANTED_CONDITIONS)],
        [nothing, having(outcome=State.REFUSED)],
    ),
    "before_start_met": (
        [nothing, condition(before_start=False), condition(before_start=True, met_at=NOON)],
        [condition(before_start=True)],
    ),
    "visit_told": ([told(inspection_id=7)], [nothing]),
    "inspections_passed": ([ALL_PASSED], [nothing, PASSED_BUT_LAST]),
    "validity_over": (
        [
            all_of(having(state=State.GRANTED), clock(Clock.BEGINNING, 365)),
            all_of(having(state=State.BUILDING), clock(Clock.VALIDITY, 365)),
        ],
        [
            nothing,
            all_of(having(state=State.BUILDING), clock(Clock.BEGINNING, 365)),
            all_of(having(state=State.GRANTED), clock(Clock.BEGINNING, 500)),
        ],
    ),
    "decision_overdue": ([clock(Clock.DECISION, 30)], [nothing, clock(Clock.DECISION, 30, ClockAct.PAUSE)]),
    "silence_decides": ([quick(silence="granted")], [nothing, quick(silence="refused")]),
}
BOTH = [
    (code, is_met, index)
    for code, (met, unmet) in HOLDS.items()
    for is_met, fixtures in ((True, met), (False, unmet))
    for index in range(len(fixtures))
]


def test_no_guard_is_left_out() -> None:
    assert set(HOLDS) == set(GUARDS)


@pytest.mark.parametrize(("code", "is_met", "index"), BOTH)
def test_a_guard_holds_where_it_should_and_nowhere_else(
    city: Session, code: str, is_met: bool, index: int
) -> None:
    case = make_case(city, State.ASSESSMENT)
    data = HOLDS[code][0 if is_met else 1][index](city, case) or {}
    attempt = Attempt(city, case, Actor("test"), LATER, data, State.GRANTED)
    if code == "decided_by_another":
        attempt = dataclasses.replace(attempt, actor=Actor("person:5", 5))
    assert GUARDS[code].holds(attempt) is is_met
    assert str(GUARDS[code].unmet)


def test_an_officer_is_assigned(city: Session) -> None:
    officer = person_for(city, Party.OFFICER)
    case = make_case(city, State.VALID, officer_id=officer.id)
    assert GUARDS["officer_assigned"].holds(Attempt(city, case, Actor("test"), NOON, {}))


@pytest.mark.parametrize("event", [Event.ASSESS, Event.RECOMMEND, Event.DECIDE])
def test_who_took_part_does_not_decide(city: Session, event: Event) -> None:
    case = make_case(city, State.RECOMMENDED)
    event_by(event, 77)(city, case)
    guard = GUARDS["decided_by_another"]
    assert not guard.holds(Attempt(city, case, Actor("person:77", 77), NOON, {}))
    assert guard.holds(Attempt(city, case, Actor("person:78", 78), NOON, {}))
    assert not guard.holds(Attempt(city, case, Actor("command"), NOON, {})), "nobody in particular"


@pytest.mark.parametrize("part", ["applicant_id", "agent_id", "officer_id"])
def test_nobody_decides_their_own(city: Session, part: str) -> None:
    person = person_for(city, Party.REVIEWER)
    case = make_case(city, State.RECOMMENDED, **{part: person.id})
    guard = GUARDS["decided_by_another"]
    assert not guard.holds(Attempt(city, case, Actor(person.in_record, person.id), NOON, {}))


def test_conditions_go_with_their_outcome(city: Session) -> None:
    guard = GUARDS["conditions_fit"]
    case = make_case(city, State.RECOMMENDED)
    asked = Attempt(city, case, Actor("test"), NOON, {}, State.GRANTED_CONDITIONS)
    assert not guard.holds(asked)
    condition()(city, case)
    assert guard.holds(asked)
    assert not guard.holds(dataclasses.replace(asked, target=State.REFUSED))
