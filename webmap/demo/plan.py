"""The skeleton of the demo city: rings, radials and the river, and the wards that lie between them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, Polygon

from webmap.demo.dice import dice

Point = tuple[float, float]
Edge = tuple[Point, Point]
Array = NDArray[np.float64]

STATION_M = 30.0
"""Spacing of the points on main streets: side streets begin at these and nowhere else, so that wards share every point."""


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


class WardKind(StrEnum):
    """What grew between the main streets."""

    CORE = "core"
    INNER = "inner"
    NEW = "new"
    INDUSTRIAL = "industrial"
    FRINGE = "fringe"
    GREEN = "green"
    RIVER = "river"


PARCELS_PER_KM2 = {
    WardKind.CORE: 2900.0,
    WardKind.INNER: 1950.0,
    WardKind.NEW: 1480.0,
    WardKind.INDUSTRIAL: 190.0,
    WardKind.FRINGE: 210.0,
}
"""Parcels that come of a square kilometre of each kind when lots have their natural width (counted, not assumed)."""


@dataclass
class MainStreet:
    """A street of the skeleton. ``role``: ring, edge, radial, axis or riverside."""

    role: str
    street_class: StreetClass
    line: Array
    edges: list[Edge] = field(default_factory=list)


@dataclass
class Ward:
    """A face of the skeleton: its ring anticlockwise, without the closing point, and the main street of each edge."""

    index: int
    kind: WardKind
    ring: list[Point]
    streets: list[int]
    area_m2: float
    radius: float
    angle: float
    district: int = 0

    @property
    def weight(self) -> float:
        """How many parcels it would naturally hold."""
        return PARCELS_PER_KM2.get(self.kind, 0.0) * self.area_m2 / 1e6

    @property
    def polygon(self) -> Polygon:
        """Its face as a polygon."""
        return Polygon(self.ring)


@dataclass
class Plan:
    """The whole skeleton, in metres around the centre of the city."""

    seed: int
    radius_m: float
    core_m: float
    streets: list[MainStreet]
    wards: list[Ward]
    squares: list[tuple[Point, float]]
    boundary: Polygon
    river: LineString
    river_half_m: float


@dataclass(frozen=True)
class _Frame:
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


def make_plan(seed: int, parcels: int) -> Plan:
    """The skeleton of a city that naturally holds about so many parcels."""
    radius_m = 1150.0 * math.sqrt(parcels / 5000)
    plan = _plan_of_radius(seed, radius_m)
    for _ in range(3):
        natural = sum(ward.weight for ward in plan.wards)
        if abs(natural / parcels - 1) < 0.03:
            break
        radius_m *= math.sqrt(parcels / natural)
        plan = _plan_of_radius(seed, radius_m)
    return plan


def band_radii(radius_m: float) -> list[float]:
    """Radii of the rings from that of the old core to that of the city."""
    radii = [330.0 * (radius_m / 1250) ** 0.45]
    while True:
        step = min(max(0.95 * radii[-1], 280.0), 2500.0)
        if radii[-1] + 1.45 * step > radius_m:
            break
        radii.append(radii[-1] + step)
    return [*radii, max(radius_m, 1.4 * radii[-1])] if len(radii) < 2 else [*radii, radius_m]


def _plan_of_radius(seed: int, radius_m: float) -> Plan:
    throw = dice(seed, "plan")
    waves = tuple(
        (m, throw.uniform(0.5, 1.0) * amplitude, throw.uniform(0, 6.28), throw.uniform(-0.7, 0.7))
        for m, amplitude in ((2, 0.04), (3, 0.045), (4, 0.025), (5, 0.022), (7, 0.012))
    )
    frame = _Frame(radius_m, waves, throw.uniform(1.04, 1.12), throw.uniform(0, math.pi))
    radii = band_radii(radius_m)
    river_angle = throw.uniform(0, 2 * math.pi)
    river, half_m = _river(frame, radii, river_angle, seed)
    boundary = Polygon(_ring(frame, radii[-1]))
    streets = _rings(frame, radii) + _radials(frame, radii, _away_from(river_angle, radii), seed)
    streets += _riversides(river.buffer(half_m, cap_style="flat"), boundary)
    wards = _wards(streets, frame, radii, seed, river.buffer(half_m, cap_style="flat"))
    whole = shapely.coverage_union_all([ward.polygon for ward in wards])
    squares = _squares(streets, radii, river.buffer(half_m + 90))
    return Plan(seed, radius_m, radii[0], streets, wards, squares, whole, river, half_m)


def _ring(frame: _Frame, radius: float) -> Array:
    angles = np.linspace(0, 2 * math.pi, max(48, int(2 * math.pi * radius / STATION_M)) + 1)
    line = frame.place(np.full_like(angles, radius), angles)
    line[-1] = line[0]
    return line


def _rings(frame: _Frame, radii: Sequence[float]) -> list[MainStreet]:
    classes = [StreetClass.ARTERIAL] + [StreetClass.RING] * (len(radii) - 2) + [StreetClass.COLLECTOR]
    roles = ["ring"] * (len(radii) - 1) + ["edge"]
    return [
        MainStreet(role, street_class, _ring(frame, radius))
        for radius, street_class, role in zip(radii, classes, roles, strict=True)
    ]


def _away_from(river_angle: float, radii: Sequence[float]) -> list[float]:
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


def _radials(frame: _Frame, radii: Sequence[float], banned: Sequence[float], seed: int) -> list[MainStreet]:
    throw = dice(seed, "radials")
    first = throw.uniform(0, 1)
    angles = [_clear(first + k * math.pi / 3 + throw.uniform(-0.13, 0.13), banned, 0.24) for k in range(6)]
    starts = [(angle, 0.0 if k in (0, 2, 3, 5) else radii[0]) for k, angle in enumerate(angles)]
    for low, high in zip(radii[1:-1], radii[2:], strict=True):
        angles = sorted(angle % (2 * math.pi) for angle, _ in starts)
        for one, two in zip(angles, [*angles[1:], angles[0] + 2 * math.pi], strict=True):
            if (two - one) * (low + high) / 2 > min(1.55 * (high - low), 3300.0):
                starts.append((_clear((one + two) / 2 + throw.uniform(-0.04, 0.04), banned, 0.1), low))
    return [_radial(frame, angle, start, radii[-1], throw.uniform(0, 6.28)) for angle, start in starts]


def _radial(frame: _Frame, angle: float, start: float, end: float, phase: float) -> MainStreet:
    """A street outwards; it begins a little before its first ring and ends a little past the last, to meet them surely."""
    radius = np.arange(start * 0.985, end * 1.02, STATION_M)
    away = np.maximum(radius, 200.0)
    swing = 45.0 / away * np.sin(radius / 420.0 + phase) * np.minimum(1.0, radius / 400.0)
    line = frame.place(radius, angle + swing)
    return MainStreet("axis" if start == 0 else "radial", StreetClass.ARTERIAL, line)


def _river_offset(radii: Sequence[float]) -> float:
    return radii[0] + 0.5 * (radii[1] - radii[0])


def _river(frame: _Frame, radii: Sequence[float], angle: float, seed: int) -> tuple[LineString, float]:
    """The river's middle line, past the old core, and half the width of its bed with both banks."""
    throw = dice(seed, "river")
    band = radii[1] - radii[0]
    x = np.arange(-1.25 * radii[-1], 1.25 * radii[-1], STATION_M / 2)
    y = _river_offset(radii) + 0.13 * band * np.sin(x * 2 * math.pi / (3.1 * band) + throw.uniform(0, 6))
    y = y + 0.05 * band * np.sin(x * 2 * math.pi / (1.13 * band) + throw.uniform(0, 6))
    direction = angle - math.pi / 2
    radius, theta = np.hypot(x, y), np.arctan2(y, x) + direction
    return LineString(frame.place(radius, theta)), 34.0 * (radii[-1] / 1250) ** 0.3


