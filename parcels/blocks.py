"""Parcels of one land use as blocks: dissolved, streets closed, corners on the tile grid. Pure geometry."""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.tiles.grid import Cell

BLOCK_ZOOMS = range(12, 14)
STREET_M = 12.0
"""Gaps up to so wide (on the ground) are closed, so that blocks read as quarters and not as confetti."""

_UNIT = Cell(BLOCK_ZOOMS[0], 0, 0).unit_m
"""One unit of the coarsest tile that shows blocks, in EPSG:3857 metres. The finer ones' grid contains its grid."""


def blocks(groups: list[NDArray[np.object_]], stretch: float) -> NDArray[np.object_]:
    """One shape per group of polygons in EPSG:3857, valid, clockwise and with its corners on the tile grid.

    ``stretch`` is how many EPSG:3857 metres a metre on the ground is there.
    """
    reach = STREET_M / 2 * stretch
    shapes = np.empty(len(groups), dtype=object)
    shapes[:] = [dissolve(group) for group in groups]
    closed = shapely.buffer(shapes, reach, join_style="mitre", mitre_limit=2.0)
    closed = shapely.buffer(closed, -reach, join_style="mitre", mitre_limit=2.0)
    on_grid = _round(shapely.simplify(closed, _UNIT / 2))
    vanished = shapely.is_empty(on_grid)
    on_grid[vanished] = _one_unit(shapes[vanished])
    oriented: NDArray[np.object_] = shapely.orient_polygons(on_grid, exterior_cw=True)
    return oriented


def dissolve(parcels: NDArray[np.object_]) -> Any:
    """The union of polygons; by their shared borders alone (twenty times faster) where these are clean."""
    if len(parcels) == 1:
        return parcels[0]
    try:
        union = shapely.coverage_union_all(parcels)
        if shapely.is_valid(union):
            return union
    except shapely.errors.GEOSException:
        pass
    broken = ~shapely.is_valid(parcels)
    if broken.any():
        parcels = parcels.copy()
        parcels[broken] = _sound(parcels[broken])
    return shapely.union_all(parcels)


def _round(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Corners moved to the grid; by careful snap-rounding (five times slower) only where that breaks a shape."""
    # Judged in whole units: in metres, a corner that lies on another edge may seem to lie beside it.
    units = shapely.transform(shapes, lambda corners: corners / _UNIT)
    rounded: NDArray[np.object_] = shapely.set_precision(units, 1, mode="pointwise")
    broken = ~shapely.is_valid(rounded) | shapely.is_empty(rounded)
    rounded[broken] = shapely.set_precision(_sound(units[broken]), 1)
    # A grid size, once set, would be kept and applied to the metres as well.
    free: NDArray[np.object_] = shapely.set_precision(rounded, 0)
    return shapely.transform(free, lambda corners: corners * _UNIT)


def _one_unit(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """The square of the grid at each shape's corner: what is smaller than it is still drawn."""
    corners = np.floor(shapely.bounds(shapes)[:, :2] / _UNIT) * _UNIT
    squares: NDArray[np.object_] = shapely.box(
        corners[:, 0], corners[:, 1], corners[:, 0] + _UNIT, corners[:, 1] + _UNIT
    )
    return squares


def _sound(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Broken polygons mended, as polygons: parts that collapsed to lines would not fit into a tile."""
    mended: NDArray[np.object_] = shapely.make_valid(shapes, method="structure", keep_collapsed=False)
    return mended
