"""What lies on a piece of the city's ground on a day, as shapes to be drawn: parcels, zones, layers."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Date, Integer, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session

from layers.area import AREA, area_value, within
from layers.models import IS_PUBLIC, City, Feature, Layer
from layers.zoning.models import PLAN, Zone, ZoneClass
from parcels.models import Parcel

Shapes = NDArray[np.object_]


@dataclass(frozen=True)
class Thing:
    """One thing to draw. ``code`` is its land use, zone class or kind; ``shape`` is in the city's grid (metres)."""

    shape: Any
    code: str
    name_fa: str = ""
    name_en: str = ""
    group: str = ""
    colour: str = ""


@dataclass(frozen=True)
class DrawnLayer:
    """A layer of the catalogue and what of it lies here."""

    layer: Layer
    things: list[Thing]


def shapes_of(things: Sequence[Thing]) -> Shapes:
    """Their shapes as an array of shapely geometries."""
    shapes = np.empty(len(things), dtype=object)
    shapes[:] = [thing.shape for thing in things]
    return shapes


def list_parcels(session: Session, ground: Any, srid: int, day: dt.date, most: int) -> list[Thing]:
    """The parcels of a day on the ground, at most ``most`` of them; ``name_fa`` and ``name_en`` are their number."""
    values = {"area": area_value(ground, srid), "day": day, "most": most}
    rows = session.execute(_parcels(), values)
    return [Thing(_shape(row.shape), row.land_use, row.number, row.number) for row in rows]


@cache
def _parcels() -> Select[Any]:
    day = bindparam("day", type_=Date)
    is_valid = (Parcel.valid_from <= day) & or_(Parcel.valid_to.is_(None), Parcel.valid_to > day)
    return (
        select(Parcel.number, Parcel.land_use, func.ST_AsBinary(Parcel.geom).label("shape"))
        .where(within(Parcel.geom, AREA), is_valid)
        .order_by(Parcel.number)
        .limit(bindparam("most", type_=Integer))
    )


def list_zones(session: Session, ground: Any, srid: int, day: dt.date, most: int) -> list[Thing]:
    """The zones of the plan in force on a day, cut to the ground's box, by class."""
    values = {"area": area_value(ground, srid), "day": day, "most": most}
    return [
        Thing(_shape(row.shape), row.code, row.name_fa, row.name_en, row.group, row.colour)
        for row in session.execute(_zones(), values)
        if row.shape is not None
    ]


@cache
def _zones() -> Select[Any]:
    is_law = (Zone.plan == PLAN) & Zone.valid.contains(bindparam("day", type_=Date))
    return (
        select(
            ZoneClass.code,
            ZoneClass.name_fa,
            ZoneClass.name_en,
            ZoneClass.group,
            ZoneClass.colour,
            _cut(Zone.geom),
        )
        .join(ZoneClass, ZoneClass.id == Zone.class_id)
        .where(within(Zone.geom, AREA), is_law, func.upper_inf(Zone.recorded))
        .order_by(ZoneClass.code, Zone.id)
        .limit(bindparam("most", type_=Integer))
    )


def find_boundary(session: Session) -> Any | None:
    """The city's boundary in its own grid, if somebody has told it."""
    shape = session.scalar(select(func.ST_AsBinary(City.boundary)).where(City.boundary_is_hull.is_(False)))
    return None if shape is None else _shape(shape)


def list_drawn_layers(session: Session, slugs: Sequence[str]) -> list[Layer]:
    """The layers of the base map, and those named, of those that the public sees."""
    wanted = or_(Layer.base_role.is_not(None), Layer.slug.in_(list(slugs)))
    return list(session.scalars(select(Layer).where(wanted, IS_PUBLIC).order_by(Layer.slug)))


def list_things(session: Session, layer: Layer, ground: Any, srid: int, most: int) -> list[Thing]:
    """What of a layer lies on the ground, cut to its box."""
    values = {"area": area_value(ground, srid), "layer_id": layer.id, "most": most}
    return [
        Thing(_shape(row.shape), row.kind, row.name_fa, row.name_en)
        for row in session.execute(_things(), values)
        if row.shape is not None
    ]


@cache
def _things() -> Select[Any]:
    return (
        select(Feature.kind, Feature.name_fa, Feature.name_en, _cut(Feature.geom))
        .where(Feature.layer_id == bindparam("layer_id", type_=Integer), within(Feature.geom, AREA))
        .order_by(Feature.key)
        .limit(bindparam("most", type_=Integer))
    )


def _cut(geom: Any) -> Any:
    """A geometry cut to the box of the area: a river need not be drawn from its spring."""
    box = func.Box2D(AREA)
    return func.ST_AsBinary(func.ST_ClipByBox2D(geom, box)).label("shape")


def _shape(binary: Any) -> Any:
    return shapely.from_wkb(bytes(binary))
