"""Tiles made by PostGIS: rows quantised to the cell's grid and packed as MVT 2.1.

Most rows are only scaled and rounded, in one expression. ST_AsMVTGeom, which would also cut and repair each one,
takes twice as long; that care is kept (as the SQL function ``tile_geometry``) for the rows that may need it.
"""

import datetime as dt
import itertools
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    LargeBinary,
    Select,
    Subquery,
    Text,
    and_,
    bindparam,
    case,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.orm import Session

from layers.tiles.grid import BUFFER, EXTENT, Cell
from layers.tiles.sources import AnyCell, AnySelect, Asked, Link, TileSource, parameters

_PREPARED = "tile statements"
"""Under this name a connection remembers which statements its server process has prepared."""


def encode(link: Link, source: TileSource, cell: Cell, day: dt.date | None) -> bytes:
    """One tile of a source on a day (None: today), not compressed; no bytes at all where nothing lies."""
    connection = link.connection() if isinstance(link, Session) else link
    variants = tuple(layer.variant is not None and layer.variant(link, cell) for layer in source.layers)
    statement = put_together(source, cell.z, variants)
    _prepare(connection, statement)
    values = {**statement.constants, **parameters(cell, day), **_names(source), **source.values}
    # All layers in one statement; as protobuf messages, the layers of a tile simply come one after the other.
    packed = connection.exec_driver_sql(statement.call, values).one()
    return b"".join(bytes(layer) for layer in packed if layer)


@dataclass(frozen=True)
class Statement:
    """The statement of a family of sources at a zoom: how it is prepared, how it is called, what never changes."""

    name: str
    prepare: str
    call: str
    constants: dict[str, Any]


_statements: dict[Any, Statement] = {}
_numbers = itertools.count()


def _prepare(connection: Connection, statement: Statement) -> None:
    """Have PostgreSQL take the statement apart once per connection: for a small tile that is half of its work."""
    prepared: set[str] = connection.info.setdefault(_PREPARED, set())
    if statement.name not in prepared:
        connection.exec_driver_sql(statement.prepare)
        prepared.add(statement.name)


def put_together(source: TileSource, z: int, variants: tuple[bool, ...] = ()) -> Statement:
    """The statement of a source at a zoom, put together at the first call, which takes 3 to 20 ms.

    ``variants``: which of two ways each layer is drawn in; the first, if nothing is said.
    """
    variants = variants or (False,) * len(source.layers)
    key = source.family or source.name, z, variants
    if key not in _statements:
        _statements[key] = _compile(source, z, variants)
    return _statements[key]


def _compile(source: TileSource, z: int, variants: tuple[bool, ...]) -> Statement:
    cell = AnyCell(z)
    layers = [
        tile_statement(
            bindparam(name, "", type_=Text), layer.rows(Asked(cell, variant)), cell
        ).scalar_subquery()
        for name, layer, variant in zip(_names(source), source.layers, variants, strict=True)
    ]
    dialect = PGDialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]
    compiled: Any = select(*layers).compile(dialect=dialect)
    kinds = {name: bind.type.compile(dialect) for bind, name in compiled.bind_names.items()}
    places: list[str] = compiled.positiontup
    name = f"tile_{next(_numbers)}"
    # The driver reads a percent sign as the beginning of a parameter.
    written = str(compiled).replace("%", "%%")
    return Statement(
        name,
        f"PREPARE {name} ({', '.join(kinds[place] for place in places)}) AS {written}",
        f"EXECUTE {name} ({', '.join(f'%({place})s' for place in places)})",
        dict(compiled.params),
    )


def _names(source: TileSource) -> dict[str, str]:
    """The names of a source's layers, as parameters: those of a family's other sources are called otherwise."""
    return {f"layer_{place}": layer.name for place, layer in enumerate(source.layers)}


def tile_statement(name: ColumnElement[str], rows: AnySelect, cell: AnyCell) -> Select[Any]:
    """The statement that packs rows into one MVT layer.

    Rows whose geometry misses the box come out NULL, and ST_AsMVT passes over them by itself: a WHERE that says so
    makes the planner work each geometry out twice.
    """
    given = rows.subquery("given")
    attributes = [column for column in given.c if column.name not in ("geom", "plain")]
    quantised = select(*attributes, _quantise(given, cell).label("geom")).subquery("q")
    arguments: list[Any] = [quantised.table_valued(), name, EXTENT, "geom"]
    if "id" in given.c:
        arguments.append("id")
    return select(func.ST_AsMVT(*arguments, type_=LargeBinary))


def _quantise(given: Subquery, cell: AnyCell) -> ColumnElement[Any]:
    geom = given.c.geom
    box = func.ST_MakeEnvelope(*cell.bounds(BUFFER), 3857)
    units_per_m = 1 / cell.unit_m
    # Whatever needs care is cut to the box first: often it is one huge outline, of which a tile sees little.
    careful = func.tile_geometry(geom, box, box, cell.west, cell.north, units_per_m)
    if "plain" not in given.c:
        return careful
    # The rest is left whole if it ends within a tile's width: cutting would cost more than sending it.
    wide = func.ST_MakeEnvelope(*cell.bounds(EXTENT), 3857)
    quick = func.ST_SnapToGrid(
        func.ST_TransScale(geom, -cell.west, -cell.north, units_per_m, -units_per_m), literal(1.0)
    )
    return case((and_(given.c.plain, geom.op("@")(wide)), quick), else_=careful)
