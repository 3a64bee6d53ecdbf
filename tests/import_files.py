"""Files made by the tests of importing, in the metres of the small city, and the way from one to the city."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.geofiles import ReadOptions, Source, open_source
from tests.small_city import SRID, X0, Y0

Feature = tuple[Mapping[str, Any] | None, Mapping[str, Any]]


def square(x: float, y: float, size: float = 40.0) -> dict[str, Any]:
    """A square whose south-west corner is at (x, y) metres from the small city's corner."""
    west, south = X0 + x, Y0 + y
    ring = [
        [west, south],
        [west + size, south],
        [west + size, south + size],
        [west, south + size],
        [west, south],
    ]
    return {"type": "Polygon", "coordinates": [ring]}


def point(x: float, y: float) -> dict[str, Any]:
    """A point."""
    return {"type": "Point", "coordinates": [X0 + x, Y0 + y]}


def line(*ends: tuple[float, float]) -> dict[str, Any]:
    """A line."""
    return {"type": "LineString", "coordinates": [[X0 + x, Y0 + y] for x, y in ends]}


def write_features(path: Path, features: Sequence[Feature]) -> Path:
    """A GeoJSON file of (geometry, properties), in the small city's grid."""
    made = [{"type": "Feature", "geometry": shape, "properties": said} for shape, said in features]
    document = {
        "type": "FeatureCollection",
        "name": path.stem,
        "crs": {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{SRID}"}},
        "features": made,
    }
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return path


@contextmanager
def opened(path: Path, features: Sequence[Feature]) -> Iterator[Source]:
    """Write features and open them again, as the commands do."""
    with open_source(write_features(path, features), ReadOptions(), SRID) as source:
        yield source
