"""What lies in a window of the map, nearest first: the window itself, and the features of a layer in it."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Float, Integer, Select, Text, bindparam, func, literal, or_, select
from sqlalchemy.orm import Session

from core.models import city_geometry
from core.text import fold
from layers.models import BaseRole, Feature, Layer, seen_by
from layers.queries import SPOT, Spot

MOST_COUNTED = 2000
"""Nobody reads on further than this; counting what nobody reads would take longest where most is shown."""
# A side of the window is a bent line in the city's grid: in so many pieces it strays less than it is wide on screen.
_PIECES = 16


@dataclass(frozen=True)
class Window:
    """A box of degrees, the spot that distances are told from (metres in the grid), and the shape they begin at.

    ``shape`` is EWKB in the grid: a parcel's outline, or None for the spot itself.
    """

    west: float
    south: float
    east: float
    north: float
    origin: Spot
    shape: Any = None

    @property
    def values(self) -> dict[str, Any]:
        """What a statement with :data:`WINDOW` and :data:`ORIGIN` in it is to be executed with."""
        return {
            **self.origin.values,
            "west": self.west,
            "south": self.south,
            "east": self.east,
            "north": self.north,
            "piece": max(self.east - self.west, self.north - self.south) / _PIECES,
            "shape": self.shape,
        }


def _bound(name: str) -> Any:
    return bindparam(name, type_=Float)


_BOX = func.ST_MakeEnvelope(_bound("west"), _bound("south"), _bound("east"), _bound("north"), 4326)
WINDOW: ColumnElement[Any] = func.ST_Transform(
    func.ST_Segmentize(_BOX, _bound("piece")), bindparam("srid", type_=Integer)
)
"""The window in the city's grid, so that columns are compared as they are stored and indexed."""
ORIGIN: ColumnElement[Any] = func.coalesce(bindparam("shape", type_=city_geometry("GEOMETRY")), SPOT)
"""What distances are measured from."""


@dataclass(frozen=True)
class Seen:
    """One thing in the window: metres from the origin (0 where it holds it), and the way to its nearest point.

    ``bearing`` is in degrees clockwise from true north, None when the spot lies on or in it.
    """

    distance_m: float
    bearing: float | None
    lon: float
    lat: float


@dataclass(frozen=True)
class FeatureSeen:
    """One feature of a layer in the window."""

    name_fa: str
    name_en: str
    kind: str
    seen: Seen


def way_columns(geom: Any) -> list[Any]:
    """The columns of :class:`Seen` for a geometry column in the city's grid, in its order."""
    near = func.ST_Transform(func.ST_ClosestPoint(geom, SPOT), 4326)
    start = func.ST_Transform(SPOT, 4326)
    geography = func.geography
    return [
        func.ST_Distance(geom, ORIGIN),
        func.degrees(func.ST_Azimuth(geography(start), geography(near))),
        func.ST_X(near),
        func.ST_Y(near),
    ]


def pattern_of(words: str) -> str:
    """What a folded name holds that these words are part of, for LIKE; everything when there are none."""
    folded = fold(words).replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{folded}%" if folded else ""


def is_anything() -> ColumnElement[bool]:
    """Whether the bound ``pattern`` is empty, so that everything matches it."""
    return bindparam("pattern", type_=Text) == literal("")


def is_like(column: Any) -> ColumnElement[bool]:
    """Whether a folded column matches the bound ``pattern``; with an empty one everything does."""
    return or_(is_anything(), column.like(bindparam("pattern", type_=Text)))


def count_up_to(of: Select[Any]) -> Select[Any]:
    """How many rows a statement has, counting no further than one beyond :data:`MOST_COUNTED`."""
    return select(func.count()).select_from(of.limit(MOST_COUNTED + 1).subquery())


def list_shown_layers(session: Session, *, staff: bool = False) -> list[Layer]:
    """Every layer that whoever asks may see and that has things with names: overlays, and what the base map names."""
    # The streets of the base map are told by the centre, not one by one.
    named = or_(Layer.base_role.is_(None), Layer.base_role != BaseRole.STREET)
    return list(session.scalars(select(Layer).where(named, seen_by(staff=staff)).order_by(Layer.slug)))


def count_features(session: Session, window: Window, layer_id: int, words: str) -> int:
    """How many features of a layer lie in the window; at the most one more than :data:`MOST_COUNTED`."""
    values = {**window.values, "layer_id": layer_id, "pattern": pattern_of(words)}
    found: int = session.execute(_feature_count(), values).scalar_one()
    return found


def list_features(
    session: Session, window: Window, layer_id: int, words: str, offset: int, limit: int
) -> list[FeatureSeen]:
    """Features of a layer in the window whose name holds these words, nearest to the origin first."""
    values = {**window.values, "layer_id": layer_id, "pattern": pattern_of(words)}
    rows = session.execute(_features(), {**values, "skipped": offset, "most": limit})
    return [FeatureSeen(row[0], row[1], row[2], Seen(*row[3:])) for row in rows]


@cache
def _feature_count() -> Select[Any]:
    return count_up_to(_in_window(select(literal(1).label("one"))))


@cache
def _features() -> Select[Any]:
    # Only what is listed is measured: hence the nearest first, by the index, then the rest of what is told of them.
    columns: tuple[Any, ...] = Feature.id, Feature.name_fa, Feature.name_en, Feature.kind, Feature.geom
    near = _in_window(select(*columns))
    page = nearest_page(near, Feature.geom).subquery()
    ways = way_columns(page.c.geom)
    return select(page.c.name_fa, page.c.name_en, page.c.kind, *ways).order_by(ways[0], page.c.id)


def nearest_page(of: Select[Any], geom: Any) -> Select[Any]:
    """A page of a statement, nearest to the origin first: the bound ``skipped`` rows are passed over.

    By nothing but the distance: with a second key the planner sorts all of the window instead of walking the index.
    """
    return (
        of.order_by(geom.op("<->")(ORIGIN))
        .offset(bindparam("skipped", type_=Integer))
        .limit(bindparam("most", type_=Integer))
    )


def _in_window(of: Select[Any]) -> Select[Any]:
    is_of_layer = Feature.layer_id == bindparam("layer_id", type_=Integer)
    return of.where(is_of_layer, func.ST_Intersects(Feature.geom, WINDOW), is_like(Feature.name_folded))
