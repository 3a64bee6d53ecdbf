"""Reads Mapbox Vector Tiles strictly and says what breaks the rules of MVT 2.1, down to the rings.

Written from the specification and without a protobuf library, which forgives what a strict reader must not.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import shapely

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
POINT, LINE, POLYGON = 1, 2, 3
MOVE_TO, LINE_TO, CLOSE_PATH = 1, 2, 7
VALUE_WIRES = {1: BYTES, 2: FIXED32, 3: FIXED64, 4: VARINT, 5: VARINT, 6: VARINT, 7: VARINT}


class Broken(Exception):
    """A rule that the tile breaks."""


@dataclass
class Feature:
    id: int | None
    kind: int
    attributes: dict[str, Any]
    parts: list[list[tuple[int, int]]]

    @property
    def shape(self) -> Any:
        """As a shapely geometry in tile units, y downward."""
        if self.kind == POINT:
            return shapely.MultiPoint([part[0] for part in self.parts])
        if self.kind == LINE:
            return shapely.MultiLineString(self.parts)
        polygons: list[tuple[list[tuple[int, int]], list[list[tuple[int, int]]]]] = []
        for ring in self.parts:
            if area2(ring) > 0:
                polygons.append((ring, []))
            else:
                polygons[-1][1].append(ring)
        return shapely.MultiPolygon(polygons)


@dataclass
class Layer:
    name: str
    extent: int = 4096
    features: list[Feature] = field(default_factory=list)


def read(tile: bytes) -> dict[str, Layer]:
    """The layers by name. Raises Broken."""
    layers: dict[str, Layer] = {}
    for number, wire, value in _fields(tile):
        if number == 3:
            layer = _layer(_bytes(wire, value))
            _hold(layer.name not in layers, f"two layers named {layer.name!r}")
            layers[layer.name] = layer
        else:
            _hold(16 <= number <= 8191, f"tile field {number}")
    return layers


def area2(ring: list[tuple[int, int]]) -> int:
    """Twice the area by the surveyor's formula: positive for a ring that is clockwise to the eye (y downward)."""
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(ring, [*ring[1:], ring[0]], strict=True))


def _hold(true: bool, otherwise: str) -> None:
    if not true:
        raise Broken(otherwise)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        _hold(at < len(data) and shift < 70, "varint without end")
        value |= (data[at] & 0x7F) << shift
        at += 1
        if data[at - 1] < 0x80:
            return value, at
        shift += 7


def _fields(data: bytes) -> Iterator[tuple[int, int, Any]]:
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == VARINT:
            value, at = _varint(data, at)
            yield number, wire, value
            continue
        _hold(wire in (FIXED64, BYTES, FIXED32), f"wire type {wire}")
        if wire == BYTES:
            size, at = _varint(data, at)
        else:
            size = 8 if wire == FIXED64 else 4
        _hold(at + size <= len(data), "message longer than the tile")
        yield number, wire, data[at : at + size]
        at += size


def _bytes(wire: int, value: Any) -> bytes:
    _hold(wire == BYTES, "bytes expected")
    return bytes(value)


def _int(wire: int, value: Any) -> int:
    _hold(wire == VARINT, "whole number expected")
    return int(value)


def _text(wire: int, value: Any) -> str:
    try:
        return _bytes(wire, value).decode()
    except UnicodeDecodeError as error:
        raise Broken("text is not UTF-8") from error


def _layer(data: bytes) -> Layer:
    version = name = None
    extent, keys, values, features = 4096, [], [], []
    for number, wire, value in _fields(data):
        match number:
            case 15:
                version = _int(wire, value)
            case 1:
                name = _text(wire, value)
            case 2:
                features.append(_bytes(wire, value))
            case 3:
                keys.append(_text(wire, value))
            case 4:
                values.append(_value(_bytes(wire, value)))
            case 5:
                extent = _int(wire, value)
            case _:
                _hold(number >= 16, f"layer field {number}")
    _hold(version == 2, f"layer version {version}")
    _hold(bool(name), "layer without name")
    return Layer(str(name), extent, [_feature(feature, keys, values) for feature in features])


