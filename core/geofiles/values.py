"""Columns of a file: sane unique names, Python values, and the batches they travel in."""

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

NAME_LENGTH = 63

Geometries = NDArray[np.object_]
Columns = dict[str, list[Any]]


@dataclass(frozen=True)
class Field:
    """A column: its sane name here, the name in the file, and its type.

    ``type`` is one of text, integer, real, boolean, date, datetime, json.
    """

    name: str
    original: str
    type: str


@dataclass
class Batch:
    """Some features: ``indexes`` (n,) positions in the file, ``geometries`` (n,) shapely, columns of n values."""

    indexes: NDArray[np.int64]
    geometries: Geometries
    columns: Columns

    def __len__(self) -> int:
        """How many features."""
        return len(self.indexes)


@dataclass
class Chunk(Batch):
    """A batch as a format gives it, before repair: geometries in the file's own CRS, None where unreadable.

    ``losses`` and ``notes`` name, by position in the file, what the format already knows: (code, params);
    features that are lost so need not be among the indexes. ``winding``: GDAL turned rings.
    """

    losses: dict[int, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    notes: list[tuple[str, int, dict[str, Any]]] = field(default_factory=list)
    winding: bool = False


def sane_name(original: str, number: int) -> str:
    """A printable name of at most 63 characters for a column; ``field_N`` when nothing is left of it."""
    text = unicodedata.normalize("NFC", original)
    # ZWNJ is a format character, but «کاربری‌ها» needs it.
    kept = "".join(c if c == "\u200c" or unicodedata.category(c)[0] != "C" else " " for c in text)
    return re.sub(r"\s+", " ", kept).strip()[:NAME_LENGTH].strip() or f"field_{number}"


def unique_names(originals: Sequence[str]) -> list[str]:
    """Sane names, each once whatever the case of its letters: a second ``CODE`` becomes ``CODE_2``."""
    taken: set[str] = set()
    names = []
    for number, original in enumerate(originals, 1):
        name = stem = sane_name(original, number)
        again = 2
        while name.casefold() in taken:
            suffix = f"_{again}"
            name = stem[: NAME_LENGTH - len(suffix)] + suffix
            again += 1
        taken.add(name.casefold())
        names.append(name)
    return names


def clean_text(text: str) -> str | None:
    """Text that PostgreSQL can hold: without NUL and lone surrogates; blank is None."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")
    return text if text and not text.isspace() else None


def python_number(value: Any, kind: str) -> int | float | bool | None:
    """A number as Python has it; what is not finite is None."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if kind == "boolean":
        return bool(value)
    return int(value) if kind == "integer" else float(value)


def python_date(value: Any) -> dt.date | None:
    """A date of ``YYYY-MM-DD``, ``YYYY/MM/DD`` or ``YYYYMMDD``; what is no date is None."""
    if not isinstance(value, str):
        return None
    try:
        return dt.date.fromisoformat(value[:10].replace("/", "-"))
    except ValueError:
        return None


def fill(chunk: Chunk, column: Field, values: NDArray[Any]) -> None:
    """Put a column that pyogrio read into a chunk; text that is no date is noted, not dropped in silence."""
    listed = python_values(values, column.type)
    if column.type == "date":
        for place, value in enumerate(values.tolist()):
            # Zeros are how old programs wrote that there is no date.
            if listed[place] is None and isinstance(value, str) and value.strip(" 0\x00-/"):
                params = {"column": column.name, "value": str(value)[:40]}
                chunk.notes.append(("value.date", int(chunk.indexes[place]), params))
    chunk.columns[column.name] = listed


def python_values(values: NDArray[Any], kind: str) -> list[Any]:
    """A column as pyogrio reads it (numpy, nulls as NaN or None) in Python values."""
    listed: list[Any] = values.tolist()
    if kind in ("integer", "real", "boolean"):
        return [python_number(value, kind) for value in listed]
    if kind == "date":
        return [python_date(value) for value in listed]
    return [clean_text(value) if isinstance(value, str) else None for value in listed]
