"""The map on a certificate: a parcel among its neighbours, drawn to scale from the exact outlines.

Lines and areas are SVG in millimetres of paper. Words stand beside it as labels for HTML to write: text inside an
SVG would come out of the PDF with its Persian reversed.
"""

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from layers.schemas import name_of
from parcels.certificates.queries import Box, Piece

WIDTH_MM, HEIGHT_MM = 182.0, 100.0
SCALES = (200, 250, 500, 1000, 2000, 2500, 5000, 10000, 20000, 50000, 100000)
_ROOM = 0.68
"""How much of the paper's width or height the parcel may take: the rest shows its neighbours."""
_STYLE = Path(__file__).resolve().parents[2] / "layers" / "style.json"
_MM_PER_LETTER = 1.5
_SMALLEST_LABELLED_MM2 = 90.0


NORTH = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="9mm" height="12mm" viewBox="0 0 9 12">'
    '<circle cx="4.5" cy="6" r="4.2" fill="#ffffff" fill-opacity="0.8"/>'
    '<path d="M4.5 0.6 L7 9.6 L4.5 8 Z" fill="#23292b"/>'
    '<path d="M4.5 0.6 L2 9.6 L4.5 8 Z" fill="#ffffff" stroke="#23292b" stroke-width="0.3" stroke-linejoin="round"/>'
    "</svg>"
)
"""The arrow that points up the map."""


@dataclass(frozen=True)
class Label:
    """A word on the map: its middle in millimetres from the upper left, turned by degrees clockwise."""

    text: str
    kind: str
    x_mm: float
    y_mm: float
    angle: float = 0.0
    group: str = ""


@dataclass(frozen=True)
class Plan:
    """A drawn map: ``scale`` is its denominator, ``bar_m`` metres are ``bar_mm`` of paper."""

    svg: str
    labels: list[Label]
    scale: int
    bar_m: int
    bar_mm: float
    width_mm: float = WIDTH_MM
    height_mm: float = HEIGHT_MM


class Paper:
    """A piece of ground laid on paper: turns the city's metres into millimetres from the upper left."""

    def __init__(self, outline: Geometry) -> None:
        west, south, east, north = outline.bounds
        needed = max((east - west) / WIDTH_MM, (north - south) / HEIGHT_MM) * 1000 / _ROOM
        self.scale = next((each for each in SCALES if each >= needed), SCALES[-1])
        self.m_per_mm = self.scale / 1000
        self.west = (west + east) / 2 - WIDTH_MM / 2 * self.m_per_mm
        self.north = (south + north) / 2 + HEIGHT_MM / 2 * self.m_per_mm

    @property
    def box(self) -> Box:
        """What the paper shows, in the city's grid."""
        east = self.west + WIDTH_MM * self.m_per_mm
        return self.west, self.north - HEIGHT_MM * self.m_per_mm, east, self.north

    def laid(self, shape: Geometry) -> Geometry:
        """A shape in millimetres of paper."""
        factor = 1 / self.m_per_mm
        moved: Geometry = shapely.transform(
            shape, lambda at: (at - (self.west, self.north)) * (factor, -factor), include_z=False
        )
        return moved


def draw(outline: Geometry, around: Sequence[Piece], paper: Paper, number: str) -> Plan:
    """The map of the parcel with this outline (the city's grid) and number, and of what lies around it."""
    laid = [(piece, paper.laid(shapely.from_wkb(piece.wkb))) for piece in around]
    parcel = paper.laid(outline)
    bar_m = _bar_length(paper.m_per_mm)
    return Plan(
        svg=_svg(laid, parcel),
        labels=_without_collisions(_labels(laid, parcel, number)),
        scale=paper.scale,
        bar_m=bar_m,
        bar_mm=bar_m / paper.m_per_mm,
    )


def _bar_length(m_per_mm: float) -> int:
    """A round number of metres that is between 25 and 60 mm long."""
    longest = 60 * m_per_mm
    magnitude = 10 ** math.floor(math.log10(longest))
    return int(next(step * magnitude for step in (5, 2, 1) if step * magnitude <= longest))


