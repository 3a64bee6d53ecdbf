"""GeoJSON, feature by feature: one bad feature is lost by name, not the file with it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import shapely.geometry
from numpy.typing import NDArray

from core.geofiles.encoding import Cell, decide
from core.geofiles.findings import Report, SourceError
from core.geofiles.geojson_document import Document
from core.geofiles.geometry import known_kind
from core.geofiles.options import MEGABYTE, ReadOptions
from core.geofiles.values import Chunk, Field, Geometries, clean_text, python_number, unique_names

_AT_ONCE = 2000
_KINDS = {bool: "boolean", int: "integer", float: "real", str: "text", dict: "json", list: "json"}


@dataclass
class GeoJsonLayer:
    """An opened file; see :class:`core.geofiles.layer.Layer`."""

    name: str
    member: str
    geometry_type: str
    fields: list[Field]
    feature_count: int
    crs_text: str | None
    bounds: NDArray[np.float64]
    document: Document
    crs_is_missing: str = "crs.not_said"

    def chunks(self, size: int) -> Iterator[Chunk]:
        """The features in batches."""
        start = 0
        for features in _grouped(self.document.features(), size):
            geometries, losses, closed = _geometries(features, start)
            indexes = np.arange(start, start + len(features), dtype=np.int64)
            properties = [_properties(feature) for feature in features]
            columns = {
                field.name: [_value(one.get(field.original), field.type) for one in properties]
                for field in self.fields
            }
            chunk = Chunk(indexes, geometries, columns, losses)
            chunk.notes = [("geometry.ring_closed", index, {}) for index in closed]
            yield chunk
            start += len(features)


def open_geojson(name: str, member: str, path: Path, options: ReadOptions, report: Report) -> GeoJsonLayer:
    """Read the file once through: columns, bounds, whether it is GeoJSON at all. Raises SourceError."""
    size = path.stat().st_size
    if size > options.limits.geojson_bytes:
        limit_mb = options.limits.geojson_bytes // MEGABYTE
        raise SourceError("file.too_large", member=member, size_mb=size // MEGABYTE, limit_mb=limit_mb)
    document = Document(_text(path, member, options, report), member)
    kinds: dict[str, set[str]] = {}
    boxes, types = [np.zeros((0, 4))], [np.zeros(0, dtype=np.int64)]
    for features in _grouped(document.features(), _AT_ONCE):
        geometries, _losses, _closed = _geometries(features, 0)
        boxes.append(shapely.bounds(geometries))
        types.append(shapely.get_type_id(geometries).astype(np.int64))
        for feature in features:
            for key, value in _properties(feature).items():
                kinds.setdefault(key, set())
                if value is not None:
                    kinds[key].add(_KINDS.get(type(value), "text"))
    for twin in sorted(document.twins)[:20]:
        report.add("geojson.duplicate_keys", member, name=twin[:60])
    names = unique_names(list(kinds))
    for original, sane in zip(kinds, names, strict=True):
        if original != sane:
            report.add("column.renamed", member, original=original, name=sane)
    fields = [Field(sane, key, _common(kinds[key])) for sane, key in zip(names, kinds, strict=True)]
    bounds = np.concatenate(boxes)
    return GeoJsonLayer(
        name, member, known_kind(np.concatenate(types)), fields, len(bounds), document.crs(), bounds, document
    )


def _text(path: Path, member: str, options: ReadOptions, report: Report) -> str:
    raw = path.read_bytes()
    for mark, name in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if raw.startswith(mark):
            return raw.decode(name, "replace")
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    if options.encoding is None:
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            pass
    lines = (Cell(row, "", line) for row, line in enumerate(raw.split(b"\n"), 1) if not line.isascii())
    decoder = decide(lines, report, member=member, asked=options.encoding)
    text, code = decoder(raw)
    if code:
        report.add("encoding.replaced", member, column="–", used=decoder.name)
    return text


def _grouped(features: Iterator[Any], size: int) -> Iterator[list[Any]]:
    group = []
    for feature in features:
        group.append(feature)
        if len(group) == size:
            yield group
            group = []
    if group:
        yield group


def _properties(feature: Any) -> dict[str, Any]:
    """A feature's properties; its ``id`` stands among them when they do not have one."""
    if not isinstance(feature, dict):
        return {}
    found = feature.get("properties")
    properties = dict(found) if isinstance(found, dict) else {}
    if isinstance(feature.get("id"), (str, int)) and "id" not in properties:
        properties["id"] = feature["id"]
    return properties


def _geometries(
    features: list[Any], start: int
) -> tuple[Geometries, dict[int, tuple[str, dict[str, Any]]], list[int]]:
    """The geometries (n,), None where there is none; the losses and the features whose rings were closed."""
    losses: dict[int, tuple[str, dict[str, Any]]] = {}
    texts: list[str | None] = []
    for place, feature in enumerate(features):
        geometry = feature.get("geometry") if isinstance(feature, dict) else None
        texts.append(None)
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            losses[start + place] = ("geojson.bad_feature", {})
        elif geometry is None:
            losses[start + place] = ("geometry.null", {})
        else:
            texts[place] = json.dumps(geometry)
    made: Geometries = shapely.from_geojson(np.array(texts, dtype=object), on_invalid="ignore")
    closed = []
    for place, text in enumerate(texts):
        if text is None or made[place] is not None:
            continue
        made[place] = _again(features[place]["geometry"])
        if made[place] is None:
            finite = not re.search(r"NaN|Infinity", text)
            losses[start + place] = ("geometry.unreadable" if finite else "geometry.not_finite", {})
        else:
            closed.append(start + place)
    return made, losses, closed


def _again(geometry: Any) -> Any:
    """A second try for rings that are not closed, which shapely closes; None when that is not what is wrong."""
    try:
        if isinstance(geometry, dict) and geometry.get("type") in ("Polygon", "MultiPolygon"):
            made = shapely.geometry.shape(geometry)
            return made if np.isfinite(shapely.get_coordinates(made)).all() else None
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, shapely.GEOSException):
        pass
    return None


def _common(kinds: set[str]) -> str:
    if kinds == {"integer", "real"}:
        return "real"
    return kinds.copy().pop() if len(kinds) == 1 else "text"


def _value(value: Any, kind: str) -> Any:
    """A property as a column value; mixed columns become text, lists and objects JSON text."""
    if value is None:
        return None
    if kind in ("integer", "real", "boolean"):
        return python_number(value, kind)
    if isinstance(value, (dict, list)):
        return clean_text(json.dumps(value, ensure_ascii=False))
    return clean_text(value if isinstance(value, str) else json.dumps(value))
