"""The geometry under the operations: borders are noded together, so that what lies between two zones is one border.

Lines are laid into the borders of the zones that they concern, and all of it is noded and polygonised at once: the
faces share their corners exactly. Corners that come into a border that a third zone has too are added to that zone.
Nothing already there is moved: a zone that is not concerned keeps its bytes.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiPolygon, Point, Polygon

from layers.zoning.amendments.drafts import (
    Draft,
    DraftZone,
    Reason,
    Refused,
    Shape,
    Spot,
    spot_of,
    width_of,
)

SNAP_M = 0.01
"""What is drawn this close to a corner or a border is meant to lie on it."""
NODE_M = 1e-6
"""A new corner this close to a border lies on it: what rounding leaves is a thousand times less."""
AREA_TOLERANCE_M2 = 1e-3
"""By this much the ground under one operation may differ before and after. A corner put into a border lies off it by
half of the last place of its coordinates (some 5e-10 m): on a border of a kilometre less than a square millimetre."""
NARROWEST_M = 0.05
"""A piece that is narrower than this on the average is a slip, not a zone."""

Coordinates = NDArray[np.float64]
Edit = Callable[[Coordinates], Coordinates]


def as_multi(shape: Shape) -> MultiPolygon:
    """The polygons of a shape as one multipolygon; lines and points of it are nothing that a zone could be."""
    parts = [part for part in shapely.get_parts(shape, return_index=False) if isinstance(part, Polygon)]
    return MultiPolygon(parts)


def edit_rings(shape: Shape, edit: Edit) -> MultiPolygon:
    """The shape with each ring's closed (n, 2) coordinates as ``edit`` makes them; itself where none differs."""
    parts, is_other = [], False
    for part in shapely.get_parts(shape):
        rings = []
        for ring in (part.exterior, *part.interiors):
            before = shapely.get_coordinates(ring)
            after = edit(before)
            is_other = is_other or after is not before
            rings.append(after)
        parts.append(Polygon(rings[0], rings[1:]))
    return MultiPolygon(parts) if is_other else shape


def insert_corners(coordinates: Coordinates, points: Iterable[Spot], within_m: float) -> Coordinates:
    """Put each point that lies on the line into it; the same array where there is none. A corner is not doubled."""
    for point in points:
        here = np.array(point)
        if (coordinates == here).all(axis=1).any():
            continue
        far: Any = shapely.distance(shapely.linestrings(_segments(coordinates)), Point(point))
        nearest = int(np.argmin(far))
        if far[nearest] <= within_m:
            coordinates = np.insert(coordinates, nearest + 1, here, axis=0)
    return coordinates


def _segments(coordinates: Coordinates) -> Coordinates:
    return np.stack([coordinates[:-1], coordinates[1:]], axis=1)


def corners_of(shape: Shape) -> set[Spot]:
    """The corners of a shape."""
    return {(float(x), float(y)) for x, y in shapely.get_coordinates(shape)}


def add_corners(
    zones: Mapping[str, DraftZone], points: Iterable[Spot], within_m: float = NODE_M
) -> dict[str, DraftZone]:
    """The zones, with these points as corners of every border that they lie on."""
    found, spots = dict(zones), sorted(set(points))
    if not spots:
        return found
    keys = list(found)
    borders = shapely.boundary([found[key].shape for key in keys])
    tree = shapely.STRtree(borders)
    point, place = tree.query(shapely.points(spots), predicate="dwithin", distance=within_m)
    for each in sorted(set(place.tolist())):
        zone = found[keys[each]]
        on_it = [spots[one] for one in sorted(point[place == each].tolist())]
        shape = edit_rings(zone.shape, _inserting(on_it, within_m))
        found[zone.key] = zone if shape is zone.shape else replace(zone, shape=shape)
    return found


def _inserting(points: list[Spot], within_m: float) -> Edit:
    return lambda ring: insert_corners(ring, points, within_m)


def lay(zones: Mapping[str, DraftZone], line: Sequence[Spot]) -> tuple[dict[str, DraftZone], list[Spot]]:
    """A drawn line taken to the corners and borders that it was meant to meet, and the zones with its corners."""
    corners = sorted({corner for zone in zones.values() for corner in corners_of(zone.shape)})
    borders = shapely.boundary([zone.shape for zone in zones.values()])
    tree, edges = shapely.STRtree(shapely.points(corners)), shapely.STRtree(borders)
    laid: list[Spot] = []
    for spot in line:
        taken = _taken(Point(spot), tree, corners, edges, borders)
        if not laid or laid[-1] != taken:
            laid.append(taken)
    if len(laid) > 1:
        near = tree.query(LineString(laid), predicate="dwithin", distance=SNAP_M)
        coordinates = insert_corners(np.array(laid), [corners[each] for each in sorted(near)], SNAP_M)
        laid = [(float(x), float(y)) for x, y in coordinates]
    return add_corners(zones, laid), laid


