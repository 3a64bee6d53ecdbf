"""The register as BLDS, the Building & Land Development Specification's core permits dataset (version 1.2).

Column names and the standardised values of the ``…Mapped`` columns are the specification's (permitdata.org).
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Date, cast, func, select
from sqlalchemy.orm import Session

from core.calendar.queries import load
from core.geofiles.writing import defused
from permits.models import Permit, PermitEvent
from permits.register.models import Filters, PublicPermit
from permits.register.queries import list_page
from permits.states import GRANTED, STATE_NAMES, Event, State

COLUMNS = (
    "PermitNum",
    "Description",
    "AppliedDate",
    "IssuedDate",
    "CompletedDate",
    "StatusCurrent",
    "OriginalAddress1",
    "OriginalCity",
    "OriginalState",
    "OriginalZip",
    "Jurisdiction",
    "StatusCurrentMapped",
    "WorkClassMapped",
    "PermitType",
    "PermitTypeMapped",
    "PermitTypeDesc",
    "StatusDate",
    "Link",
    "Latitude",
    "Longitude",
    "PIN",
)
_PAGE = 1000
_REVIEW, _ISSUED, _CANCELLED = "In Review", "Permit Issued", "Permit Cancelled"
STATUS_MAPPED: dict[State, str] = {
    State.VALID: "Application Accepted",
    State.CONSULTATION: _REVIEW,
    State.ASSESSMENT: _REVIEW,
    State.AWAITING_APPLICANT: _REVIEW,
    State.RECOMMENDED: _REVIEW,
    State.COMMITTEE: _REVIEW,
    State.GRANTED: _ISSUED,
    State.GRANTED_CONDITIONS: _ISSUED,
    State.REFUSED: _CANCELLED,
    State.APPEALED: _REVIEW,
    State.BUILDING: "Inspection Phase",
    State.COMPLETED: "Permit Finaled",
    State.LAPSED: _CANCELLED,
    State.REVOKED: _CANCELLED,
    State.WITHDRAWN: _CANCELLED,
    State.CLOSED: _CANCELLED,
}
"""The specification's word for a public state; a ruling takes that of the decision that holds after it."""
_TYPE_MAPPED = {
    "new_building": "Building",
    "extension": "Building",
    "change_of_use": "Building",
    "demolition": "Demolition",
    "fence": "Fence",
}
_WORK_MAPPED = {
    "new_building": "New",
    "extension": "Existing",
    "change_of_use": "Existing",
    "demolition": "Existing",
}


def status_mapped(permit: PublicPermit) -> str:
    """The specification's word for where a permit stands."""
    known = STATUS_MAPPED.get(permit.state)
    return known or (_ISSUED if permit.outcome in GRANTED else _CANCELLED)


def rows(
    session: Session, filters: Filters, names: Mapping[str, str], city: str, link: Callable[[str], str]
) -> Iterator[list[Any]]:
    """The rows of the file, newest first, a thousand read at a time; ``link`` makes a case's address."""
    zone = load(session).zone
    after = None
    while True:
        page, after = list_page(session, filters, after, _PAGE)
        dates = _dates(session, [permit.id for permit in page])
        for permit in page:
            yield [defused(value) for value in _row(permit, names, city, link, dates.get(permit.id), zone)]
        if after is None:
            return


def _row(
    permit: PublicPermit,
    names: Mapping[str, str],
    city: str,
    link: Callable[[str], str],
    dates: tuple[dt.datetime, dt.datetime | None] | None,
    zone: ZoneInfo,
) -> list[Any]:
    last, completed = dates or (permit.decided_at or permit.published_at, None)
    is_issued = permit.outcome in GRANTED
    return [
        permit.reference,
        permit.description,
        _day(permit.submitted_at, zone),
        _day(permit.decided_at, zone) if is_issued else "",
        _day(completed, zone),
        permit.imported_state or str(STATE_NAMES[permit.state]),
        permit.address,
        city,
        "",
        "",
        city,
        status_mapped(permit),
        _WORK_MAPPED.get(permit.type_code, ""),
        permit.type_code,
        _TYPE_MAPPED.get(permit.type_code, ""),
        permit.imported_type or names.get(permit.type_code, permit.type_code),
        _day(last, zone),
        link(permit.reference),
        "" if permit.lat is None else round(permit.lat, 7),
        "" if permit.lon is None else round(permit.lon, 7),
        permit.parcel_number,
    ]


def _day(at: dt.datetime | None, zone: ZoneInfo) -> str:
    return at.astimezone(zone).date().isoformat() if at else ""


def _dates(session: Session, ids: list[int]) -> dict[int, tuple[dt.datetime, dt.datetime | None]]:
    """When something last happened to each case, and when its completion was certified."""
    completed = func.max(PermitEvent.at).filter(PermitEvent.event == Event.COMPLETE)
    told = select(PermitEvent.permit_id, func.max(PermitEvent.at), completed)
    found: dict[int, tuple[dt.datetime, dt.datetime | None]] = {
        row[0]: (row[1], row[2])
        for row in session.execute(told.where(PermitEvent.permit_id.in_(ids)).group_by(PermitEvent.permit_id))
    }
    # An imported permit has no events: what the earlier register said of its completion stands for them.
    ended = cast(Permit.imported["completed_on"].astext, Date)
    for permit_id, at in session.execute(
        select(Permit.id, ended).where(Permit.id.in_(ids), ended.is_not(None))
    ):
        moment = dt.datetime.combine(at, dt.time(12), load(session).zone)
        found[permit_id] = (moment, moment)
    return found