def _riversides(bed: Polygon, boundary: Polygon) -> list[MainStreet]:
    lines = shapely.get_parts(shapely.line_merge(shapely.intersection(bed.exterior, boundary.buffer(5))))
    return [
        MainStreet("riverside", StreetClass.COLLECTOR, shapely.get_coordinates(line))
        for line in lines
        if line.length > 300
    ]


def _noded(streets: Sequence[MainStreet]) -> list[tuple[int, list[Point]]]:
    """Every piece of street between two crossings, resampled evenly, with the number of its street."""
    lines = np.array([LineString(street.line) for street in streets])
    pieces = shapely.get_parts(shapely.node(shapely.multilinestrings(lines)))
    middles = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    nearest = shapely.STRtree(lines).nearest(middles)
    found = []
    for piece, street in zip(pieces, nearest, strict=True):
        steps = max(1, round(piece.length / STATION_M))
        places = shapely.line_interpolate_point(piece, np.linspace(0, 1, steps + 1), normalized=True)
        points = [(round(x, 3), round(y, 3)) for x, y in shapely.get_coordinates(places).tolist()]
        found.append((int(street), points))
    return found


def _wards(
    streets: Sequence[MainStreet], frame: _Frame, radii: Sequence[float], seed: int, bed: Polygon
) -> list[Ward]:
    pieces = _noded(streets)
    owner: dict[Edge, int] = {}
    for street, points in pieces:
        for a, b in zip(points, points[1:], strict=False):
            owner[a, b] = owner[b, a] = street
    faces = shapely.get_parts(shapely.polygonize([LineString(points) for _, points in pieces]))
    throw = dice(seed, "wards")
    industry = throw.uniform(0, 2 * math.pi)
    wards = []
    used: set[Edge] = set()
    for face in sorted(faces, key=lambda face: face.centroid.coords[0]):
        ring = [(x, y) for x, y in shapely.get_coordinates(face.exterior).tolist()[:-1]]
        if not face.exterior.is_ccw:
            ring.reverse()
        edges = list(zip(ring, [*ring[1:], ring[0]], strict=True))
        inside = face.representative_point()
        radius, angle = frame.ideal((inside.x, inside.y))
        kind = _kind(face, bed.contains(inside), radius, angle - industry, radii, throw.random())
        wards.append(Ward(len(wards), kind, ring, [owner[edge] for edge in edges], face.area, radius, angle))
        for a, b in edges:
            if (a, b) not in used:
                used.update(((a, b), (b, a)))
                streets[owner[a, b]].edges.append((a, b))
    return wards


