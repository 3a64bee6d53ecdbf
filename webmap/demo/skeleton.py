"""The main streets of the demo city: rings, radials, and the river that bends them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, Polygon

from webmap.demo.dice import dice

Point = tuple[float, float]
Edge = tuple[Point, Point]
Array = NDArray[np.float64]

STATION_M = 30.0
"""Spacing of the points on main streets: side streets begin at these and nowhere else, so wards share every point."""


class StreetClass(StrEnum):
    """What a street is for; the order is from the widest to the narrowest."""

    RING = "ring"
    ARTERIAL = "arterial"
    COLLECTOR = "collector"
    LOCAL = "local"
    ALLEY = "alley"


HALF_WIDTH_M = {
    StreetClass.RING: 15.0,
    StreetClass.ARTERIAL: 11.0,
    StreetClass.COLLECTOR: 7.5,
    StreetClass.LOCAL: 5.0,
    StreetClass.ALLEY: 3.0,
}


@dataclass
class MainStreet:
    """A street of the skeleton. ``role``: ring, edge, radial, axis or riverside."""

    role: str
    street_class: StreetClass
    line: Array
    edges: list[Edge] = field(default_factory=list)


@dataclass(frozen=True)
class Frame:
    """Bends an ideal round city into a grown one: nothing that is apart in the ideal city meets in this one."""

    radius_m: float
    waves: tuple[tuple[int, float, float, float], ...]
    stretch: float
    turn: float

    def swell(self, radius: Array, angle: Array) -> Array:
        """How much further out than ideal a place lies, as a factor."""
        depth = np.log(np.maximum(radius, 1.0) / self.radius_m)
        return 1.0 + sum(
            (a * np.cos(m * angle + phase + drift * depth) for m, a, phase, drift in self.waves), np.zeros(1)
        )

    def place(self, radius: Array, angle: Array) -> Array:
        """Ideal polar places as an array (n, 2) of metres."""
        real = radius * self.swell(radius, angle)
        x, y = real * np.cos(angle) * self.stretch, real * np.sin(angle) / self.stretch
        cos, sin = math.cos(self.turn), math.sin(self.turn)
        return np.column_stack((x * cos - y * sin, x * sin + y * cos))

    def ideal(self, point: Point) -> tuple[float, float]:
        """The ideal radius and angle of a place: the way back, by a few rounds of correction."""
        cos, sin = math.cos(self.turn), math.sin(self.turn)
        x = (point[0] * cos + point[1] * sin) / self.stretch
        y = (-point[0] * sin + point[1] * cos) * self.stretch
        angle, real = math.atan2(y, x), math.hypot(x, y)
        radius = real
        for _ in range(6):
            radius = real / float(self.swell(np.array([radius]), np.array([angle]))[0])
        return radius, angle


def band_radii(radius_m: float) -> list[float]:
    """Radii of the rings from that of the old core to that of the city."""
    radii = [330.0 * (radius_m / 1250) ** 0.45]
    while True:
        step = min(max(0.95 * radii[-1], 280.0), 2500.0)
        if radii[-1] + 1.45 * step > radius_m:
            break
        radii.append(radii[-1] + step)
    return [*radii, max(radius_m, 1.4 * radii[-1])] if len(radii) < 2 else [*radii, radius_m]


def ring_line(frame: Frame, radius: float) -> Array:
    """A closed ring at an ideal radius."""
    angles = np.linspace(0, 2 * math.pi, max(48, int(2 * math.pi * radius / STATION_M)) + 1)
    line = frame.place(np.full_like(angles, radius), angles)
    line[-1] = line[0]
    return line


def rings(frame: Frame, radii: Sequence[float]) -> list[MainStreet]:
    """All rings; the last is the edge of the city."""
    classes = [StreetClass.ARTERIAL] + [StreetClass.RING] * (len(radii) - 2) + [StreetClass.COLLECTOR]
    roles = ["ring"] * (len(radii) - 1) + ["edge"]
    return [
        MainStreet(role, street_class, ring_line(frame, radius))
        for radius, street_class, role in zip(radii, classes, roles, strict=True)
    ]


def away_from(river_angle: float, radii: Sequence[float]) -> list[float]:
    """The two directions in which the river leaves the city: no radial should run into its bed."""
    beside = math.asin(min(0.95, _river_offset(radii) / radii[-1]))
    return [river_angle + beside, river_angle + math.pi - beside]


def _clear(angle: float, banned: Sequence[float], room: float) -> float:
    """The angle, moved out of the way of banned directions."""
    for other in banned:
        gap = (angle - other + math.pi) % (2 * math.pi) - math.pi
        if abs(gap) < room:
            angle = other + math.copysign(room, gap)
    return angle


def radials(frame: Frame, radii: Sequence[float], banned: Sequence[float], seed: int) -> list[MainStreet]:
    """Streets outwards: six from the middle, and more in between as the rings grow longer."""
    throw = dice(seed, "radials")
    first = throw.uniform(0, 1)
    angles = [_clear(first + k * math.pi / 3 + throw.uniform(-0.13, 0.13), banned, 0.24) for k in range(6)]
    starts = [(angle, 0.0 if k in (0, 2, 3, 5) else radii[0]) for k, angle in enumerate(angles)]
    for low, high in pairwise(radii[1:]):
        angles = sorted(angle % (2 * math.pi) for angle, _ in starts)
        for one, two in zip(angles, [*angles[1:], angles[0] + 2 * math.pi], strict=True):
            if (two - one) * (low + high) / 2 > min(1.55 * (high - low), 3300.0):
                starts.append((_clear((one + two) / 2 + throw.uniform(-0.04, 0.04), banned, 0.1), low))
    return [_radial(frame, angle, start, radii[-1], throw.uniform(0, 6.28)) for angle, start in starts]


def _radial(frame: Frame, angle: float, start: float, end: float, phase: float) -> MainStreet:
    """A street outwards, from a little before its first ring to a little past the last, to meet both surely."""
    radius = np.append(np.arange(start * 0.985, end, STATION_M), end * 1.02)
    away = np.maximum(radius, 200.0)
    swing = 45.0 / away * np.sin(radius / 420.0 + phase) * np.minimum(1.0, radius / 400.0)
    line = frame.place(radius, angle + swing)
    return MainStreet("axis" if start == 0 else "radial", StreetClass.ARTERIAL, line)


def _river_offset(radii: Sequence[float]) -> float:
    return radii[0] + 0.5 * (radii[1] - radii[0])


def river_course(frame: Frame, radii: Sequence[float], angle: float, seed: int) -> tuple[LineString, float]:
    """The river's middle line, past the old core, and half the width of its bed with both banks."""
    throw = dice(seed, "river")
    band = radii[1] - radii[0]
    x = np.arange(-1.25 * radii[-1], 1.25 * radii[-1], STATION_M / 2)
    y = _river_offset(radii) + 0.13 * band * np.sin(x * 2 * math.pi / (3.1 * band) + throw.uniform(0, 6))
    y = y + 0.05 * band * np.sin(x * 2 * math.pi / (1.13 * band) + throw.uniform(0, 6))
    direction = angle - math.pi / 2
    radius, theta = np.hypot(x, y), np.arctan2(y, x) + direction
    return LineString(frame.place(radius, theta)), 34.0 * (radii[-1] / 1250) ** 0.3


def riversides(bed: Polygon, boundary: Polygon) -> list[MainStreet]:
    """The boulevards on both sides of the river's bed."""
    lines = shapely.get_parts(shapely.line_merge(shapely.intersection(bed.exterior, boundary.buffer(5))))
    return [
        MainStreet("riverside", StreetClass.COLLECTOR, shapely.get_coordinates(line))
        for line in lines
        if line.length > 300
    ]
