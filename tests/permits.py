"""Cases of permits for tests: in any state, with people for every part."""

import datetime as dt
import itertools
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Person
from accounts.permissions import Role
from core.audit import Actor
from core.workflow import Mover
from parcels.models import Parcel
from permits.documents.models import PermitDocument
from permits.models import Permit
from permits.states import Party, State
from permits.types.services import get_settings
from tests.people import make_person

NOON = dt.datetime(2026, 11, 25, 8, 30, tzinfo=dt.UTC)
"""A working day, Wednesday 4 Azar 1405, noon in Tehran."""

_ROLES = {
    Party.INTAKE: Role.INTAKE,
    Party.OFFICER: Role.OFFICER,
    Party.REVIEWER: Role.REVIEWER,
    Party.INSPECTOR: Role.INSPECTOR,
}
_count = itertools.count(1)


def make_case(session: Session, state: State = State.DRAFT, **fields: Any) -> Permit:
    """A case on the first parcel of the city, put straight into a state: no event tells how it came there."""
    parcel_id, number, geom = session.execute(
        select(Parcel.id, Parcel.number, Parcel.geom.ST_PointOnSurface()).order_by(Parcel.id).limit(1)
    ).one()
    ordinal = next(_count)
    given: dict[str, Any] = {
        "tracking_code": f"TEST{ordinal:08d}",
        "reference": None if state is State.DRAFT else f"1405-9{ordinal:05d}",
        "type_code": "new_building",
        "type_version": 1,
        "state": state,
        "version": 1,
        "parcel_id": parcel_id,
        "parcel_number": number,
        "geom": geom,
        "language": "en",
        "contact_email": "applicant@example.org",
    }
    case = Permit(**(given | fields))
    session.add(case)
    session.flush()
    return case


def bring_documents(session: Session, case: Permit) -> None:
    """The documents that a case's type requires, as rows: nobody reads their bytes here."""
    for each in get_settings(session, case.type_code, case.type_version).documents:
        if each.is_required:
            session.add(PermitDocument(permit_id=case.id, kind=each.code, title=each.en))
    session.flush()


def person_for(session: Session, party: Party) -> Person:
    """Somebody who is this to any case that is not their own."""
    return make_person(session, *([_ROLES[party]] if party in _ROLES else []))


def as_party(*parties: Party, person: Person | None = None) -> Mover[Party]:
    """Somebody who takes a step as these parties."""
    actor = Actor(person.in_record, person.id) if person else Actor("test")
    return Mover(actor, frozenset(parties))
