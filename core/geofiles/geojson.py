"""GeoJSON, feature by feature: one bad feature is lost by name, not the file with it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from json.decoder import JSONDecoder
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import shapely.geometry
from numpy.typing import NDArray

from core.geofiles.encoding import Cell, decide
from core.geofiles.findings import Report, SourceError
from core.geofiles.geometry import known_kind
from core.geofiles.options import MEGABYTE, ReadOptions
from core.geofiles.values import Chunk, Field, Geometries, clean_text, python_number, unique_names

_BLANK = re.compile(r"[ \t\n\r]*")
_GEOMETRIES = frozenset(
    {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"}
)
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
    document: "Document"
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


class Document:
    """The text of a GeoJSON file, decoded one feature at a time so that memory holds the text and little more."""

    def __init__(self, text: str, member: str) -> None:
        self._text = text
        self._member = member
        self.twins: set[str] = set()
        self._decoder = JSONDecoder(object_pairs_hook=self._pairs)
        self._head: dict[str, Any] = {}
        self._array: int | None = None
        self._sequence = False
        self._look()

    def features(self) -> Iterator[Any]:
        """Each feature (or what stands in its place). Raises SourceError where the JSON breaks off."""
        if self._sequence:
            yield from self._several()
        elif self._array is not None:
            for feature, _end in self._elements(self._array):
                yield feature
        else:
            yield self._head

    def crs(self) -> str | None:
        """What the file says (an older GeoJSON's ``crs`` member), else WGS 84 as RFC 7946 has it."""
        said = self._head.get("crs")
        if said is None:
            return "EPSG:4326"
        properties = said.get("properties") if isinstance(said, dict) else None
        name = properties.get("name") if isinstance(properties, dict) else None
        return name if isinstance(name, str) else json.dumps(said)

    def _look(self) -> None:
        """Find the array of features and the other members of the top object."""
        at = self._skip(0)
        if self._text[at : at + 1] != "{":
            # A bare list is not GeoJSON; decode it far enough to tell it from broken text.
            self._value(at)
            raise SourceError("geojson.not_geojson", member=self._member, kind="list")
        at = self._skip(at + 1)
        while self._text[at : at + 1] != "}":
            key, at = self._value(at)
            at = self._expect(at, ":")
            if key == "features" and self._text[at : at + 1] == "[":
                self._array = at
                at = self._end_of_array(at)
            else:
                self._head[str(key)], at = self._value(at)
            at = self._skip(at)
            if self._text[at : at + 1] != "}":
                at = self._skip(self._expect(at, ","))
        self._sequence = self._skip(at + 1) < len(self._text)
        self._check_kind()

    def _check_kind(self) -> None:
        kind = self._head.get("type")
        if kind == "FeatureCollection" and self._array is not None:
            if self._sequence:
                raise self._broken(len(self._text) - 1)
            return
        if kind == "Feature":
            self._array = None
            return
        if kind in _GEOMETRIES and not self._sequence:
            self._array = None
            self._head = {
                "type": "Feature",
                "geometry": self._head,
                "properties": {},
                "crs": self._head.get("crs"),
            }
            return
        told = kind if isinstance(kind, str) else ", ".join(list(self._head)[:5]) or "{}"
        raise SourceError("geojson.not_geojson", member=self._member, kind=told[:60])

    def _end_of_array(self, at: int) -> int:
        for _feature, after in self._elements(at):
            at = after
        # Behind the last element (or the bracket of an empty list) comes the closing bracket.
        at = self._skip(at + 1 if self._text[at] == "[" else at)
        return self._expect(at, "]")

    def _elements(self, at: int) -> Iterator[tuple[Any, int]]:
        """Each element of the array that begins here, with the place behind it."""
        at = self._skip(at + 1)
        while self._text[at : at + 1] != "]":
            value, at = self._value(at)
            yield value, at
            at = self._skip(at)
            if self._text[at : at + 1] != "]":
                at = self._skip(self._expect(at, ","))

    def _several(self) -> Iterator[Any]:
        """Features one behind another (GeoJSON text sequence)."""
        at = self._skip(0)
        while at < len(self._text):
            value, at = self._value(at)
            yield value
            at = self._skip(at)

    def _value(self, at: int) -> tuple[Any, int]:
        try:
            return self._decoder.raw_decode(self._text, at)
        except RecursionError:
            raise SourceError("geojson.too_deep", member=self._member) from None
        except ValueError as error:
            # ``int`` refuses numbers of thousands of digits by a plain ValueError.
            raise self._broken(getattr(error, "pos", at)) from None

    def _skip(self, at: int) -> int:
        match = _BLANK.match(self._text, at)
        end = match.end() if match is not None else at
        # RFC 8142 puts a record separator before each feature.
        return self._skip(end + 1) if self._text[end : end + 1] == "\x1e" else end

    def _expect(self, at: int, mark: str) -> int:
        at = self._skip(at)
        if self._text[at : at + 1] != mark:
            raise self._broken(at)
        return self._skip(at + 1)

    def _broken(self, at: int) -> SourceError:
        line = self._text.count("\n", 0, at) + 1
        column = at - self._text.rfind("\n", 0, at)
        return SourceError("geojson.broken", member=self._member, line=line, column=column)

    def _pairs(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs) and len(self.twins) < 20:
            keys = [key for key, _value in pairs]
            self.twins.update(key for key in made if keys.count(key) > 1)
        return made


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
