"""The web-mercator tile grid: which cell a z/x/y names, and where on the ground it lies."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from core.errors import NotFound
from core.i18n import gettext as _

EXTENT = 4096
"""Units along a tile's side (MVT 2.1, 4.1)."""
BUFFER = 64
"""Units beyond each side that belong to a tile too, so that outlines and icons are not cut at seams."""
MIN_ZOOM = 8
MAX_ZOOM = 16

HALF_WORLD_M = math.pi * 6378137
"""From the middle of the EPSG:3857 plane to its edge, in its own metres (not to be measured with)."""
WORLD_M = 2 * HALF_WORLD_M


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One tile of the grid: zoom, column from the antimeridian eastward, row from the north southward."""

    z: int
    x: int
    y: int

    @property
    def size_m(self) -> float:
        """Side in EPSG:3857 metres."""
        return WORLD_M / (1 << self.z)

    @property
    def unit_m(self) -> float:
        """Side of one tile unit in EPSG:3857 metres."""
        return self.size_m / EXTENT

    @property
    def ground_unit_m(self) -> float:
        """The most that one tile unit is on the ground anywhere in this cell, in true metres."""
        nearest_equator = min(abs(self.north), abs(self.north - self.size_m))
        if self.north >= 0 >= self.north - self.size_m:
            nearest_equator = 0.0
        return self.unit_m / math.cosh(nearest_equator / 6378137)

    @property
    def west(self) -> float:
        """The western edge in EPSG:3857."""
        return self.x * self.size_m - HALF_WORLD_M

    @property
    def north(self) -> float:
        """The northern edge in EPSG:3857."""
        return HALF_WORLD_M - self.y * self.size_m

    def bounds(self, buffer_units: int = 0) -> tuple[float, float, float, float]:
        """West, south, east, north in EPSG:3857, widened by a number of tile units."""
        more = buffer_units * self.unit_m
        return (
            self.west - more,
            self.north - self.size_m - more,
            self.west + self.size_m + more,
            self.north + more,
        )


def parse_cell(z: str, x: str, y: str) -> Cell:
    """The cell that an address names.

    Raises NotFound, saying why, for what is no number, a zoom that no tiles are made for, or a cell beyond the edge.
    """
    for name, value in (("z", z), ("x", x), ("y", y)):
        # isdecimal() alone would let Persian digits through, and one tile would have several addresses.
        if not (value.isascii() and value.isdecimal() and len(value) < 8 and str(int(value)) == value):
            raise NotFound(_("No tile here: %(name)s is not a whole number.", name=name), field=name)
    cell = Cell(int(z), int(x), int(y))
    if not MIN_ZOOM <= cell.z <= MAX_ZOOM:
        raise NotFound(
            _("No tile here: tiles are made for zooms %(low)s to %(high)s.", low=MIN_ZOOM, high=MAX_ZOOM),
            field="z",
        )
    for name, place in (("x", cell.x), ("y", cell.y)):
        if place >= 1 << cell.z:
            raise NotFound(
                _("No tile here: %(name)s is beyond the edge of the world.", name=name), field=name
            )
    return cell


def cells_of(bounds: tuple[float, float, float, float], z: int, buffer_units: int = BUFFER) -> Iterator[Cell]:
    """Every cell of a zoom whose buffered square meets a box in EPSG:3857 (west, south, east, north).

    The buffer is the tile's: a change just outside a tile shows in it.
    """
    cell = Cell(z, 0, 0)
    more = buffer_units * cell.unit_m
    last = (1 << z) - 1
    west, south, east, north = bounds
    columns = _span(west - more + HALF_WORLD_M, east + more + HALF_WORLD_M, cell.size_m, last)
    rows = _span(HALF_WORLD_M - north - more, HALF_WORLD_M - south + more, cell.size_m, last)
    return (Cell(z, x, y) for x in columns for y in rows)


def _span(low_m: float, high_m: float, size_m: float, last: int) -> range:
    first = max(0, math.floor(low_m / size_m))
    return range(first, min(last, math.floor(high_m / size_m)) + 1)


def cell_at(lon: float, lat: float, z: int) -> Cell:
    """The cell that a point in EPSG:4326 falls in; the poles are drawn to the grid's edge."""
    sine = max(-0.9999, min(0.9999, math.sin(math.radians(lat))))
    side = 1 << z
    x = math.floor((lon + 180) / 360 * side)
    y = math.floor((0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)) * side)
    return Cell(z, min(max(x, 0), side - 1), min(max(y, 0), side - 1))
