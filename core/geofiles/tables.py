"""Things to be written to a file: their columns, their shapes, and names that every format can carry."""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.geofiles.values import unique_names

_SHORTEST = 10
# What GeoPackage and GDAL name columns of their own.
_RESERVED = ("fid", "geom", "geometry", "ogc_fid")
_BIGGEST_INTEGER = 2**63 - 1


@dataclass(frozen=True)
class Column:
    """A column of n values, None where there is none. ``kind`` is text, integer, real, boolean or date."""

    name: str
    kind: str
    values: list[Any]


@dataclass(frozen=True)
class Table:
    """n things. ``shapes`` (n,) are WKB; ``kind`` is point, line or polygon; ``srid`` an EPSG code."""

    name: str
    columns: list[Column]
    shapes: list[bytes]
    kind: str
    srid: int

    def __len__(self) -> int:
        """How many things."""
        return len(self.shapes)


def columns_of(kinds: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> list[Column]:
    """Columns of rows, in the order of ``kinds`` (name to kind)."""
    values = list(zip(*rows, strict=True)) if rows else [()] * len(kinds)
    return [
        Column(name, kind, list(value)) for (name, kind), value in zip(kinds.items(), values, strict=True)
    ]


def columns_of_objects(objects: Sequence[Mapping[str, Any]], taken: Iterable[str]) -> list[Column]:
    """Columns of what JSON objects hold, in the order of their first appearance, none named as one of ``taken``."""
    keys = list(dict.fromkeys(key for each in objects for key in each))
    before = [*_RESERVED, *taken]
    names = unique_names([*before, *keys])[len(before) :]
    return [_column(name, [each.get(key) for each in objects]) for name, key in zip(names, keys, strict=True)]


def _column(name: str, values: list[Any]) -> Column:
    types = {type(value) for value in values if value is not None}
    if types == {bool}:
        return Column(name, "boolean", values)
    if types == {int} and all(value is None or abs(value) <= _BIGGEST_INTEGER for value in values):
        return Column(name, "integer", values)
    if types and types <= {int, float}:
        return Column(name, "real", [None if value is None else float(value) for value in values])
    return Column(name, "text", [_text(value) for value in values])


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def short_names(names: Sequence[str]) -> list[str]:
    """Names that a shapefile can carry: at most ten plain letters, each once whatever the case of its letters."""
    taken: set[str] = set()
    short = []
    for number, name in enumerate(names, 1):
        made = stem = _plain(name)[:_SHORTEST] or f"FIELD_{number}"
        again = 2
        while made.casefold() in taken:
            suffix = f"_{again}"
            made = stem[: _SHORTEST - len(suffix)].rstrip("_") + suffix
            again += 1
        taken.add(made.casefold())
        short.append(made)
    return short


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "_", letters).strip("_")


def array_of(column: Column) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """A column as GDAL takes it: n values, and which of them are missing."""
    missing = np.array([value is None for value in column.values], dtype=bool)
    if column.kind == "text":
        values: NDArray[Any] = np.empty(len(column.values), dtype=object)
        values[:] = column.values
        return values, missing
    kinds: dict[str, tuple[str, Any]] = {
        "integer": ("int64", 0),
        "real": ("float64", 0.0),
        "boolean": ("bool", False),
        "date": ("datetime64[D]", "NaT"),
    }
    dtype, nothing = kinds[column.kind]
    return np.array([nothing if value is None else value for value in column.values], dtype=dtype), missing
