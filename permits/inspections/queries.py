"""The sites that inspectors go to: permits under construction, nearest first, with what was looked at last."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Float, cast, func, null, select
from sqlalchemy.orm import Session

from permits.inspections.models import Inspection, InspectionResult
from permits.models import Permit
from permits.spots import spot_near
from permits.states import State

MOST = 100


@dataclass(frozen=True)
class Site:
    """A permit under construction. ``distance_m`` None where nobody said where they are."""

    id: int
    reference: str
    type_code: str
    type_version: int
    parcel_number: str
    address: str
    lon: float | None
    lat: float | None
    distance_m: float | None


def list_sites(session: Session, near: tuple[float, float] | None, most: int = MOST) -> list[Site]:
    """The sites nearest to a spot (degrees); without one the oldest cases first."""
    spot = func.ST_Transform(Permit.geom, 4326)
    here = None if near is None else spot_near(session, *near)
    distance = cast(null(), Float) if here is None else func.ST_Distance(Permit.geom, here, type_=Float)
    asked = select(
        Permit.id,
        Permit.reference,
        Permit.type_code,
        Permit.type_version,
        Permit.parcel_number,
        Permit.address,
        func.ST_X(spot, type_=Float).label("lon"),
        func.ST_Y(spot, type_=Float).label("lat"),
        distance.label("distance_m"),
    ).where(Permit.state == State.BUILDING, Permit.reference.is_not(None), Permit.imported.is_(None))
    order = [Permit.submitted_at, Permit.id] if here is None else [distance.nulls_last(), Permit.id]
    return [Site(**row._mapping) for row in session.execute(asked.order_by(*order).limit(most))]


def list_passed(session: Session, ids: Sequence[int]) -> dict[int, set[str]]:
    """Which inspections of each case were passed the last time they were done."""
    asked = (
        select(Inspection.permit_id, Inspection.code, Inspection.result)
        .where(Inspection.permit_id.in_(list(ids)))
        .order_by(Inspection.inspected_at, Inspection.id)
    )
    found: dict[int, dict[str, InspectionResult]] = {}
    for row in session.execute(asked):
        found.setdefault(row.permit_id, {})[row.code] = row.result
    return {
        permit_id: {code for code, result in last.items() if result is InspectionResult.PASSED}
        for permit_id, last in found.items()
    }


def find_visit(session: Session, key: str) -> Inspection | None:
    """The visit that a device has made this key for, if it has arrived."""
    return session.scalars(select(Inspection).where(Inspection.client_key == key)).one_or_none()
