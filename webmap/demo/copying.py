"""Writes the demo city's rows by COPY, one batch at a time, so that memory does not grow with the city."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from psycopg2 import extensions, sql

Geometries = NDArray[Any]

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_TABLES = ("parcel", "feature", "feature_part", "street", "parcel_lineage")


@dataclass(frozen=True)
class Site:
    """Where on the city's grid the demo stands: metres are moved there only as they are written."""

    srid: int
    east_m: float
    north_m: float

    def hex(self, geometries: Sequence[Any] | Geometries) -> list[str]:
        """Geometries around the centre as hexadecimal EWKB on the grid."""
        if len(geometries) == 0:
            return []
        moved = shapely.transform(
            np.asarray(geometries, dtype=object), lambda c: c + np.array((self.east_m, self.north_m))
        )
        text: list[str] = shapely.to_wkb(
            shapely.set_srid(moved, self.srid), hex=True, include_srid=True
        ).tolist()
        return text


class Copier:
    """COPY into tables of one transaction."""

    def __init__(self, cursor: extensions.cursor):
        self.cursor = cursor

    def rows(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Append rows; values in the order of the columns, None is NULL."""
        if not rows:
            return
        text = StringIO("".join("\t".join(map(_field, row)) + "\n" for row in rows))
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
        self.cursor.copy_expert(statement, text)

    @contextmanager
    def without_indexes(self) -> Iterator[None]:
        """Drop the indexes that only make reading fast, and make them again at the end, which is cheaper in bulk."""
        self.cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()"
            " AND tablename = ANY(%s) AND indexname NOT IN (SELECT conname FROM pg_constraint)",
            (list(_TABLES),),
        )
        found = self.cursor.fetchall()
        for name, _ in found:
            self.cursor.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
        yield
        self.cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        for _, definition in found:
            self.cursor.execute(definition)

    def finish(self) -> None:
        """Let sequences go on after the numbers given here, and let the planner know what has come."""
        for table in ("layer", "feature", "street", "parcel", "zone", "zone_class"):
            self.cursor.execute(
                sql.SQL(
                    "SELECT setval(pg_get_serial_sequence({}, 'id'), (SELECT coalesce(max(id), 0) + 1 FROM {}), false)"
                ).format(sql.Literal(table), sql.Identifier(table))
            )
        for table in ("city", "layer", "feature", "street", "parcel", "parcel_lineage", "zone", "zone_class"):
            self.cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))


def _field(value: object) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, str):
        return value.translate(_ESCAPES) if "\\" in value or "\t" in value or "\n" in value else value
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True).translate(_ESCAPES)
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value)


def array(values: Sequence[str]) -> str:
    """A PostgreSQL array of plain words."""
    return "{" + ",".join(values) + "}"
