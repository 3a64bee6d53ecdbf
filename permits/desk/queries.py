"""The desk's questions to the database: open cases with the course of their clock, who may hold them, what was done."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, String, case, cast, literal, null, select
from sqlalchemy.orm import Session

from accounts.models import Grant, Person
from accounts.permissions import Role
from core.audit import Audit
from permits.clocks import course_of
from permits.models import Permit
from permits.register.models import Box, Filters
from permits.register.queries import conditions
from permits.states import UNDECIDED, Clock, State

OPEN = (UNDECIDED - {State.DRAFT}) | {State.APPEALED, State.BUILDING}
"""The states in which somebody of the staff has something to do, now or when an answer comes."""
CLOCK_OF: dict[Clock, frozenset[State]] = {
    Clock.CHECK: frozenset({State.CHECKING, State.INCOMPLETE}),
    Clock.DECISION: frozenset(
        {
            State.VALID,
            State.CONSULTATION,
            State.ASSESSMENT,
            State.AWAITING_APPLICANT,
            State.RECOMMENDED,
            State.COMMITTEE,
        }
    ),
    Clock.APPEAL: frozenset({State.APPEALED}),
    Clock.VALIDITY: frozenset({State.BUILDING}),
}
"""The clock that the desk looks at in a state."""
_MOST_HELD = 500


class OpenCase(NamedTuple):
    """An open case, as little of it as tells where it belongs; ``course`` is for ``permits.clocks.ManyClocks``."""

    id: int
    state: State
    officer_id: int | None
    type_code: str
    course: str | None


@dataclass(frozen=True)
class CaseLine:
    """What the list tells of one case."""

    id: int
    reference: str
    type_code: str
    state: State
    officer_id: int | None
    parcel_number: str
    address: str
    applicant_name: str
    submitted_at: dt.datetime | None
    meeting_on: dt.date | None


def list_open(session: Session, box: Box | None = None) -> list[OpenCase]:
    """Every open case, of the whole city or of a box of degrees."""
    asked = select(Permit.id, Permit.state, Permit.officer_id, Permit.type_code, course_of(_clock())).where(
        Permit.state.in_(OPEN), Permit.reference.is_not(None), Permit.imported.is_(None)
    )
    if box is not None:
        asked = asked.where(*conditions(session, Filters(box=box)))
    return [OpenCase._make(row) for row in session.execute(asked)]


def _clock() -> ColumnElement[str | None]:
    ways = [(Permit.state.in_(states), literal(clock.value, String)) for clock, states in CLOCK_OF.items()]
    return case(*ways, else_=cast(null(), String))


def list_lines(session: Session, ids: Sequence[int]) -> list[CaseLine]:
    """What the list tells of these cases, in their order."""
    columns = (
        Permit.id,
        Permit.reference,
        Permit.type_code,
        Permit.state,
        Permit.officer_id,
        Permit.parcel_number,
        Permit.address,
        Permit.applicant_name,
        Permit.submitted_at,
        Permit.meeting_on,
    )
    found = {
        row.id: CaseLine(**row._mapping)
        for row in session.execute(select(*columns).where(Permit.id.in_(list(ids))))
    }
    return [found[each] for each in ids if each in found]


def list_before_committee(session: Session) -> list[CaseLine]:
    """The cases that were referred to the committee and not decided, by the day of the meeting."""
    asked = select(Permit.id).where(Permit.state == State.COMMITTEE, Permit.reference.is_not(None))
    return list_lines(session, list(session.scalars(asked.order_by(Permit.meeting_on, Permit.id))))


def list_officers(session: Session) -> list[Person]:
    """Who may hold a case: the active officers, by name."""
    asked = (
        select(Person)
        .join(Grant, Grant.person_id == Person.id)
        .where(Grant.role == Role.OFFICER.value, Grant.revoked_at.is_(None), Person.active)
        .order_by(Person.name, Person.email)
    )
    return list(session.scalars(asked.limit(_MOST_HELD)))


def names_of(session: Session, numbers: Iterable[int | None]) -> dict[int, str]:
    """What people are called, by number: their name, or their address where they gave none."""
    wanted = {number for number in numbers if number is not None}
    known = select(Person.id, Person.name, Person.email).where(
        Person.id.in_(wanted), Person.erased_at.is_(None)
    )
    return {row.id: row.name or row.email for row in session.execute(known)}


def last_act(session: Session, case_id: int) -> int:
    """The number, in the record, of what was done last to a case; 0 before anything was."""
    asked = select(Audit.id).where(Audit.subject == f"permit:{case_id}").order_by(Audit.id.desc()).limit(1)
    return session.scalar(asked) or 0


def list_acts_since(session: Session, case_id: int, since: int) -> list[Audit]:
    """What was done to a case after an act of the record, oldest first."""
    asked = select(Audit).where(Audit.subject == f"permit:{case_id}", Audit.id > since)
    return list(session.scalars(asked.order_by(Audit.id)))
