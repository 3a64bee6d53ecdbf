"""The base map's tiles: streets, water, green, districts and the city's boundary, drawn from its own layers."""

from functools import partial
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Text, any_, case, func, literal, not_, or_, select, true

from layers.models import IS_PUBLIC, BaseRole, City, Feature, Layer
from layers.tiles.grid import BUFFER, MIN_ZOOM
from layers.tiles.revision import BASE
from layers.tiles.sources import AnyCell, AnySelect, Asked, TileLayer, TileSource, touches

STREET_CLASSES = {"ring": 8, "arterial": 8, "collector": 11, "local": 13, "alley": 14}
"""The classes of streets, and the zoom from which each is drawn."""
UNKNOWN_CLASS = "local"
UNKNOWN_CLASS_ZOOM = 12
"""A street whose file gave it no class we know is drawn as a local one, a zoom earlier: it may be more."""
ALL_AREAS_ZOOM = 13
SMALLEST_AREA_UNITS = 16
"""Below that zoom, waters and parks are drawn if they are at least so many tile units (two pixels) long."""


def _names() -> tuple[ColumnElement[Any], ...]:
    return (
        func.nullif(Feature.name_fa, "").label("name_fa"),
        func.nullif(Feature.name_en, "").label("name_en"),
    )


def _here(role: BaseRole, cell: AnyCell) -> tuple[ColumnElement[bool], ...]:
    # As a join: the planner takes the few layers one by one, each a scan of the index on (layer_id, geom_3857).
    return (
        Feature.layer_id == Layer.id,
        Layer.base_role == role.value,
        IS_PUBLIC,
        touches(Feature.geom_3857, cell),
    )


def _streets(asked: Asked) -> AnySelect:
    cell = asked.cell
    drawn = [name for name, zoom in STREET_CLASSES.items() if cell.z >= zoom]
    known = _is_among(list(STREET_CLASSES))
    chosen = _is_among(drawn)
    if cell.z >= UNKNOWN_CLASS_ZOOM:
        chosen = or_(chosen, not_(known))
    street_class = case((known, Feature.kind), else_=literal(UNKNOWN_CLASS)).label("class")
    return select(Feature.id, street_class, *_names(), Feature.geom_3857.label("geom")).where(
        *_here(BaseRole.STREET, cell), chosen
    )


def _is_among(kinds: list[str]) -> ColumnElement[bool]:
    # As one array: a list in brackets would be as many parameters as it is long, each to be declared.
    return Feature.kind == any_(literal(kinds, ARRAY(Text)))


def _areas(role: BaseRole, asked: Asked) -> AnySelect:
    cell, geom = asked.cell, Feature.geom_3857
    least_m = SMALLEST_AREA_UNITS * cell.unit_m
    long_enough = or_(
        func.ST_XMax(geom) - func.ST_XMin(geom) >= least_m, func.ST_YMax(geom) - func.ST_YMin(geom) >= least_m
    )
    return select(
        Feature.id, func.nullif(Feature.kind, "").label("kind"), *_names(), Feature.geom_3857.label("geom")
    ).where(*_here(role, cell), true() if cell.z >= ALL_AREAS_ZOOM else long_enough)


def _districts(asked: Asked) -> AnySelect:
    """Districts as the points that their names are written at."""
    cell = asked.cell
    point = func.ST_PointOnSurface(Feature.geom_3857).label("geom")
    rows = (
        select(Feature.id, func.nullif(Feature.kind, "").label("kind"), *_names(), point)
        .where(*_here(BaseRole.DISTRICT, cell))
        .subquery("district")
    )
    # A big district reaches into many tiles, its name into few.
    return select(rows).where(rows.c.geom.op("&&")(func.ST_MakeEnvelope(*cell.bounds(BUFFER), 3857)))


def _boundary(asked: Asked) -> AnySelect:
    # The boundary goes to the tile's plane and not the tile to the city's: far away, the city's has no place for it.
    boundary = func.ST_ForcePolygonCW(func.ST_Transform(City.boundary, 3857))
    return select(
        func.nullif(City.name_fa, "").label("name_fa"),
        func.nullif(City.name_en, "").label("name_en"),
        boundary.label("geom"),
    ).where(boundary.op("&&")(func.ST_MakeEnvelope(*asked.cell.bounds(BUFFER), 3857)))


_NAMES = {"name_fa": "Name in Persian", "name_en": "Name in English"}
_KIND = {"kind": "Kind within the layer"}

SOURCE = TileSource(
    BASE,
    (
        TileLayer("boundary", _boundary, _NAMES, "The city"),
        TileLayer("green", partial(_areas, BaseRole.GREEN), _NAMES | _KIND, "Parks and other green"),
        TileLayer("water", partial(_areas, BaseRole.WATER), _NAMES | _KIND, "Rivers, canals, lakes"),
        TileLayer(
            "streets",
            _streets,
            _NAMES | {"class": "One of " + ", ".join(STREET_CLASSES)},
            "Street centrelines",
        ),
        TileLayer("districts", _districts, _NAMES | _KIND, "Where the names of districts are written"),
    ),
)
assert min(STREET_CLASSES.values()) == MIN_ZOOM