def _value(data: bytes) -> Any:
    found = list(_fields(data))
    _hold(len(found) == 1, "a value is exactly one thing")
    number, wire, value = found[0]
    _hold(VALUE_WIRES.get(number) == wire, f"value of type {number}, wire {wire}")
    if number == 1:
        return _text(wire, value)
    if number in (2, 3):
        return struct.unpack("<f" if number == 2 else "<d", value)[0]
    if number == 6:
        return _zigzag(value)
    return bool(value) if number == 7 else value


def _feature(data: bytes, keys: list[str], values: list[Any]) -> Feature:
    identity = kind = geometry = None
    tags: list[int] = []
    for number, wire, value in _fields(data):
        match number:
            case 1:
                identity = _int(wire, value)
            case 2:
                tags += _packed(_bytes(wire, value))
            case 3:
                kind = _int(wire, value)
            case 4:
                _hold(geometry is None, "two geometries")
                geometry = _packed(_bytes(wire, value))
            case _:
                raise Broken(f"feature field {number}")
    _hold(kind in (0, POINT, LINE, POLYGON), f"geometry type {kind}")
    _hold(geometry is not None, "no geometry")
    _hold(len(tags) % 2 == 0, "a tag without value")
    pairs = list(zip(tags[::2], tags[1::2], strict=True))
    _hold(all(key < len(keys) and value < len(values) for key, value in pairs), "a tag that is not there")
    parts = list(_parts(kind or 0, geometry or []))
    return Feature(identity, kind or 0, {keys[key]: values[value] for key, value in pairs}, parts)


def _packed(data: bytes) -> list[int]:
    at, found = 0, []
    while at < len(data):
        value, at = _varint(data, at)
        found.append(value)
    return found


def _zigzag(value: int) -> int:
    return (value >> 1) ^ -(value & 1)


def _commands(numbers: list[int]) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    at = x = y = 0
    while at < len(numbers):
        command, count = numbers[at] & 7, numbers[at] >> 3
        at += 1
        _hold(command in (MOVE_TO, LINE_TO, CLOSE_PATH), f"command {command}")
        if command == CLOSE_PATH:
            _hold(count == 1, "ClosePath counts once")
            yield command, []
            continue
        _hold(count > 0 and at + 2 * count <= len(numbers), "a command without its points")
        points = []
        for dx, dy in zip(
            numbers[at : at + 2 * count : 2], numbers[at + 1 : at + 2 * count : 2], strict=True
        ):
            x, y = x + _zigzag(dx), y + _zigzag(dy)
            points.append((x, y))
        at += 2 * count
        yield command, points


def _parts(kind: int, numbers: list[int]) -> Iterator[list[tuple[int, int]]]:
    if kind == 0:
        return
    commands = list(_commands(numbers))
    _hold(bool(commands), "no command")
    if kind == POINT:
        _hold(len(commands) == 1 and commands[0][0] == MOVE_TO, "points are one MoveTo")
        yield from ([point] for point in commands[0][1])
        return
    step = 2 if kind == LINE else 3
    _hold(len(commands) % step == 0, "a part without its commands")
    exterior = False
    for start in range(0, len(commands), step):
        part = _part(commands[start : start + step])
        if kind == POLYGON:
            _hold(part[0] != part[-1] and len(set(part)) >= 3, "a ring of fewer than three points")
            _hold(area2(part) != 0, "a ring without area")
            exterior = exterior or area2(part) > 0
            _hold(exterior, "a hole before its shell")
        yield part


def _part(commands: list[tuple[int, list[tuple[int, int]]]]) -> list[tuple[int, int]]:
    (move, first), (line, rest), *close = commands
    _hold(move == MOVE_TO and len(first) == 1 and line == LINE_TO, "a part is MoveTo, then LineTo")
    _hold(all(command == CLOSE_PATH for command, _points in close), "a ring ends with ClosePath")
    part = [*first, *rest]
    _hold(all(a != b for a, b in pairwise(part)), "two points in one place")
    return part
