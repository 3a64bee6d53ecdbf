"""Where words go on a drawn map: centred, turned along streets, and never one over another.

They are laid over the picture as HTML and not drawn into it, since WeasyPrint writes an SVG's text from the left
whatever its script.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from core.i18n import language
from layers.models import BaseRole
from webmap.drawing import palette
from webmap.drawing.city import Content, street_width_mm
from webmap.drawing.frame import Frame
from webmap.drawing.queries import Thing, shapes_of

PT_MM = 25.4 / 72
_LETTER = 0.54
"""The width of a letter of Vazirmatn in either script, as a share of its size, on average."""
_SMALLEST_PT, _LARGEST_PT = 4.6, 8.0
_NUMBERS_UP_TO, _NAMES_UP_TO, _CODES_UP_TO = 2_000, 5_000, 10_000
_STRAIGHT = 0.985
_REPEAT_MM = 110.0
_UNSEEN = "\u200c\u200d\u200e\u200f"


@dataclass(frozen=True)
class Label:
    """A word on the map: its middle and its box in millimetres of paper, turned clockwise by ``angle`` degrees."""

    text: str
    kind: str
    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float
    angle: float
    size_pt: float
    colour: str


class _Desk:
    """Takes labels one by one, the most important first, and turns away what would lie on another."""

    def __init__(self, frame: Frame, taken: Sequence[Any]) -> None:
        self._paper = frame.paper()
        self._boxes: list[Any] = list(taken)
        self._chosen: Any = np.empty(0, dtype=object)
        self.labels: list[Label] = []

    def keep_clear(self, shapes: Any) -> None:
        """Let nothing but its own number lie on what is chosen."""
        self._chosen = shapes

    def offer(self, label: Label) -> bool:
        box = _box(label)
        if not shapely.contains(self._paper, box):
            return False
        if label.kind != "number" and shapely.intersects(self._chosen, box).any():
            return False
        if self._boxes and shapely.intersects(np.array(self._boxes, dtype=object), box).any():
            return False
        self._boxes.append(box)
        self.labels.append(label)
        return True


def place_labels(content: Content, taken: Sequence[Any] = ()) -> list[Label]:
    """The words of a map in the language spoken; streets also in the other script where they are long enough.

    ``taken`` are polygons in millimetres of paper where something else stands: a north arrow, a scale bar.
    """
    desk = _Desk(content.frame, taken)
    scale = content.frame.scale
    desk.keep_clear(content.frame.on_paper(content.chosen))
    offers: list[Iterable[Label]] = []
    if scale <= _CODES_UP_TO:
        offers.append(_zone_codes(content))
    offers.append(_areas(content))
    if scale <= _NAMES_UP_TO:
        offers.append(_names(content))
    for offered in offers:
        for label in offered:
            desk.offer(label)
    _offer_streets(desk, content)
    if scale <= _NUMBERS_UP_TO:
        for label in _numbers(content):
            desk.offer(label)
    return desk.labels


def text_width_mm(text: str, size_pt: float) -> float:
    """How long a text is about: enough to keep labels apart."""
    return sum(letter not in _UNSEEN for letter in text) * _LETTER * size_pt * PT_MM


def _label(
    text: str, kind: str, spot: tuple[float, float], size_pt: float, colour: str, angle: float = 0
) -> Label:
    width_mm, height_mm = text_width_mm(text, size_pt) + 1.0, size_pt * PT_MM * 1.5
    return Label(text, kind, *spot, width_mm, height_mm, angle, size_pt, colour)


def _box(label: Label) -> Any:
    half_w, half_h = label.width_mm / 2, label.height_mm / 2
    turn = math.radians(label.angle)
    corners = np.array([(-half_w, -half_h), (half_w, -half_h), (half_w, half_h), (-half_w, half_h)])
    turned = corners @ np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    return shapely.polygons(turned + np.array([label.x_mm, label.y_mm]))


def _names_of(thing: Thing) -> tuple[str, str]:
    """Its name in the language spoken, and in the other one if that says something else."""
    first, second = (thing.name_fa, thing.name_en) if language() == "fa" else (thing.name_en, thing.name_fa)
    return (first or second), (second if first and second != first else "")


def _seen(content: Content, things: list[Thing]) -> Iterator[tuple[Thing, Any]]:
    """The things with the largest part of each that is on the paper, in millimetres."""
    paper = content.frame.paper()
    placed = shapely.intersection(shapely.make_valid(content.frame.on_paper(shapes_of(things))), paper)
    for thing, shape in zip(things, placed, strict=True):
        parts = shapely.get_parts(shape)
        # What lies in the margin only is empty on the paper.
        parts = parts[~shapely.is_empty(parts)]
        if len(parts):
            yield thing, parts[int(np.argmax(shapely.area(parts) + shapely.length(parts)))]


def _middle(shape: Any) -> tuple[float, float]:
    spot = shapely.point_on_surface(shape)
    return float(shapely.get_x(spot)), float(shapely.get_y(spot))


def _zone_codes(content: Content) -> Iterator[Label]:
    for zone, shape in _seen(content, content.zones):
        if shapely.area(shape) > 150:
            colour = palette.zone_colour(zone.code, zone.group, zone.colour)
            yield _label(zone.code, "zone", _middle(shape), 7.5, colour)


def _areas(content: Content) -> Iterator[Label]:
    """Water and green, where the name fits into them."""
    for role in (BaseRole.WATER, BaseRole.GREEN):
        for thing, shape in _seen(content, content.base.get(role, [])):
            name, _other = _names_of(thing)
            if not name or shapely.get_dimensions(shape) != 2:
                continue
            label = _label(name, "area", _middle(shape), 6.5, palette.base_colour(f"label_{role}"))
            if shapely.area(shape) > label.width_mm * label.height_mm * 3:
                yield label


def _names(content: Content) -> Iterator[Label]:
    """The names of what the layers hold: under its icon, or in the middle of an area."""
    for drawn in content.overlays:
        colour = palette.layer_look(drawn.layer.slug, drawn.layer.domain, drawn.layer.style).colour
        for thing, shape in _seen(content, drawn.things):
            name, _other = _names_of(thing)
            dimension = int(shapely.get_dimensions(shape))
            if not name or dimension == 1:
                continue
            x, y = _middle(shape)
            yield _label(name, "name", (x, y + (3.4 if dimension == 0 else 0)), 6, colour)


def _numbers(content: Content) -> Iterator[Label]:
    """Parcel numbers, level or along the parcel, where they fit into it."""
    colour = palette.base_colour("label_quiet")
    for parcel, shape in _seen(content, content.parcels):
        if shapely.get_dimensions(shape) != 2:
            continue
        for angle in (0.0, _long_side(shape)):
            label = _label(parcel.name_fa, "number", _middle(shape), 5, colour, angle)
            if shapely.contains(shape, _box(label)):
                yield label
                break


def _long_side(shape: Any) -> float:
    """The direction of the longest side of the narrowest rectangle about a shape, in degrees, upright to read."""
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(shape))
    if len(corners) < 4:
        return 0.0
    sides = np.diff(corners[:3], axis=0)
    return _upright(*sides[int(np.argmax(np.hypot(*sides.T)))])


def _upright(dx: float, dy: float) -> float:
    angle = math.degrees(math.atan2(dy, dx))
    return angle - 180 if angle > 90 else angle + 180 if angle <= -90 else angle


def _offer_streets(desk: _Desk, content: Content) -> None:
    """Along each street, the widest first, its name: in the language spoken, then in the other script, in turn."""
    by_name: dict[tuple[str, str, str], list[Thing]] = defaultdict(list)
    for street in content.base.get(BaseRole.STREET, []):
        name, other = _names_of(street)
        if name:
            by_name[name, other, street.code].append(street)
    widths = {key: street_width_mm(content.frame, key[2]) for key in by_name}
    for key in sorted(by_name, key=lambda each: (-widths[each], each)):
        size_pt = min(_LARGEST_PT, max(widths[key], 1.6) / PT_MM * 0.72)
        if size_pt < _SMALLEST_PT and content.frame.scale > _NUMBERS_UP_TO:
            continue
        paper = content.frame.paper()
        shapes = content.frame.on_paper(shapes_of(by_name[key]))
        for line in shapely.get_parts(
            shapely.line_merge(shapely.intersection(shapely.union_all(shapes), paper))
        ):
            _offer_along(desk, line, [each for each in key[:2] if each], max(size_pt, _SMALLEST_PT))


def _offer_along(desk: _Desk, line: Any, names: list[str], size_pt: float) -> None:
    """Put the names one after another on straight stretches of a line."""
    colour = palette.base_colour("label")
    at, which, length = 0.0, 0, float(shapely.length(line))
    while at < length:
        name = names[which % len(names)]
        width = text_width_mm(name, size_pt) + 2
        if at + width > length:
            return
        start, middle, end = shapely.get_coordinates(
            shapely.line_interpolate_point(line, [at, at + width / 2, at + width])
        )
        dx, dy = end - start
        label = _label(
            name, "street", (float(middle[0]), float(middle[1])), size_pt, colour, _upright(dx, dy)
        )
        if math.hypot(dx, dy) > _STRAIGHT * width and desk.offer(label):
            which += 1
            at += width + (_REPEAT_MM if which % len(names) == 0 else _REPEAT_MM / 3)
        else:
            at += width / 3
