"""What a sender can be asked with: where a file would lie in each system, how its text reads in each encoding."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyproj
from numpy.typing import NDArray

from core.geofiles.candidates import candidates
from core.geofiles.findings import Report, SourceError
from core.geofiles.options import Box, City, ReadOptions
from core.geofiles.reader import open_layer

_BOXES = 300
_ROWS = 5
_LOOKED_THROUGH = 5000
_LONGEST = 60
ENCODINGS = ("utf-8", "cp1256", "cp1252", "cp1251", "cp1254", "cp1253", "gbk")
"""Those that a sender is shown, as far as the text can be read by them."""


@dataclass(frozen=True)
class Layout:
    """A system that a file may be in: ``boxes`` (n, 4) of some of its features in the city's grid, in metres."""

    epsg: int
    name: str
    boxes: NDArray[np.float64]


@dataclass(frozen=True)
class Reading:
    """An encoding that a file's text may be in, and some of its rows read so."""

    encoding: str
    rows: list[str]


def layouts(path: Path, options: ReadOptions, target_srid: int, near: Box | None) -> list[Layout]:
    """The systems that would lay a file into the city, the likeliest first. Raises SourceError."""
    with tempfile.TemporaryDirectory(prefix="geofile-") as folder:
        bounds = open_layer(path, Path(folder), options, Report()).bounds
    known = bounds[np.isfinite(bounds).all(axis=1)]
    some = known[:: max(1, len(known) // _BOXES)]
    if not len(some):
        return []
    centres = (some[:, 0] + some[:, 2]) / 2, (some[:, 1] + some[:, 3]) / 2
    found = candidates(centres, City(target_srid, near))
    return [Layout(code, name, _boxes(some, code, target_srid)) for code, name in found]


def _boxes(bounds: NDArray[np.float64], code: int, target_srid: int) -> NDArray[np.float64]:
    way = pyproj.Transformer.from_crs(code, target_srid, always_xy=True)
    west, south = way.transform(bounds[:, 0], bounds[:, 1])
    east, north = way.transform(bounds[:, 2], bounds[:, 3])
    made = np.column_stack([west, south, east, north])
    kept: NDArray[np.float64] = made[np.isfinite(made).all(axis=1)]
    return kept


def readings(path: Path, options: ReadOptions) -> list[Reading]:
    """The encodings in which all of the first rows can be read, each with five of them. Raises SourceError."""
    found = []
    for encoding in ENCODINGS:
        try:
            rows = list(_rows(path, replace(options, encoding=encoding)))
        except SourceError as error:
            if not error.code.startswith("encoding."):
                raise
            continue
        if rows and not any("\ufffd" in row for row in rows):
            found.append(Reading(encoding, rows[:_ROWS]))
    return found


def _rows(path: Path, options: ReadOptions) -> Iterator[str]:
    """Texts that are not plain ASCII, which alone look otherwise from encoding to encoding."""
    with tempfile.TemporaryDirectory(prefix="geofile-") as folder:
        layer = open_layer(path, Path(folder), options, Report())
        names = [field.name for field in layer.fields if field.type == "text"]
        for chunk in layer.chunks(_LOOKED_THROUGH):
            for values in zip(*(chunk.columns[name] for name in names), strict=True):
                text = " · ".join(value for value in values if value and not value.isascii())
                if text:
                    yield text[:_LONGEST]
            return
