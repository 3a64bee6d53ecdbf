"""Finding a parcel: at a spot, by its number in any spelling, on any day, and what became of it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Date, Select, Text, bindparam, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from core.text import fold_number
from layers.queries import SPOT, Spot
from layers.zoning.queries import BORDER_M, INSIDE_M
from parcels.models import Parcel, ParcelLineage, Street
from parcels.spelling import spellings_near

_NEIGHBOURS = 3


@dataclass(frozen=True)
class ParcelFacts:
    """One parcel between two days. ``lon`` and ``lat`` are of a point inside it; ``shape`` is EWKB."""

    id: int
    number: str
    address: str
    street_fa: str
    street_en: str
    house_number: int | None
    land_use: str
    land_use_recorded: str
    area_m2: float
    area_official_m2: float | None
    valid_from: dt.date
    valid_to: dt.date | None
    lon: float
    lat: float
    shape: Any

    def is_valid_on(self, day: dt.date) -> bool:
        """Whether it exists on that day: from its first day, up to but not on its last."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True)
class Relative:
    """A parcel that another came of, or that came of it."""

    number: str
    kind: str
    recorded_on: dt.date
    is_parent: bool


def list_parcels_at(session: Session, spot: Spot, day: dt.date) -> list[ParcelFacts]:
    """The parcels of a day at a spot, by number: those it lies in, then those it only borders on."""
    return [ParcelFacts(*row) for row in session.execute(_parcels_at(), {**spot.values, "day": day})]


@cache
def _parcels_at() -> Select[Any]:
    day = bindparam("day", type_=Date)
    is_valid = (Parcel.valid_from <= day) & or_(Parcel.valid_to.is_(None), Parcel.valid_to > day)
    is_beside = func.ST_Distance(Parcel.geom, SPOT) > INSIDE_M
    return (
        _facts()
        .where(func.ST_DWithin(Parcel.geom, SPOT, BORDER_M), is_valid)
        .order_by(is_beside, Parcel.number, Parcel.id)
    )


def list_versions(session: Session, number: str) -> list[ParcelFacts]:
    """Every parcel, of any day, whose number is this one however it is written, newest first."""
    return [ParcelFacts(*row) for row in session.execute(_versions(), {"key": fold_number(number)})]


@cache
def _versions() -> Select[Any]:
    newest_first = Parcel.valid_from.desc(), Parcel.id.desc()
    return _facts().where(Parcel.number_key == bindparam("key", type_=Text)).order_by(*newest_first)


def find_parcel(session: Session, parcel_id: int) -> ParcelFacts | None:
    """The parcel with this id, of any day."""
    row = session.execute(_facts().where(Parcel.id == parcel_id)).one_or_none()
    return None if row is None else ParcelFacts(*row)


def list_similar_numbers(session: Session, number: str) -> list[str]:
    """Numbers that exist and that somebody may have meant: one slip away, else next to it in order."""
    key = fold_number(number)
    if not key:
        return []
    numbers = select(Parcel.number).where(Parcel.valid_to.is_(None))
    slips = numbers.where(Parcel.number_key.in_(spellings_near(key))).limit(_NEIGHBOURS * 2)
    found = sorted(session.scalars(slips).all())
    if found:
        return found
    before = numbers.where(Parcel.number_key < key).order_by(Parcel.number_key.desc()).limit(_NEIGHBOURS)
    after = numbers.where(Parcel.number_key > key).order_by(Parcel.number_key).limit(_NEIGHBOURS)
    near = [*reversed(session.scalars(before).all()), *session.scalars(after)]
    return [each for each in near if _shares_its_beginning(fold_number(each), key)]


def list_relatives(session: Session, parcel_id: int) -> list[Relative]:
    """What a parcel came of, then what came of it, each by number."""
    return [Relative(*row) for row in session.execute(_relatives(), {"parcel_id": parcel_id})]


@cache
def _relatives() -> Select[Any]:
    of, to = ParcelLineage.parent_id, ParcelLineage.child_id
    sides = [
        select(
            Parcel.number,
            ParcelLineage.kind,
            ParcelLineage.recorded_on,
            literal(is_parent).label("is_parent"),
        )
        .join(ParcelLineage, other == Parcel.id)
        .where(own == bindparam("parcel_id", type_=BigInteger))
        for other, own, is_parent in ((of, to, True), (to, of, False))
    ]
    both = union_all(*sides).subquery()
    return select(both).order_by(both.c.is_parent.desc(), both.c.number)


def get_geojson(session: Session, parcel_id: int) -> str:
    """The exact outline of a parcel as a GeoJSON geometry in WGS 84, to a tenth of a millimetre."""
    outline = func.ST_AsGeoJSON(func.ST_ForcePolygonCCW(func.ST_Transform(Parcel.geom, 4326)), 9)
    geometry: str = session.execute(select(outline).where(Parcel.id == parcel_id)).scalar_one()
    return geometry


def has_parcels(session: Session) -> bool:
    """Whether the city holds any parcel at all."""
    return session.execute(select(Parcel.id).limit(1)).first() is not None


def _shares_its_beginning(one: str, other: str) -> bool:
    """Whether two numbers lie in the same block: all but their last part is the same."""
    return one.rpartition("-")[0] == other.rpartition("-")[0]


def _facts() -> Select[Any]:
    inside = func.ST_Transform(func.ST_PointOnSurface(Parcel.geom), 4326)
    columns: tuple[Any, ...] = (
        Parcel.id,
        Parcel.number,
        Parcel.address,
        func.coalesce(Street.name_fa, ""),
        func.coalesce(Street.name_en, ""),
        Parcel.house_number,
        Parcel.land_use,
        Parcel.land_use_recorded,
        Parcel.area_m2,
        Parcel.area_official_m2,
        Parcel.valid_from,
        Parcel.valid_to,
        func.ST_X(inside),
        func.ST_Y(inside),
        Parcel.geom,
    )
    return select(*columns).outerjoin(Street, Street.id == Parcel.street_id)


def numbers_of(parcels: Iterable[ParcelFacts]) -> list[str]:
    """Their numbers, each once, in the order given."""
    return list(dict.fromkeys(parcel.number for parcel in parcels))