# --- lines and areas ---------------------------------------------------------------------------------------------
def _svg(laid: Sequence[tuple[Piece, Geometry]], parcel: Geometry) -> str:
    base = _style()["base"]
    size = f'width="{WIDTH_MM}mm" height="{HEIGHT_MM}mm" viewBox="0 0 {WIDTH_MM} {HEIGHT_MM}"'
    ground = f'<rect width="{WIDTH_MM}" height="{HEIGHT_MM}" fill="{base["city"][0]}"/>'
    drawn = "".join(_strokes(laid, base))
    ours = _path(parcel, fill=base["accent"][0], **{"fill-opacity": "0.12", "stroke": "none"}) + _path(
        parcel, fill="none", stroke=base["accent"][0], **{"stroke-width": "0.9"}
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{ground}{drawn}{ours}</svg>'


def _strokes(laid: Sequence[tuple[Piece, Geometry]], base: dict[str, list[str]]) -> Iterator[str]:
    """Everything but the parcel itself, from the ground up."""
    groups = _style()["zone_groups"]
    for kind, colour in (("green", base["green"][0]), ("water", base["water"][0])):
        for _piece, shape in _of(laid, kind):
            is_area = shape.geom_type.endswith("Polygon")
            yield _path(shape, fill=colour) if is_area else _path(shape, fill="none", stroke=colour)
    for piece, shape in _of(laid, "zone"):
        colour = groups.get(piece.style, groups["other"])["colour"][0]
        yield _path(shape, fill=colour, **{"fill-opacity": "0.13"})
    for _piece, shape in _of(laid, "parcel"):
        yield _path(
            shape, fill="#ffffff", stroke="#8d8473", **{"fill-opacity": "0.55", "stroke-width": "0.18"}
        )
    for piece, shape in _of(laid, "zone"):
        colour = groups.get(piece.style, groups["other"])["colour"][0]
        border = {"stroke-width": "0.55", "stroke-dasharray": "3 1 0.6 1"}
        yield _path(shape, fill="none", stroke=colour, **border)


def _of(laid: Sequence[tuple[Piece, Geometry]], kind: str) -> list[tuple[Piece, Geometry]]:
    return [(piece, shape) for piece, shape in laid if piece.kind == kind and not shape.is_empty]


def _path(shape: Geometry, **looks: str) -> str:
    written = "".join(_lines(shape))
    attributes = "".join(f' {name}="{value}"' for name, value in looks.items())
    return f'<path d="{written}" fill-rule="evenodd" stroke-linejoin="round"{attributes}/>' if written else ""


def _lines(shape: Any) -> Iterator[str]:
    if hasattr(shape, "geoms"):
        for part in shape.geoms:
            yield from _lines(part)
    elif shape.geom_type == "Polygon":
        for ring in (shape.exterior, *shape.interiors):
            yield _line(ring) + "Z"
    elif shape.geom_type in ("LineString", "LinearRing"):
        yield _line(shape)


def _line(line: Any) -> str:
    points = " L".join(f"{x:.3f} {y:.3f}" for x, y in shapely.get_coordinates(line))
    return f"M{points}"


# --- words -------------------------------------------------------------------------------------------------------
def _labels(laid: Sequence[tuple[Piece, Geometry]], parcel: Geometry, number: str) -> Iterator[Label]:
    """In the order of their importance: of two that would lie on one another the second is left out."""
    frame = shapely.box(2, 2, WIDTH_MM - 2, HEIGHT_MM - 2)
    middle = parcel.representative_point()
    yield Label(number, "own", middle.x, middle.y)
    for piece, shape in _of(laid, "zone"):
        yield from _zone_label(piece, shape, parcel, frame)
    yield from _street_labels(_of(laid, "street"), frame)
    for piece, shape in _of(laid, "parcel"):
        seen = shape.intersection(frame)
        if piece.code != number and seen.area >= _SMALLEST_LABELLED_MM2:
            inside = seen.representative_point()
            yield Label(piece.code, "neighbour", inside.x, inside.y)


def _zone_label(piece: Piece, shape: Geometry, parcel: Geometry, frame: Geometry) -> Iterator[Label]:
    """A zone's code: on its part of the parcel, below the parcel's number, else anywhere on the map."""
    seen = shapely.make_valid(shape).intersection(frame)
    on_parcel = seen.intersection(parcel)
    is_part = on_parcel.area > 0.05 * parcel.area
    for area in (on_parcel, seen.difference(parcel)) if is_part else (seen,):
        if area.area >= _SMALLEST_LABELLED_MM2:
            at = _widest(area).representative_point()
            shift = 4.5 if area is on_parcel else 0
            yield Label(piece.code, "zone", at.x, at.y + shift, group=piece.style)


def _widest(area: Any) -> Any:
    return max(area.geoms, key=lambda part: part.area) if hasattr(area, "geoms") else area


def _street_labels(streets: Sequence[tuple[Piece, Geometry]], frame: Geometry) -> Iterator[Label]:
    longest: dict[str, Any] = {}
    for piece, shape in streets:
        name = name_of(piece.name_fa, piece.name_en)
        for line in _lines_in(shape.intersection(frame.buffer(-4))):
            if name and line.length > longest.get(name, line).length - 1e-9:
                longest[name] = line
    for name, line in sorted(longest.items(), key=lambda each: -each[1].length):
        if line.length > len(name) * _MM_PER_LETTER + 4:
            yield _along(name, line)


def _lines_in(shape: Any) -> Iterator[Any]:
    if hasattr(shape, "geoms"):
        for part in shape.geoms:
            yield from _lines_in(part)
    elif shape.geom_type == "LineString" and not shape.is_empty:
        yield shape


def _along(name: str, line: Any) -> Label:
    """A name along the middle of a line, never upside down."""
    half = len(name) * _MM_PER_LETTER / 2
    middle = line.interpolate(0.5, normalized=True)
    reach = line.length / 2
    start, end = line.interpolate(max(0, reach - half)), line.interpolate(min(line.length, reach + half))
    angle = math.degrees(math.atan2(end.y - start.y, end.x - start.x))
    return Label(name, "street", middle.x, middle.y, (angle + 90) % 180 - 90)


def _without_collisions(labels: Iterable[Label]) -> list[Label]:
    placed: list[tuple[Label, Any]] = []
    for label in labels:
        area = _extent(label)
        if all(not area.intersects(other) for _label, other in placed):
            placed.append((label, area))
    return [label for label, _area in placed]


def _extent(label: Label) -> Any:
    """The paper that a label takes, about."""
    wide, high = len(label.text) * _MM_PER_LETTER + 2, 3.4
    upright = shapely.box(-wide / 2, -high / 2, wide / 2, high / 2)
    turn = math.radians(label.angle)
    cos, sin = math.cos(turn), math.sin(turn)
    return shapely.transform(
        upright,
        lambda at: at @ [[cos, sin], [-sin, cos]] + (label.x_mm, label.y_mm),
    )


def zone_colours() -> dict[str, str]:
    """The colour of each family of zones, on white paper."""
    return {group: look["colour"][0] for group, look in _style()["zone_groups"].items()}


@cache
def _style() -> Any:
    return json.loads(_STYLE.read_text(encoding="utf-8"))
