"""The parcels of a day in a window of the map, and those one comes to from a spot in each direction."""

import datetime as dt
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Date, Select, Text, TextClause, bindparam, func, literal, or_, select, text
from sqlalchemy.orm import Session

from core.text import fold_number
from layers.in_view import (
    WINDOW,
    Seen,
    Window,
    count_up_to,
    is_anything,
    is_like,
    nearest_page,
    pattern_of,
    way_columns,
)
from layers.queries import SPOT, Spot
from parcels.models import Parcel, Street

_REACH_M = 300.0
"""How far one looks for the next parcel: over a wide road or a river, not over a plain."""
_TOUCHING_M = 0.05
_MOST_BESIDE = 24
_STREET_NEAR_M = 150.0


@dataclass(frozen=True)
class ParcelSeen:
    """One parcel in the window."""

    number: str
    address: str
    street_fa: str
    street_en: str
    house_number: int | None
    land_use: str
    area_m2: float
    seen: Seen


@dataclass(frozen=True)
class Step:
    """The parcel that one comes to: degrees clockwise from north, metres between, the street crossed if any.

    ``is_straight``: it is the first on the way in that very direction; else it only touches, about there.
    """

    number: str
    address: str
    street_fa: str
    street_en: str
    house_number: int | None
    bearing: float
    gap_m: float
    is_straight: bool
    across_fa: str
    across_en: str
    lon: float
    lat: float


def count_parcels(session: Session, window: Window, day: dt.date, words: str) -> int:
    """How many parcels of a day lie in the window; at the most one more than can be listed."""
    found: int = session.execute(_parcel_count(), _values(window, day, words)).scalar_one()
    return found


def list_parcels(
    session: Session, window: Window, day: dt.date, words: str, offset: int, limit: int
) -> list[ParcelSeen]:
    """Parcels of a day in the window whose number or street holds these words, nearest to the origin first."""
    values = {**_values(window, day, words), "skipped": offset, "most": limit}
    rows = session.execute(_parcels(), values)
    return [_parcel_seen(*row) for row in rows]


def _parcel_seen(*row: Any) -> ParcelSeen:
    told: Any = row[:7]
    return ParcelSeen(*told, Seen(*row[7:]))  # type: ignore[call-arg]


def _values(window: Window, day: dt.date, words: str) -> dict[str, Any]:
    number = fold_number(words).replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    return {**window.values, "day": day, "pattern": pattern_of(words), "number": f"%{number}%"}


@cache
def _parcel_count() -> Select[Any]:
    return count_up_to(_in_window(select(literal(1).label("one"))))


@cache
def _parcels() -> Select[Any]:
    columns: tuple[Any, ...] = (
        Parcel.id,
        Parcel.number,
        Parcel.address,
        Parcel.house_number,
        Parcel.land_use,
        Parcel.area_m2,
        Parcel.street_id,
        Parcel.geom,
    )
    # The street is joined to the page alone: joined before, it would keep the planner from walking the index.
    page = nearest_page(_in_window(select(*columns)), Parcel.geom).subquery()
    ways = way_columns(page.c.geom)
    told = (
        page.c.number,
        page.c.address,
        func.coalesce(Street.name_fa, ""),
        func.coalesce(Street.name_en, ""),
        page.c.house_number,
        page.c.land_use,
        page.c.area_m2,
    )
    of = select(*told, *ways).outerjoin(Street, Street.id == page.c.street_id)
    return of.order_by(ways[0], page.c.id)


def _in_window(of: Select[Any]) -> Select[Any]:
    day = bindparam("day", type_=Date)
    of_street = Parcel.street_id.in_(select(Street.id).where(is_like(Street.name_folded)))
    is_numbered = Parcel.number_key.like(bindparam("number", type_=Text))
    return of.select_from(Parcel).where(
        func.ST_Intersects(Parcel.geom, WINDOW),
        Parcel.valid_from <= day,
        or_(Parcel.valid_to.is_(None), Parcel.valid_to > day),
        or_(is_anything(), of_street, is_numbered),
    )


def list_steps(session: Session, spot: Spot, day: dt.date, parcel_id: int | None, shape: Any) -> list[Step]:
    """The parcels of a day to go on to from a spot in a parcel (its id and EWKB outline) or in none.

    The first met in each of eight directions, each once, clockwise from north; then those that only touch.
    """
    # Written as hexadecimal EWKB, which a statement in a file takes without being told a type.
    own = {"parcel_id": parcel_id, "shape": None if shape is None else shape.desc}
    values: dict[str, Any] = {**spot.values, "lon": spot.lon, "lat": spot.lat, "day": day, **own}
    limits = {"reach_m": _REACH_M, "touching_m": _TOUCHING_M, "most": _MOST_BESIDE}
    # One without a direction lies on the spot itself: what a closed parcel became is told as such.
    return [Step(*row) for row in session.execute(_steps_sql(), values | limits) if row.bearing is not None]


@cache
def _steps_sql() -> TextClause:
    return text(Path(__file__).with_name("steps.sql").read_text(encoding="utf-8"))


def find_street_near(session: Session, spot: Spot) -> tuple[str, str] | None:
    """The Persian and English name of the street nearest to a spot, if one is near."""
    row = session.execute(_street_near(), spot.values).one_or_none()
    return None if row is None else (row[0], row[1])


@cache
def _street_near() -> Select[Any]:
    names: tuple[Any, ...] = Street.name_fa, Street.name_en
    return (
        select(*names)
        .where(func.ST_DWithin(Street.geom, SPOT, _STREET_NEAR_M))
        .order_by(Street.geom.op("<->")(SPOT), Street.id)
        .limit(1)
    )
