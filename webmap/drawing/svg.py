"""Shapes of the ground as one SVG picture, its user unit one millimetre of paper. Holds no text.

Text in an SVG comes out reversed in Persian where WeasyPrint draws it: words are laid over the picture as HTML
(webmap.drawing.labels).
"""

from collections.abc import Iterable, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import shapely

from webmap.drawing.frame import Frame

_CELL_MM = 1.8
"""The side on paper of a texture's cell, which is 8 units wide in layers/style.json."""

_HATCH_CELL_MM = 2.6


class Drawing:
    """A picture over a frame, drawn from the lowest to the topmost.

    Shapes are arrays of shapely geometries in the city's grid. ``name`` keeps apart the ids of two pictures on a page.
    """

    def __init__(self, frame: Frame, name: str = "map") -> None:
        self.frame = frame
        self._name = name
        self._patterns: dict[tuple[str, str, float, float], str] = {}
        self._body: list[str] = []

    def ground(self, colour: str) -> None:
        """Fill all of the paper."""
        self._body.append(_tag("rect", width=self.frame.width_mm, height=self.frame.height_mm, fill=colour))

    def areas(self, shapes: Any, *, colour: str, opacity: float = 1.0) -> None:
        """Polygons filled."""
        self._path(shapes, fill=colour, fill_opacity=opacity, fill_rule="evenodd")

    def textured(
        self, shapes: Any, texture: str, colour: str, opacity: float = 0.4, cell_mm: float = _CELL_MM
    ) -> None:
        """Polygons overlaid with the marks of a texture: a path in a cell of 8."""
        look = (texture, colour, opacity, cell_mm)
        pattern = self._patterns.setdefault(look, f"{self._name}-pattern-{len(self._patterns)}")
        self._path(shapes, fill=f"url(#{pattern})", fill_rule="evenodd")

    def hatched(self, shapes: Any, hatch: str, *, colour: str) -> None:
        """Polygons that lie over the plan: a border, and a hatch that leaves what is beneath legible."""
        self.areas(shapes, colour=colour, opacity=0.07)
        self.textured(shapes, hatch, colour, 0.45, _HATCH_CELL_MM)
        self.lines(shapes, colour=colour, width_mm=0.35)

    def lines(
        self,
        shapes: Any,
        *,
        colour: str,
        width_mm: float,
        opacity: float = 1.0,
        dash_mm: Sequence[float] = (),
    ) -> None:
        """Lines, and the borders of polygons."""
        look: dict[str, Any] = {"stroke": colour, "stroke_width": width_mm, "stroke_linejoin": "round"}
        if opacity < 1:
            look["stroke_opacity"] = opacity
        if dash_mm:
            look["stroke_dasharray"] = " ".join(map(_short, dash_mm))
        self._path(shapes, fill="none", stroke_linecap="butt" if dash_mm else "round", **look)

    def marked(self, shapes: Any, *, colour: str, halo: str) -> None:
        """The chosen thing: an accent line over a light halo."""
        self.lines(shapes, colour=halo, width_mm=1.5, opacity=0.95)
        self.lines(shapes, colour=colour, width_mm=0.7)

    def dots(self, shapes: Any, *, colour: str, halo: str, radius_mm: float) -> None:
        """Points as discs."""
        for x, y in self._spots(shapes):
            self._body.append(
                _tag("circle", cx=x, cy=y, r=radius_mm, fill=colour, stroke=halo, stroke_width=0.25)
            )

    def icons(self, shapes: Any, paths: Sequence[str], *, colour: str, halo: str, size_mm: float) -> None:
        """Points as icons, given as paths in a box of 15, each on a disc."""
        ratio = size_mm / 15
        for x, y in self._spots(shapes):
            disc = {"fill": halo, "stroke": colour, "stroke_width": 0.2}
            self._body.append(_tag("circle", cx=x, cy=y, r=round(size_mm * 0.75, 3), **disc))
            move = f"translate({_short(x - size_mm / 2)} {_short(y - size_mm / 2)}) scale({ratio:.4f})"
            inner = "".join(_tag("path", d=path) for path in paths)
            self._body.append(f"<g transform={quoteattr(move)} fill={quoteattr(colour)}>{inner}</g>")

    def svg(self, title: str = "") -> str:
        """The whole picture, ``width`` and ``height`` in millimetres so that it is true to scale wherever it stands."""
        width, height = _short(self.frame.width_mm), _short(self.frame.height_mm)
        clip = f"{self._name}-clip"
        told = f'role="img" aria-label={quoteattr(title)}' if title else 'aria-hidden="true"'
        # WeasyPrint reads aloud what stands in the element, browsers what stands in the attribute.
        named = f"<title>{escape(title)}</title>" if title else ""
        patterns = "".join(_pattern(name, *look) for look, name in self._patterns.items())
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" '
            f'viewBox="0 0 {width} {height}" {told}>{named}'
            f'<defs><clipPath id="{clip}"><rect width="{width}" height="{height}"/></clipPath>{patterns}</defs>'
            f'<g clip-path="url(#{clip})">{"".join(self._body)}</g></svg>'
        )

    def _path(self, shapes: Any, **look: Any) -> None:
        data = path_data(self.frame.on_paper(np.atleast_1d(np.asarray(shapes, dtype=object))))
        if data:
            self._body.append(_tag("path", d=data, **look))

    def _spots(self, shapes: Any) -> Iterable[tuple[float, float]]:
        placed = shapely.get_parts(self.frame.on_paper(np.atleast_1d(np.asarray(shapes, dtype=object))))
        inside = placed[shapely.intersects(placed, self.frame.paper())]
        return [(float(x), float(y)) for x, y in shapely.get_coordinates(shapely.centroid(inside)).round(3)]


def path_data(shapes: Any) -> str:
    """Polygons and lines, in millimetres of paper, as the data of one SVG path: to a thousandth of a millimetre."""
    parts = shapely.get_parts(shapely.get_parts(shapes))
    is_area = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    rings = shapely.get_rings(parts[is_area])
    lines = parts[shapely.get_dimensions(parts) == 1]
    closed = [_run(ring, closed=True) for ring in rings]
    return "".join([*closed, *(_run(line, closed=False) for line in lines)])


def _run(line: Any, *, closed: bool) -> str:
    points = shapely.get_coordinates(line).round(3).tolist()
    if closed:
        points.pop()
    return "M" + "L".join(f"{_short(x)} {_short(y)}" for x, y in points) + ("Z" if closed else "")


def _pattern(name: str, texture: str, colour: str, opacity: float, cell_mm: float) -> str:
    look = {"stroke": colour, "stroke_width": 1.4 / cell_mm, "stroke_opacity": opacity}
    marks = _tag("path", d=texture, fill="none", stroke_linecap="round", **look)
    size = f'width="{cell_mm}" height="{cell_mm}" viewBox="0 0 8 8" patternUnits="userSpaceOnUse"'
    return f'<pattern id="{name}" {size}>{marks}</pattern>'


def _tag(element: str, **attributes: Any) -> str:
    written = "".join(
        f" {name.replace('_', '-')}={quoteattr(_short(value) if isinstance(value, float | int) else value)}"
        for name, value in attributes.items()
    )
    return f"<{element}{written}/>"


def _short(value: float) -> str:
    """A number without needless zeros."""
    return f"{value:.3f}".rstrip("0").rstrip(".")
