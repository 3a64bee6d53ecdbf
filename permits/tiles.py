"""Tiles of the public register: each permit near by; from afar those close together as one mark with their count."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Float,
    Integer,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from core.models import WEB_MERCATOR
from layers.tiles.grid import BUFFER, Cell
from layers.tiles.sources import AnyCell, AnySelect, Asked, Link, TileLayer, TileSource, touches
from permits.models import Permit
from permits.register.groups import GROUP_OF, Group

EXACT_ZOOM = 14
"""From here on every permit is itself, unless there is a crowd."""
CROWD = 2_000
"""So many in a tile are more than can be told apart, and more bytes than a tile should have."""
CELL_UNITS, CROWD_CELL_UNITS = 512, 256
"""The side of the square whose permits are one mark: 64 pixels of the tile, near by 32."""
_MARGIN = 0.22
"""A mark keeps this part of its square's side away from the square's edge: so it is never cut at a tile's."""

_CROWD = text("""
    SELECT count(*) > :most FROM (
        SELECT FROM permit
        WHERE published_at IS NOT NULL AND geom_3857 && ST_MakeEnvelope(:west, :south, :east, :north, 3857)
        LIMIT :most + 1
    ) AS crowd
""")


def _rows(asked: Asked) -> AnySelect:
    if asked.cell.z < EXACT_ZOOM:
        return _marks(asked.cell, CELL_UNITS)
    return _marks(asked.cell, CROWD_CELL_UNITS) if asked.variant else _permits(asked.cell)


def _group() -> ColumnElement[str]:
    return case({state.value: group.value for state, group in GROUP_OF.items()}, value=Permit.state)


def _is_public() -> tuple[ColumnElement[bool], ...]:
    """As permits.register.queries.is_public: without a list of values, which a prepared statement cannot hold."""
    return Permit.published_at.is_not(None), _group().is_not(None)


def _permits(cell: AnyCell) -> AnySelect:
    return select(
        Permit.id,
        Permit.reference,
        Permit.type_code.label("type"),
        Permit.state,
        _group().label("group"),
        Permit.geom_3857.label("geom"),
    ).where(touches(Permit.geom_3857, cell), *_is_public())


def _marks(cell: AnyCell, cell_units: int) -> AnySelect:
    """A mark for every square that holds a permit, in their middle; each permit counts in one tile alone."""
    side = literal(cell_units * cell.unit_m, Float)
    left, bottom, right, top = cell.bounds()
    here = Permit.geom_3857.op("&&")(func.ST_MakeEnvelope(left, bottom, right, top, 3857))
    spots = _spots(here)
    column = cast(func.floor((spots.c.x - cell.west) / side), Integer)
    row = cast(func.floor((cell.north - spots.c.y) / side), Integer)
    counted = (
        select(
            column.label("column"),
            row.label("row"),
            spots.c.group,
            func.count().label("n"),
            func.min(spots.c.id).label("id"),
            func.sum(spots.c.x).label("sum_x"),
            func.sum(spots.c.y).label("sum_y"),
        )
        # What lies just on an edge belongs to the tile that begins there.
        .where(spots.c.x >= left, spots.c.x < right, spots.c.y > bottom, spots.c.y <= top)
        .group_by(text("1"), text("2"), text("3"))
        .subquery("counted")
    )
    return _in_squares(counted, cell, side)


def _spots(here: ColumnElement[bool]) -> Any:
    """The permits of the cell, each looked at once."""
    asked = select(
        Permit.id,
        _group().label("group"),
        func.ST_X(Permit.geom_3857, type_=Float).label("x"),
        func.ST_Y(Permit.geom_3857, type_=Float).label("y"),
    )
    # The offset keeps the planner from working the coordinates out again wherever they are named.
    return asked.where(here, *_is_public()).offset(0).subquery("spots")


def _in_squares(counted: Any, cell: AnyCell, side: Any) -> AnySelect:
    every = func.sum(counted.c.n)
    most = func.array_agg(aggregate_order_by(counted.c.group, counted.c.n.desc(), counted.c.group))
    west, north = cell.west + counted.c.column * side, cell.north - counted.c.row * side
    spot = func.ST_MakePoint(
        _within(func.sum(counted.c.sum_x) / every, west, west + side, side),
        _within(func.sum(counted.c.sum_y) / every, north - side, north, side),
    )
    open_ones = func.sum(case((counted.c.group == Group.OPEN.value, counted.c.n), else_=0))
    marks = (
        select(
            func.min(counted.c.id).label("id"),
            most[1].label("group"),
            cast(every, BigInteger).label("n"),
            cast(func.nullif(open_ones, 0), BigInteger).label("open"),
            func.ST_SetSRID(spot, 3857, type_=WEB_MERCATOR).label("geom"),
        )
        .group_by(counted.c.column, counted.c.row)
        .subquery("marks")
    )
    # Only who stands alone is named: to find the least of many references takes longer than to count them.
    return select(
        marks.c.id,
        Permit.reference,
        marks.c.group,
        case((marks.c.n > 1, marks.c.n), else_=null()).label("count"),
        marks.c.open,
        marks.c.geom,
    ).outerjoin_from(marks, Permit, and_(marks.c.n == 1, Permit.id == marks.c.id))


def _within(value: Any, low: Any, high: Any, side: Any) -> Any:
    return func.least(func.greatest(value, low + side * _MARGIN), high - side * _MARGIN)


def is_crowd(link: Link, cell: Cell) -> bool:
    """Whether a tile near by has more permits than are to be drawn one by one."""
    if cell.z < EXACT_ZOOM:
        return False
    west, south, east, north = cell.bounds(BUFFER)
    box = {"west": west, "south": south, "east": east, "north": north}
    return bool(link.scalar(_CROWD, {"most": CROWD, **box}))


SOURCE = TileSource(
    "permits",
    (
        TileLayer(
            "permits",
            _rows,
            {
                "reference": "Reference of a permit that is drawn by itself",
                "type": f"Code of its kind, from zoom {EXACT_ZOOM}",
                "state": f"Its state, from zoom {EXACT_ZOOM}",
                "group": "open, assessment, decided, building or ended; of several, that of most of them",
                "count": "How many permits are drawn as one mark",
                "open": "How many of those are open for comments",
            },
            f"Permits of the public register from zoom {EXACT_ZOOM}; below it, and in crowds, marks with their count",
            variant=is_crowd,
        ),
    ),
)
