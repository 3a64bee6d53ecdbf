"""From a cell between street middles to the block between street sides."""

import math
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import Polygon

from webmap.demo.cells import Cell, Lane
from webmap.demo.skeleton import Array, Point


@dataclass
class Block:
    """A block's ring, anticlockwise, and the lane that each of its edges faces."""

    ring: list[Point]
    lanes: list[int]
    cell: Cell
    area_m2: float = 0.0


def make_block(cell: Cell, lanes: list[Lane], squares: list[tuple[Point, float]]) -> Block | None:
    """The block that streets and squares leave of a cell; None when they leave nothing worth building on."""
    p = np.array(cell.ring)
    widths = np.array([lanes[lane].half_m for lane in cell.lanes])
    near = [square for square in squares if _touches(p, square)]
    found = None if near else _drawn_in(p, widths, cell.lanes)
    ring, faces = found or _cut_out(p, widths, cell.lanes, near)
    if len(ring) < 3:
        return None
    block = Block(ring, faces, cell, Polygon(ring).area)
    return block if block.area_m2 > 120 else None


def _touches(p: Array, square: tuple[Point, float]) -> bool:
    (x, y), radius = square
    return bool(np.min(np.hypot(p[:, 0] - x, p[:, 1] - y)) < radius)


def _drawn_in(p: Array, widths: Array, lanes: list[int]) -> tuple[list[Point], list[int]] | None:
    """Each edge moved inwards by its own street's half width; None where an edge would vanish or turn round."""
    ahead = np.roll(p, -1, axis=0) - p
    length = np.hypot(ahead[:, 0], ahead[:, 1])[:, None]
    normal = np.column_stack((-ahead[:, 1], ahead[:, 0])) / length
    before, wide_before = np.roll(normal, 1, axis=0), np.roll(widths, 1)
    sine = before[:, 0] * normal[:, 1] - before[:, 1] * normal[:, 0]
    straight = np.abs(sine) < 0.06
    if np.any(straight & (np.abs(widths - wide_before) > 0.01)):
        return None
    safe = np.where(straight, 1.0, sine)
    shift = np.column_stack(
        (
            (wide_before * normal[:, 1] - widths * before[:, 1]) / safe,
            (widths * before[:, 0] - wide_before * normal[:, 0]) / safe,
        )
    )
    moved = np.round(p + np.where(straight[:, None], normal * widths[:, None], shift), 3)
    along = np.roll(moved, -1, axis=0) - moved
    if np.any(np.sum(along * ahead, axis=1) < 1.5 * length[:, 0]) or not Polygon(moved).is_valid:
        return None
    return [(x, y) for x, y in moved.tolist()], list(lanes)


def _cut_out(
    p: Array, widths: Array, lanes: list[int], squares: list[tuple[Point, float]]
) -> tuple[list[Point], list[int]]:
    """The slow way for odd corners and squares: streets as strips, taken away from the cell."""
    closed = np.vstack((p, p[:1]))
    edges = np.asarray(shapely.linestrings(np.stack((closed[:-1], closed[1:]), axis=1)))
    strips = shapely.buffer(edges, widths, quad_segs=2)
    rounds = [shapely.Point(at).buffer(radius, quad_segs=5) for at, radius in squares]
    left = shapely.difference(Polygon(p), shapely.union_all([*strips, *rounds]))
    parts = [part for part in shapely.get_parts(left) if part.geom_type == "Polygon"]
    if not parts:
        return [], []
    body = max(parts, key=lambda part: part.area)
    # Opening drops the spikes that sharp corners leave, which nobody could build in.
    body = body.buffer(-2.0, join_style="mitre").buffer(2.0, join_style="mitre", mitre_limit=2).simplify(0.4)
    if body.geom_type != "Polygon" or body.is_empty or not body.is_valid:
        return [], []
    ring = np.round(shapely.get_coordinates(shapely.orient_polygons(Polygon(body.exterior)))[:-1], 3)
    middles = shapely.points((ring + np.roll(ring, -1, axis=0)) / 2)
    nearest = np.asarray(shapely.STRtree(edges).nearest(np.asarray(middles)))
    return [(x, y) for x, y in ring.tolist()], [lanes[k] for k in nearest]


def frame_angle(ring: list[Point]) -> float:
    """The direction that a block's edges agree on, modulo a right angle, each edge weighing its length (radians)."""
    p = np.array(ring)
    ahead = np.roll(p, -1, axis=0) - p
    weight = np.hypot(ahead[:, 0], ahead[:, 1])
    turn = 4 * np.arctan2(ahead[:, 1], ahead[:, 0])
    return math.atan2(float(np.sum(weight * np.sin(turn))), float(np.sum(weight * np.cos(turn)))) / 4