def _kind(
    face: Polygon, in_river: bool, radius: float, from_industry: float, radii: Sequence[float], luck: float
) -> WardKind:
    if in_river:
        return WardKind.RIVER
    if face.area < 9000 or 4 * math.pi * face.area / face.length**2 < 0.16:
        return WardKind.GREEN
    if radius < radii[0]:
        return WardKind.CORE
    if radius < max(radii[1], 0.36 * radii[-1]):
        return WardKind.INNER
    aside = abs((from_industry + math.pi) % (2 * math.pi) - math.pi)
    if radius > radii[-2] and aside < 0.42:
        return WardKind.INDUSTRIAL
    return WardKind.FRINGE if radius > radii[-2] and luck < 0.2 else WardKind.NEW


def _squares(
    streets: Sequence[MainStreet], radii: Sequence[float], river: Polygon
) -> list[tuple[Point, float]]:
    """Crossings of axes and rings near the middle, as squares with their radius in metres; the first is the centre."""
    meets: dict[Point, set[int]] = {}
    for number, street in enumerate(streets):
        if street.role == "riverside" or street.role == "edge":
            continue
        for edge in street.edges:
            for point in edge:
                meets.setdefault(point, set()).add(number)
    crossings = sorted(
        (point for point, found in meets.items() if len(found) > 1), key=lambda p: math.hypot(*p)
    )
    far = [p for p in crossings if not river.contains(shapely.Point(p))]
    chosen: list[tuple[Point, float]] = []
    for point in far:
        if all(math.dist(point, other) > 420 for other, _ in chosen):
            chosen.append((point, 40.0 if not chosen else 30.0))
    return chosen
