"""Making borders that nearly meet meet exactly, and putting each corner of a border into both of its sides.

Neighbours that the survey does not touch are the authority: what is new goes to them, and they get corners only where
the new parcels have one on their border, which moves nothing of their land.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from parcels.surveys.features import Geometries

ON_THE_LINE_M = 1e-6
Points = NDArray[np.float64]


@dataclass
class Fit:
    """New parcels (n,) as they fit; ``moved``: by place, how many corners and how far the furthest went (metres).

    ``noded``: neighbours by place with corners put into their borders, and how many.
    """

    news: Geometries
    moved: dict[int, tuple[int, float]] = field(default_factory=dict)
    noded: dict[int, tuple[Any, int]] = field(default_factory=dict)


def fit_together(news: Geometries, neighbours: Geometries, tolerance_m: float) -> Fit:
    """Move corners of new parcels onto neighbours' corners and borders, then onto one another's; node all borders."""
    fit = Fit(news.copy())
    if not len(news):
        return fit
    anchors = _unique(shapely.get_coordinates(neighbours)) if len(neighbours) else np.empty((0, 2))
    _move(fit, lambda points, _owner: _to_anchors(points, anchors, neighbours, tolerance_m))
    _move(fit, lambda points, owner: _to_each_other(points, owner, anchors, tolerance_m))
    corners = _unique(np.vstack([anchors, shapely.get_coordinates(fit.news)]))
    for place, made in _noded(fit.news, corners, tolerance_m).items():
        if shapely.is_valid(made[0]):
            fit.news[place] = made[0]
    if len(neighbours):
        corners = _unique(shapely.get_coordinates(fit.news))
        fit.noded = {
            place: made
            for place, made in _noded(neighbours, corners, ON_THE_LINE_M).items()
            if shapely.is_valid(made[0])
        }
    return fit


def _move(fit: Fit, where: Callable[[Points, NDArray[np.int64]], Points]) -> None:
    """Move corners; a parcel that this would break stays as it is."""
    points, owner = shapely.get_coordinates(fit.news, return_index=True)
    there = where(points, owner)
    far = np.hypot(*(there - points).T)
    # The corners of one parcel lie together, in the order of the parcels.
    bounds = np.searchsorted(owner, np.arange(len(fit.news) + 1))
    for place in np.unique(owner[far > 0]).tolist():
        mine = slice(bounds[place], bounds[place + 1])
        made = shapely.set_coordinates(shapely.from_wkb(shapely.to_wkb(fit.news[place])), there[mine])
        made = shapely.remove_repeated_points(made)
        if not shapely.is_valid(made) or shapely.is_empty(made):
            continue
        fit.news[place] = made
        count, most = fit.moved.get(place, (0, 0.0))
        fit.moved[place] = (count + int((far[mine] > 0).sum()), max(most, float(far[mine].max())))


def _to_anchors(points: Points, anchors: Points, neighbours: Geometries, tolerance_m: float) -> Points:
    """Each point on the nearest corner of a neighbour, else on the nearest border of one; else where it is."""
    there = points.copy()
    if not len(anchors):
        return there
    made: Any = shapely.points(points)
    corners: Any = shapely.points(anchors)
    near, corner = shapely.STRtree(corners).query_nearest(made, max_distance=tolerance_m, all_matches=False)
    there[near] = anchors[corner]
    left = np.setdiff1d(np.arange(len(points)), near)
    if not len(left):
        return there
    borders = _segments(neighbours)
    near, border = shapely.STRtree(borders).query_nearest(
        made[left], max_distance=tolerance_m, all_matches=False
    )
    on_it = shapely.line_interpolate_point(
        borders[border], shapely.line_locate_point(borders[border], made[left[near]])
    )
    there[left[near]] = shapely.get_coordinates(on_it)
    return there


def _to_each_other(points: Points, owner: NDArray[np.int64], anchors: Points, tolerance_m: float) -> Points:
    """Corners of different new parcels that nearly meet: all on the one that is an anchor, else on the first."""
    there = points.copy()
    corners, place = np.unique(points, axis=0, return_inverse=True)
    place = place.reshape(-1)
    made: Any = shapely.points(corners)
    one, other = shapely.STRtree(made).query(made, predicate="dwithin", distance=tolerance_m)
    pairs = [(a, b) for a, b in zip(one.tolist(), other.tolist(), strict=True) if a < b]
    if not pairs:
        return there
    owners: list[set[int]] = [set() for _ in corners]
    for at, whose in zip(place.tolist(), owner.tolist(), strict=True):
        owners[at].add(whose)
    anchored = {tuple(point) for point in anchors.tolist()}
    target = list(range(len(corners)))
    for a, b in pairs:
        # Corners of one parcel that lie so near each other are its shape, not a slip.
        if owners[a] & owners[b] or target[a] != a or target[b] != b:
            continue
        keep, go = (b, a) if tuple(corners[b].tolist()) in anchored else (a, b)
        if tuple(corners[go].tolist()) not in anchored:
            target[go] = keep
    there[:] = corners[np.array(target)][place]
    return there


def _noded(shapes: Geometries, corners: Points, tolerance_m: float) -> dict[int, tuple[Any, int]]:
    """Shapes, by place, into whose borders corners were put that lay on them; and how many."""
    made: dict[int, tuple[Any, int]] = {}
    if not len(shapes) or not len(corners):
        return made
    spots = shapely.points(corners)
    spot, place = shapely.STRtree(shapely.boundary(shapes)).query(
        spots, predicate="dwithin", distance=tolerance_m
    )
    order = np.argsort(place, kind="stable")
    spot, place = spot[order], place[order]
    starts = np.flatnonzero(np.diff(place, prepend=-1))
    for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(place)], strict=True):
        at = int(place[start])
        own = {tuple(point) for point in shapely.get_coordinates(shapes[at]).tolist()}
        missing = [c for c in corners[spot[start:end]].tolist() if tuple(c) not in own]
        if missing:
            found = _with_corners(shapes[at], np.array(missing), tolerance_m)
            if found[1]:
                made[at] = found
    return made


def _with_corners(shape: Any, corners: Points, tolerance_m: float) -> tuple[Any, int]:
    put = 0

    def ring(line: Any) -> Any:
        nonlocal put
        points = shapely.get_coordinates(line)
        segments: Any = shapely.linestrings(np.stack([points[:-1], points[1:]], axis=1))
        spots: Any = shapely.points(corners)
        corner, segment = shapely.STRtree(segments).query_nearest(
            spots, max_distance=tolerance_m, all_matches=False
        )
        if not len(corner):
            return points
        along = shapely.line_locate_point(segments[segment], spots[corner])
        order = np.lexsort((along, segment))
        put += len(order)
        return np.insert(points, segment[order] + 1, corners[corner[order]], axis=0)

    parts = [
        shapely.Polygon(ring(part.exterior), [ring(hole) for hole in part.interiors])
        for part in shapely.get_parts(shape)
    ]
    return shapely.MultiPolygon(parts), put


def _segments(shapes: Geometries) -> Geometries:
    """Every edge of the borders of shapes as a line of its own."""
    rings = shapely.get_rings(shapely.get_parts(shapes))
    points, ring = shapely.get_coordinates(rings, return_index=True)
    is_edge = ring[:-1] == ring[1:]
    edges: Any = shapely.linestrings(np.stack([points[:-1][is_edge], points[1:][is_edge]], axis=1))
    made: Geometries = edges
    return made


def _unique(points: Points) -> Points:
    return np.unique(points, axis=0) if len(points) else points.reshape(-1, 2)
