"""What the city's layers hold at a spot: is it in the city, what is nearest, where do we hold no data."""

import datetime as dt
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyproj
from sqlalchemy import (
    ColumnElement,
    Float,
    Integer,
    Select,
    TextClause,
    bindparam,
    case,
    exists,
    func,
    select,
    text,
)
from sqlalchemy.orm import Session

from core.local_time import TODAY
from layers.models import City, Layer

# A boundary's envelope is widened by this before a coordinate is transformed: far from its grid a projection
# may have no answer at all, and nobody within a degree of the city is that far.
_NEAR_THE_CITY_DEGREES = 1.0
_NEAR_THE_GRID_DEGREES = 5.0


@dataclass(frozen=True)
class Spot:
    """A spot on the ground: degrees, and the same in the city's own grid (metres)."""

    lon: float
    lat: float
    x: float
    y: float
    srid: int

    @property
    def values(self) -> dict[str, float]:
        """What a statement with :data:`SPOT` in it is to be executed with."""
        return {"x": self.x, "y": self.y, "srid": self.srid}


# Statements are put together once and executed with values: to put one together takes longer than its answer.
SPOT: ColumnElement[Any] = func.ST_SetSRID(
    func.ST_MakePoint(bindparam("x", type_=Float), bindparam("y", type_=Float)),
    bindparam("srid", type_=Integer),
)
"""A spot in the city's grid, so that columns are compared as they are stored and indexed."""


def hex_of(shape: Any) -> str:
    """A stored shape (hexadecimal EWKB, as text or as GeoAlchemy wraps it) as text."""
    return shape if isinstance(shape, str) else str(shape.desc)


@dataclass(frozen=True)
class CityHere:
    """What the city says of a pair of degrees. ``is_inside`` is None when nobody has told its boundary."""

    today: dt.date
    spot: Spot | None
    is_inside: bool | None


@dataclass(frozen=True)
class Nearest:
    """The feature of a layer nearest to a spot: its nearest point, metres, degrees clockwise from north.

    ``bearing`` is None when the spot lies on or in it.
    """

    name_fa: str
    name_en: str
    kind: str
    distance_m: float
    bearing: float | None
    lon: float
    lat: float


@dataclass(frozen=True)
class LayerHere:
    """One layer as seen from a spot: whether it holds data there, and its nearest feature, if any is near.

    ``role`` is one of :class:`layers.models.PlaceRole`. Of a layer that is not ``is_shown`` to whoever asks nothing
    more is told.
    """

    slug: str
    name_fa: str
    name_en: str
    domain: str
    geometry_kind: str
    is_covered: bool
    nearest: Nearest | None
    role: str
    is_shown: bool

    @property
    def state(self) -> str:
        """``here`` or ``none``, ``no_data`` where nobody has looked, ``not_public`` where nobody is told."""
        if not self.is_shown:
            return "not_public"
        if not self.is_covered:
            return "no_data"
        return "here" if self.nearest else "none"


@cache
def _city_here() -> Select[Any]:
    pair = func.ST_MakePoint(bindparam("lon", type_=Float), bindparam("lat", type_=Float))
    degrees = func.ST_SetSRID(pair, 4326)
    envelope = func.ST_Expand(
        func.ST_Transform(func.ST_Envelope(City.boundary), 4326), _NEAR_THE_CITY_DEGREES
    )
    moved = case((func.ST_Intersects(envelope, degrees), func.ST_Transform(degrees, City.srid)))
    return select(
        TODAY.label("today"),
        City.srid,
        City.boundary.is_(None).label("is_boundless"),
        func.ST_X(moved).label("x"),
        func.ST_Y(moved).label("y"),
        func.ST_Intersects(City.boundary, moved).label("is_inside"),
    )


def find_city_here(session: Session, lon: float, lat: float) -> CityHere | None:
    """Where a pair of degrees lies in the city's grid; None when this database holds no city."""
    found = session.execute(_city_here(), {"lon": lon, "lat": lat}).one_or_none()
    if found is None:
        return None
    if found.is_boundless:
        return CityHere(found.today, _spot_without_boundary(session, lon, lat, found.srid), None)
    if found.x is None:
        return CityHere(found.today, None, False)
    return CityHere(found.today, Spot(lon, lat, found.x, found.y, found.srid), found.is_inside)


def _spot_without_boundary(session: Session, lon: float, lat: float, srid: int) -> Spot | None:
    west, south, east, north = _grid_extent(srid)
    margin = _NEAR_THE_GRID_DEGREES
    # Measured eastwards from the western edge, since a grid may reach over the antimeridian.
    eastwards = (lon - (west - margin)) % 360
    if eastwards > (east - west) % 360 + 2 * margin or not south - margin <= lat <= north + margin:
        return None
    moved = func.ST_Transform(func.ST_SetSRID(func.ST_MakePoint(lon, lat), 4326), srid)
    x, y = session.execute(select(func.ST_X(moved), func.ST_Y(moved))).one()
    return Spot(lon, lat, x, y, srid)


@cache
def _grid_extent(srid: int) -> tuple[float, float, float, float]:
    """West, south, east, north of where a grid is meant to be used (EPSG's area of use)."""
    area = pyproj.CRS.from_epsg(srid).area_of_use
    return (-180.0, -89.0, 179.9, 89.0) if area is None else area.bounds


@cache
def _nearest_sql() -> TextClause:
    return text(Path(__file__).with_name("nearest.sql").read_text(encoding="utf-8"))


def list_layers_here(
    session: Session, spot: Spot, within_m: float, *, staff: bool = False
) -> list[LayerHere]:
    """Every layer by slug, with its coverage at the spot and its feature nearest to it within ``within_m``."""
    rows = session.execute(
        _nearest_sql(),
        {**spot.values, "lon": spot.lon, "lat": spot.lat, "within_m": within_m, "staff": staff},
    )
    return [_layer_here(row) for row in rows]


def is_covered(session: Session, spot: Spot) -> bool:
    """Whether any layer holds data at the spot."""
    return bool(session.scalar(select(exists().where(func.ST_Intersects(Layer.coverage, SPOT))), spot.values))


def _layer_here(row: Any) -> LayerHere:
    nearest = None
    if row.distance_m is not None:
        nearest = Nearest(
            row.near_name_fa, row.near_name_en, row.kind, row.distance_m, row.bearing, row.lon, row.lat
        )
    return LayerHere(
        row.slug,
        row.name_fa,
        row.name_en,
        row.domain,
        row.geometry_kind,
        row.is_covered,
        nearest,
        row.place_role,
        row.is_shown,
    )
