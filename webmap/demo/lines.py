"""Lines of a block that keep all their nodes in one place, so that the lots on both sides have the very same points."""

import math
from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from webmap.demo.blocks import Block, frame_angle
from webmap.demo.skeleton import Point

SNAP_M = 0.9
"""A cut this near to a point of the line takes that point, so that no edge is too short to survey."""


class Line:
    """A line of a block with its nodes in order; ``t`` runs from 0 to 1 along it."""

    def __init__(self, points: Sequence[Point], lanes: Sequence[int] = ()):
        self.length_m = 0.0
        at = [0.0]
        for a, b in pairwise(points):
            self.length_m += math.dist(a, b)
            at.append(self.length_m)
        scale = 1.0 / self.length_m if self.length_m > 0 else 0.0
        self.nodes: list[tuple[float, Point]] = [(t * scale, p) for t, p in zip(at, points, strict=True)]
        self.nodes[-1] = (1.0, points[-1])
        self._course = list(self.nodes)
        self._lanes = list(lanes)

    def at(self, t: float) -> Point:
        """The place at t on the line as first drawn."""
        course = self._course
        k = min(max(bisect_right(course, (t, (math.inf, math.inf))), 1), len(course) - 1)
        (t0, p), (t1, q) = course[k - 1], course[k]
        s = (t - t0) / (t1 - t0) if t1 > t0 else 0.0
        return (p[0] + s * (q[0] - p[0]), p[1] + s * (q[1] - p[1]))

    def lane(self, t: float) -> int:
        """The lane that the line faces at t."""
        k = bisect_right(self._course, (t, (math.inf, math.inf))) - 1
        return self._lanes[min(max(k, 0), len(self._lanes) - 1)]

    def add(self, t: float, place: Point | None = None) -> float:
        """Put a node at t (or take the one that is near); return where it is."""
        k = bisect_left(self.nodes, (t, (-math.inf, -math.inf)))
        for near in self.nodes[max(0, k - 1) : k + 1]:
            if abs(near[0] - t) * self.length_m < SNAP_M:
                return near[0]
        x, y = place or self.at(t)
        insort(self.nodes, (t, (round(x, 3), round(y, 3))))
        return t

    def between(self, low: float, high: float) -> list[Point]:
        """All nodes from low to high, both included."""
        first = bisect_left(self.nodes, (low, (-math.inf, -math.inf)))
        last = bisect_right(self.nodes, (high, (math.inf, math.inf)))
        return [point for _, point in self.nodes[first:last]]


def rounded(point: Point) -> Point:
    """The place to the millimetre, as surveyors write it."""
    return round(point[0], 3), round(point[1], 3)


def node(line: Line, t: float) -> Point:
    """The node that stands at t after making sure that there is one exactly there."""
    line.nodes = with_node(line, t)
    return point_at(line, t)


def with_node(line: Line, t: float) -> list[tuple[float, Point]]:
    """The nodes of a line with one exactly at t."""
    if any(abs(node[0] - t) < 1e-12 for node in line.nodes):
        return line.nodes
    nodes = list(line.nodes)
    insort(nodes, (t, rounded(line.at(t))))
    return nodes


def point_at(line: Line, t: float) -> Point:
    """The node that stands exactly at t."""
    return next(point for at, point in line.nodes if abs(at - t) < 1e-12)


def sides_of(block: Block) -> tuple[Line, Line, Line, Line]:
    """Bottom, right, top and left of a block, lying along its length; all run from left to right or upwards."""
    p = np.array(block.ring)
    angle = frame_angle(block.ring)
    cos, sin = math.cos(angle), math.sin(angle)
    s, t = p[:, 0] * cos + p[:, 1] * sin, -p[:, 0] * sin + p[:, 1] * cos
    if np.ptp(s) < np.ptp(t):
        s, t = t, -s
    s, t = (s - s.mean()) / max(np.ptp(s), 1e-6), (t - t.mean()) / max(np.ptp(t), 1e-6)
    ll, lr, ur, ul = (int(np.argmax(a * s + b * t)) for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1)))
    bottom, right = _chain(block, ll, lr), _chain(block, lr, ur)
    top, left = _chain(block, ur, ul), _chain(block, ul, ll)
    return Line(*bottom), Line(*right), Line(top[0][::-1], top[1][::-1]), Line(left[0][::-1], left[1][::-1])


def _chain(block: Block, start: int, end: int) -> tuple[list[Point], list[int]]:
    """The ring from one point on to another, with the lanes of its edges."""
    size = len(block.ring)
    steps = (end - start) % size
    points = [block.ring[(start + k) % size] for k in range(steps + 1)]
    lanes = [block.lanes[(start + k) % size] for k in range(max(steps, 1))]
    return (points, lanes) if steps else ([points[0], points[0]], lanes)
