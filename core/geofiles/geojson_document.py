"""Walking through the text of a GeoJSON file, one feature at a time, whatever its makers did to it."""

import json
import re
from collections.abc import Iterator
from json.decoder import JSONDecoder
from typing import Any

from core.geofiles.findings import SourceError

_BLANK = re.compile(r"[ \t\n\r]*")
_GEOMETRIES = frozenset(
    {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"}
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
        said = self._head.get("type")
        kind = said if isinstance(said, str) else None
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
        told = kind or ", ".join(list(self._head)[:5]) or "{}"
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
