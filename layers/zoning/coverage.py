"""Zones drawn from afar: one arrangement of all their borders, rounded and simplified together. Pure geometry.

Zones that meet, overlap or follow one another in time share the very same pieces of border, so that on any day what
was shared stays shared: no sliver, no gap, whatever the tolerance.
"""

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.tiles.grid import Cell

BANDS = (range(8, 10), range(10, 12), range(12, 14))
"""Zooms that share one simplification; from the zoom after the last, zones are drawn as they are."""
TOLERANCE_UNITS = 6
"""How far a border may move, in units of a band's coarsest tile (of which a screen pixel has eight)."""

Shapes = NDArray[np.object_]


def unit_of(band: range) -> float:
    """One unit of a band's coarsest tile in EPSG:3857 metres. The finer zooms' grids contain its grid."""
    return Cell(band[0], 0, 0).unit_m


def simplify(zones: Shapes, unit_m: float) -> Shapes:
    """One shape per zone (polygons in EPSG:3857), valid, clockwise, with its corners on the grid of ``unit_m``.

    Borders are first rounded to the grid as a whole (Hobby's snap-rounding), which makes of borders that nearly
    coincide one border, then simplified as a coverage by GEOS. What is too small for that is drawn as one unit.
    """
    units = shapely.transform(zones, lambda corners: corners / unit_m)
    faces = _faces(units)
    simple = shapely.coverage_simplify(faces, TOLERANCE_UNITS) if len(faces) else faces
    made = _put_together(units, faces, simple)
    on_ground: Shapes = shapely.transform(made, lambda corners: corners * unit_m)
    oriented: Shapes = shapely.orient_polygons(on_ground, exterior_cw=True)
    return oriented


def _faces(zones: Shapes) -> Shapes:
    """The areas that the zones' borders cut the ground into, corners in whole units."""
    if len(zones) == 0:
        return zones
    borders = shapely.union_all(shapely.boundary(zones), grid_size=1)
    # A grid size, once set, would be kept and applied to what is made of it.
    lines = shapely.get_parts(shapely.set_precision(borders, 0))
    faces: Shapes = shapely.get_parts(shapely.polygonize(lines))
    # In one order, begun at one corner: what is made of a neighbourhood must be what is made of the whole city.
    faces = shapely.normalize(faces)
    west, south, _, _ = shapely.bounds(faces).T
    return faces[np.lexsort((shapely.area(faces), south, west))]


def _put_together(zones: Shapes, faces: Shapes, simple: Shapes) -> Shapes:
    """The union of each zone's faces; the square of the grid at its corner where it has none."""
    made = np.empty(len(zones), dtype=object)
    made[:] = _one_unit(zones)
    if len(faces) == 0:
        return made
    zone, face = shapely.STRtree(shapely.point_on_surface(faces)).query(zones, predicate="contains")
    order = np.argsort(zone, kind="stable")
    owners, firsts = np.unique(zone[order], return_index=True)
    for owner, members in zip(owners, np.split(face[order], firsts[1:]), strict=True):
        union = simple[members[0]] if len(members) == 1 else shapely.coverage_union_all(simple[members])
        if not shapely.is_empty(union):
            made[owner] = union
    return made


def _one_unit(zones: Shapes) -> Shapes:
    corners = np.floor(shapely.bounds(zones)[:, :2])
    squares: Shapes = shapely.box(corners[:, 0], corners[:, 1], corners[:, 0] + 1, corners[:, 1] + 1)
    return squares