def _taken(point: Point, tree: Any, corners: list[Spot], edges: Any, borders: Any) -> Spot:
    near = tree.query(point, predicate="dwithin", distance=SNAP_M)
    if len(near):
        found: list[Spot] = [corners[each] for each in near]
        return min(found, key=lambda corner: (point.distance(Point(corner)), corner))
    touched = edges.query(point, predicate="dwithin", distance=SNAP_M)
    if len(touched):
        border = borders[min(touched.tolist(), key=lambda each: (borders[each].distance(point), each))]
        on_it = border.interpolate(border.project(point))
        return float(on_it.x), float(on_it.y)
    return float(point.x), float(point.y)


def arrange(shapes: Iterable[Shape], lines: Iterable[Shape] = ()) -> list[Polygon]:
    """The faces into which the borders of these shapes and these lines cut the ground, in a fixed order."""
    work = shapely.union_all([*(shape.boundary for shape in shapes), *lines])
    faces = shapely.get_parts(shapely.polygonize([work]))
    return sorted(faces, key=lambda face: (-face.area, face.bounds))


def is_in(face: Polygon, shape: Shape) -> bool:
    """Whether a face, which no border of the shape crosses, lies in the shape."""
    return bool(shape.contains(shapely.point_on_surface(face)))


def join(faces: Sequence[Polygon], before: Shape | None = None) -> MultiPolygon:
    """Faces as one zone's shape, their corners kept; ``before`` itself where it comes out the same."""
    shape = as_multi(shapely.coverage_union_all(faces))
    if isinstance(before, MultiPolygon) and shapely.equals_exact(shape.normalize(), before.normalize()):
        return before
    return shape


def settle(draft: Draft, shapes: Mapping[str, Shape], zones: Mapping[str, DraftZone]) -> Draft:
    """The draft with new shapes for some of its ``zones``, every new corner added to whoever has that border."""
    new = dict(zones)
    for key, shape in shapes.items():
        new[key] = replace(new[key], shape=shape)
    known = {corner for zone in zones.values() for corner in corners_of(zone.shape)}
    added = {corner for shape in shapes.values() for corner in corners_of(shape)} - known
    return replace(draft, zones=add_corners(new, added))


def hold_width(faces: Iterable[Polygon]) -> None:
    """Refuse a strip that nobody meant."""
    for face in faces:
        if width_of(face) < NARROWEST_M:
            raise Refused(Reason.SLIVER, spot_of(face))


def verify(before: Draft, after: Draft, *, may_change_ground: bool = False) -> Draft:
    """Return ``after``. Raises Refused, with the place, where it breaks what held before."""
    changed = {
        key
        for key in before.zones.keys() | after.zones.keys()
        if before.zones.get(key) is not after.zones.get(key)
    }
    if not changed:
        return after
    _hold_validity([after.zones[key] for key in sorted(changed) if key in after.zones])
    _hold_coverage(before, after, changed)
    if not may_change_ground:
        was, is_now = (shapely.union_all(_shapes(draft, changed)) for draft in (before, after))
        differs = shapely.symmetric_difference(was, is_now)
        if differs.area > AREA_TOLERANCE_M2:
            raise Refused(Reason.MOVES_PLAN_EDGE, spot_of(differs))
    return after


def _shapes(draft: Draft, keys: Iterable[str]) -> list[Shape]:
    return [draft.zones[key].shape for key in sorted(keys) if key in draft.zones]


def _hold_validity(zones: Iterable[DraftZone]) -> None:
    for zone in zones:
        if zone.shape.is_empty:
            raise Refused(Reason.NOTHING_LEFT)
        if not zone.shape.is_valid:
            raise Refused(Reason.INVALID, place_of_fault(zone.shape))


def place_of_fault(shape: Shape) -> Spot | None:
    """Where a border crosses itself, as GEOS tells it."""
    told = str(shapely.is_valid_reason(shape))
    inside = told[told.find("[") + 1 : told.find("]")].split()
    return (float(inside[0]), float(inside[1])) if len(inside) >= 2 else None


def _hold_coverage(before: Draft, after: Draft, changed: set[str]) -> None:
    """What was wrong between the zones before is no reason to refuse; that it becomes more is."""
    box = shapely.box(*shapely.total_bounds(_shapes(before, changed) + _shapes(after, changed)))
    now = _faults(after, box)
    if shapely.length(now).sum() > shapely.length(_faults(before, box)).sum() + NODE_M:
        raise Refused(Reason.BREAKS_COVERAGE, spot_of(shapely.union_all(now)))


def _faults(draft: Draft, box: Polygon) -> Any:
    """The edges of zones in or at a box that do not match their neighbour's."""
    shapes = np.array([zone.shape for zone in draft.zones.values()], dtype=object)
    near = shapes[shapely.intersects(shapely.envelope(shapes), box)]
    return shapely.coverage_invalid_edges(near) if len(near) else near
