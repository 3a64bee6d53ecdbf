"""Visits to the site: entered once however often they are sent, and completion when all were passed."""

import datetime as dt
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, Unprocessable
from core.i18n import gettext as _
from core.workflow import Mover
from permits.inspections.models import Inspection, InspectionResult
from permits.models import Permit
from permits.spots import spot_near
from permits.states import Event, Party
from permits.types.services import get_settings
from permits.workflow import PERMITS

_LONGEST = 10_000
_KEY_LENGTH = range(8, 65)


@dataclass(frozen=True)
class Visit:
    """A visit as the inspector's device tells it; ``key`` is made there, ``photos`` are hashes of kept documents."""

    key: str
    code: str
    result: InspectionResult
    note: str
    at: dt.datetime
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None
    photos: list[str] = field(default_factory=list)


def inspect(
    session: Session, case: Permit, mover: Mover[Party], seen: int | None, now: dt.datetime, visit: Visit
) -> Inspection:
    """Enter a visit. One that was entered already is given back as it is: a device sends again over a bad line.

    ``seen`` None: entered without a line and sent later; a visit adds to a case and writes over nothing.
    """
    PERMITS.hold(session, case, None)
    kept = session.scalars(select(Inspection).where(Inspection.client_key == visit.key)).one_or_none()
    if kept is not None:
        if kept.permit_id != case.id:
            raise Conflict(_("This visit was entered for another case."), field="key")
        return kept
    _check(session, case, visit, now)
    made = Inspection(
        permit_id=case.id,
        client_key=visit.key,
        code=visit.code,
        result=visit.result,
        note=visit.note.strip(),
        inspector_id=mover.actor.id,
        inspected_at=visit.at,
        received_at=now,
        geom=_spot(session, visit),
        accuracy_m=visit.accuracy_m,
        photos=visit.photos,
    )
    session.add(made)
    session.flush()
    data = {"inspection_id": made.id, "code": made.code, "result": made.result.value}
    PERMITS.move(session, case, Event.INSPECT, mover, seen=seen, now=now, data=data)
    return made


def _check(session: Session, case: Permit, visit: Visit, now: dt.datetime) -> None:
    if len(visit.key) not in _KEY_LENGTH:
        raise Unprocessable(_("The visit has no key of its own."), field="key")
    settings = get_settings(session, case.type_code, case.type_version)
    if visit.code not in {each.code for each in settings.inspections}:
        raise Unprocessable(_("This kind of permit asks for no such inspection."), field="code")
    if visit.at > now + dt.timedelta(minutes=10):
        raise Unprocessable(_("The visit would be in the future."), field="at")
    if visit.result is InspectionResult.FAILED and not visit.note.strip():
        raise Unprocessable(_("Please say what was not in order."), field="note")
    if len(visit.note) > _LONGEST:
        raise Unprocessable(_("This is too long: %(most)s characters at most.", most=_LONGEST), field="note")


def _spot(session: Session, visit: Visit) -> object | None:
    if visit.lon is None or visit.lat is None:
        return None
    if not (-180 <= visit.lon <= 180 and -90 <= visit.lat <= 90):
        raise Unprocessable(_("This is no place on earth."), field="lon")
    return spot_near(session, visit.lon, visit.lat)


def list_inspections(session: Session, case: Permit) -> list[Inspection]:
    """The visits of a case, oldest first."""
    asked = select(Inspection).where(Inspection.permit_id == case.id)
    return list(session.scalars(asked.order_by(Inspection.inspected_at, Inspection.id)))
