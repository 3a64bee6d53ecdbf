"""Tiles made by PostGIS: rows quantised to the cell's grid and packed as MVT 2.1.

Most rows are only scaled and rounded, in one expression. ST_AsMVTGeom, which would also cut and repair each one,
takes twice as long; that care is kept (as the SQL function ``tile_geometry``) for the rows that may need it.
"""

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Select, Subquery, and_, case, func, literal, select
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session

from layers.tiles.grid import BUFFER, EXTENT, Cell
from layers.tiles.sources import AnyCell, AnySelect, Asked, TileSource, parameters


def encode(session: Session, source: TileSource, cell: Cell, day: dt.date) -> bytes:
    """One tile of a source on a day, not compressed; no bytes at all where nothing lies."""
    variants = tuple(layer.variant is not None and layer.variant(session, cell) for layer in source.layers)
    connection = session.connection()
    sql, constants = _statement(connection.dialect, source, cell.z, variants)
    # All layers in one statement; as protobuf messages, the layers of a tile simply come one after the other.
    packed = connection.exec_driver_sql(sql, constants | parameters(cell, day)).one()
    return b"".join(bytes(layer) for layer in packed if layer)


_statements: dict[Any, tuple[str, dict[str, Any]]] = {}
_MOST_STATEMENTS = 2000


def _statement(
    dialect: Dialect, source: TileSource, z: int, variants: tuple[bool, ...]
) -> tuple[str, dict[str, Any]]:
    """The statement of a source at a zoom as the driver takes it, with those of its parameters that never change."""
    key = source.name, source.key, z, variants
    if key not in _statements:
        if len(_statements) >= _MOST_STATEMENTS:
            _statements.clear()
        cell = AnyCell(z)
        layers = [
            tile_statement(layer.name, layer.rows(Asked(cell, variant)), cell).scalar_subquery()
            for layer, variant in zip(source.layers, variants, strict=True)
        ]
        compiled = select(*layers).compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        _statements[key] = str(compiled), dict(compiled.params)
    return _statements[key]


def tile_statement(name: str, rows: AnySelect, cell: AnyCell) -> Select[Any]:
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
