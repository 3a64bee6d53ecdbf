"""The city's map drawn over a frame: base map, land use, zoning and layers, as the browser draws them near by."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from sqlalchemy.orm import Session

from core.errors import Unprocessable
from core.i18n import format_number
from core.i18n import gettext as _
from layers.models import BaseRole
from webmap.drawing import palette, queries
from webmap.drawing.frame import Frame
from webmap.drawing.queries import DrawnLayer, Shapes, Thing, shapes_of
from webmap.drawing.svg import Drawing

LAND_USE, ZONING = "land_use", "zoning"
MOST_THINGS = 25_000
"""More than this on a sheet is neither legible nor drawn within seconds."""

_POINT, _LINE, _AREA = 0, 1, 2
_MARGIN_MM = 4.0
_PX_MM = 25.4 / 96
# Carriageway and pavements in metres, as the browser draws them near by.
_STREET_WIDTHS_M = {"ring": 21.0, "arterial": 17.0, "collector": 12.5, "local": 8.5, "alley": 5.2}
_THINNEST_MM = 0.25
_MAJOR = ("ring", "arterial")
_ICONS_UP_TO = 5_000
_LINES_UP_TO = 10_000


@dataclass(frozen=True)
class Content:
    """What lies in a frame on a day. ``chosen`` are the outlines to be marked."""

    frame: Frame
    day: dt.date
    base: dict[str, list[Thing]]
    parcels: list[Thing]
    zones: list[Thing]
    overlays: list[DrawnLayer]
    shows_land_use: bool
    chosen: Shapes = field(default_factory=lambda: np.empty(0, dtype=object))
    boundary: Any | None = None


def read_content(
    session: Session,
    frame: Frame,
    srid: int,
    day: dt.date,
    shown: Sequence[str],
    chosen: Sequence[object] = (),
) -> Content:
    """Everything to be drawn: base map and parcels always; land use, zoning and layers (their slugs) if ``shown``.

    Raises Unprocessable when more lies there than :data:`MOST_THINGS`.
    """
    ground = frame.ground(_MARGIN_MM)
    room = _Room()
    parcels = room.take(queries.list_parcels(session, ground, srid, day, room.asked))
    zones = room.take(queries.list_zones(session, ground, srid, day, room.asked)) if ZONING in shown else []
    base: dict[str, list[Thing]] = {}
    overlays = []
    for layer in queries.list_drawn_layers(
        session, [each for each in shown if each not in (LAND_USE, ZONING)]
    ):
        things = room.take(queries.list_things(session, layer, ground, srid, room.asked))
        if layer.base_role:
            base.setdefault(layer.base_role, []).extend(things)
        else:
            overlays.append(DrawnLayer(layer, things))
    marked = np.empty(len(chosen), dtype=object)
    marked[:] = list(chosen)
    boundary = queries.find_boundary(session)
    return Content(frame, day, base, parcels, zones, overlays, LAND_USE in shown, marked, boundary)


class _Room:
    """How much may still be put on the sheet."""

    def __init__(self) -> None:
        self.left = MOST_THINGS

    @property
    def asked(self) -> int:
        """One more than there is room for, to learn that there is more."""
        return self.left + 1

    def take(self, things: list[Thing]) -> list[Thing]:
        self.left -= len(things)
        if self.left < 0:
            raise Unprocessable(
                _(
                    "More than %(most)s things lie on this sheet. Choose a larger scale or fewer layers.",
                    most=format_number(MOST_THINGS),
                ),
                field="scale",
            )
        return things


def draw(content: Content, name: str = "map") -> Drawing:
    """The picture, without its words (see webmap.drawing.labels)."""
    drawing = Drawing(content.frame, name)
    if content.boundary is None:
        drawing.ground(palette.base_colour("city"))
    else:
        drawing.ground(palette.base_colour("ground"))
        drawing.areas(content.boundary, colour=palette.base_colour("city"))
    _draw_ground(drawing, content)
    _draw_streets(drawing, content.base.get(BaseRole.STREET, []))
    if content.shows_land_use:
        _draw_land_use(drawing, content.parcels)
    _draw_zones(drawing, content)
    if content.frame.scale <= _LINES_UP_TO:
        width_mm = 0.13 if content.frame.scale <= 2_500 else 0.08
        drawing.lines(
            shapes_of(content.parcels), colour=palette.base_colour("parcel_line"), width_mm=width_mm
        )
    if content.boundary is not None:
        edge = palette.base_colour("boundary")
        drawing.lines(content.boundary, colour=edge, width_mm=0.45, dash_mm=(2.1, 1.05, 0.5, 1.05))
    _draw_overlays(drawing, content.overlays)
    drawing.marked(content.chosen, colour=palette.base_colour("accent"), halo=palette.base_colour("halo"))
    return drawing


def _draw_ground(drawing: Drawing, content: Content) -> None:
    drawing.areas(
        _of_dimension(content.base.get(BaseRole.GREEN, []), _AREA), colour=palette.base_colour("green")
    )
    water = content.base.get(BaseRole.WATER, [])
    drawing.areas(_of_dimension(water, _AREA), colour=palette.base_colour("water"))
    drawing.lines(_of_dimension(water, _AREA), colour=palette.base_colour("water_line"), width_mm=0.15)
    drawing.lines(_of_dimension(water, _LINE), colour=palette.base_colour("water_line"), width_mm=0.5)


def _draw_streets(drawing: Drawing, streets: list[Thing]) -> None:
    """Casing under surface, small streets under large ones."""
    for is_major in (False, True):
        ranked = [
            (kind, _of_dimension([each for each in streets if _rank(each) == kind], _LINE))
            for kind in reversed(_STREET_WIDTHS_M)
            if (kind in _MAJOR) == is_major
        ]
        for kind, shapes in ranked:
            width_mm = street_width_mm(drawing.frame, kind) + 0.3
            drawing.lines(shapes, colour=palette.base_colour("casing"), width_mm=width_mm)
        surface = palette.base_colour("street_major" if is_major else "street")
        for kind, shapes in ranked:
            drawing.lines(shapes, colour=surface, width_mm=street_width_mm(drawing.frame, kind))


def _rank(street: Thing) -> str:
    return street.code if street.code in _STREET_WIDTHS_M else "local"


def street_width_mm(frame: Frame, kind: str) -> float:
    """How wide a street of a class is drawn: as on the ground, but never too thin to be seen."""
    return max(_THINNEST_MM, _STREET_WIDTHS_M.get(kind, _STREET_WIDTHS_M["local"]) * frame.mm_per_m)


def _draw_land_use(drawing: Drawing, parcels: list[Thing]) -> None:
    marks = palette.base_colour("texture")
    for use in sorted(filter(palette.is_land_use, {each.code for each in parcels})):
        shapes = shapes_of([each for each in parcels if each.code == use])
        drawing.areas(shapes, colour=palette.land_use_colour(use))
        if texture := palette.land_use_texture(use):
            drawing.textured(shapes, texture, marks)


def _draw_zones(drawing: Drawing, content: Content) -> None:
    opacity = palette.style()["zone_fill_opacity"]["over_land_use" if content.shows_land_use else "alone"]
    for code in sorted({each.code for each in content.zones}):
        zones = [each for each in content.zones if each.code == code]
        colour = palette.zone_colour(zones[0].code, zones[0].group, zones[0].colour)
        drawing.areas(shapes_of(zones), colour=colour, opacity=opacity)
        drawing.lines(shapes_of(zones), colour=colour, width_mm=0.5, opacity=0.9)


def _draw_overlays(drawing: Drawing, overlays: list[DrawnLayer]) -> None:
    """Areas under lines under points."""
    for dimension in (_AREA, _LINE, _POINT):
        for each in overlays:
            shapes = _of_dimension(each.things, dimension)
            if len(shapes):
                _draw_overlay(drawing, each, shapes, dimension)


def _draw_overlay(drawing: Drawing, drawn: DrawnLayer, shapes: Shapes, dimension: int) -> None:
    look = palette.layer_look(drawn.layer.slug, drawn.layer.domain, drawn.layer.style)
    halo = palette.base_colour("halo")
    if dimension == _AREA:
        drawing.hatched(shapes, look.hatch, colour=look.colour)
    elif dimension == _LINE:
        width_mm = look.width * _PX_MM * 0.8
        dash_mm = [each * _PX_MM for each in look.dash]
        drawing.lines(shapes, colour=halo, width_mm=width_mm + 0.3, opacity=0.6)
        drawing.lines(shapes, colour=look.colour, width_mm=width_mm, dash_mm=dash_mm)
    elif drawing.frame.scale <= _ICONS_UP_TO and not look.is_dense:
        drawing.icons(shapes, palette.icon_paths(look.icon), colour=look.colour, halo=halo, size_mm=2.6)
    else:
        drawing.dots(shapes, colour=look.colour, halo=halo, radius_mm=0.7)


def _of_dimension(things: list[Thing], dimension: int) -> Shapes:
    shapes = shapes_of(things)
    kept: Shapes = shapes[shapely.get_dimensions(shapes) == dimension]
    return kept
