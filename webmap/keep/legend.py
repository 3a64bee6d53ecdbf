"""The legend of a drawn map: only what is on it, each with its name in both scripts, drawn by the same hand."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely

from core.i18n import gettext as _
from core.i18n import language, speaking
from layers.words import land_use_name
from webmap.drawing import palette
from webmap.drawing.city import Content
from webmap.drawing.frame import Frame
from webmap.drawing.queries import DrawnLayer
from webmap.drawing.svg import Drawing

_WIDTH_MM, _HEIGHT_MM = 6.6, 4.0
_OTHER = {"fa": "en", "en": "fa"}


@dataclass(frozen=True)
class Entry:
    """One line: its sample (SVG), its code if it has one, its name in the language spoken and in the other."""

    sample: str
    code: str
    name: str
    other_name: str


def legend_of(content: Content) -> list[Entry]:
    """Land uses, zone classes, then layers; nothing that the map does not show."""
    return [*_land_uses(content), *_zones(content), *_layers(content)]


def _land_uses(content: Content) -> list[Entry]:
    if not content.shows_land_use:
        return []
    present = {each.code for each in content.parcels}
    return [
        _land_use(use) for use in palette.style()["land_use"] if use in present and palette.is_land_use(use)
    ]


def _land_use(use: str) -> Entry:
    with speaking(_OTHER[language()]):
        other = land_use_name(use)

    def draw(drawing: Drawing) -> None:
        box = _box()
        drawing.areas(box, colour=palette.land_use_colour(use))
        if texture := palette.land_use_texture(use):
            drawing.textured(box, texture, palette.base_colour("texture"))
        drawing.lines(box, colour=palette.base_colour("parcel_line"), width_mm=0.13)

    return Entry(_sample(f"use-{use}", draw), "", land_use_name(use), other)


def _zones(content: Content) -> list[Entry]:
    first = {each.code: each for each in reversed(content.zones)}
    entries: list[Entry] = []
    for code, zone in sorted(first.items()):
        colour = palette.zone_colour(code, zone.group, zone.colour)

        def draw(drawing: Drawing, colour: str = colour) -> None:
            drawing.areas(_box(), colour=colour, opacity=palette.style()["zone_fill_opacity"]["alone"])
            drawing.lines(_box(), colour=colour, width_mm=0.5)

        names = _in_order(zone.name_fa, zone.name_en)
        entries.append(Entry(_sample(f"zone-{len(entries)}", draw), code, *names))
    return entries


def _layers(content: Content) -> list[Entry]:
    return [_layer(drawn) for drawn in content.overlays if drawn.things]


def _layer(drawn: DrawnLayer) -> Entry:
    layer = drawn.layer
    look = palette.layer_look(layer.slug, layer.domain, layer.style)
    halo = palette.base_colour("halo")

    def draw(drawing: Drawing) -> None:
        if layer.geometry_kind == "polygon":
            drawing.hatched(_box(), look.hatch, colour=look.colour)
        elif layer.geometry_kind == "line":
            line = np.array([shapely.LineString([(-3, -1), (-1, 1), (1, -0.5), (3, 1)])])
            drawing.lines(line, colour=look.colour, width_mm=0.5, dash_mm=[each * 0.2 for each in look.dash])
        elif look.is_dense:
            drawing.dots(np.array([shapely.Point(0, 0)]), colour=look.colour, halo=halo, radius_mm=0.7)
        else:
            spot = np.array([shapely.Point(0, 0)])
            drawing.icons(spot, palette.icon_paths(look.icon), colour=look.colour, halo=halo, size_mm=2.4)

    names = _in_order(layer.name_fa, layer.name_en)
    return Entry(_sample(f"layer-{layer.id}", draw), "", names[0] or _("Layer without a name"), names[1])


def _in_order(name_fa: str, name_en: str) -> tuple[str, str]:
    first, second = (name_fa, name_en) if language() == "fa" else (name_en, name_fa)
    return (first or second), (second if first and second != first else "")


def _box() -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    box = np.empty(1, dtype=object)
    box[0] = shapely.box(-2.9, -1.6, 2.9, 1.6)
    return box


def _sample(name: str, draw: Callable[[Drawing], None]) -> str:
    # At 1:1000 a metre is a millimetre.
    drawing = Drawing(Frame(0, 0, _WIDTH_MM, _HEIGHT_MM, 1000), name=f"legend-{name}")
    draw(drawing)
    return drawing.svg()
