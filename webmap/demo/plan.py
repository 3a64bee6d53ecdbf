"""The skeleton of the demo city: rings, radials and the river, and the wards that lie between them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon

from webmap.demo.dice import dice
from webmap.demo.skeleton import (
    STATION_M,
    Edge,
    Frame,
    MainStreet,
    Point,
    away_from,
    band_radii,
    radials,
    ring_line,
    rings,
    river_course,
    riversides,
)


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
    WardKind.CORE: 3200.0,
    WardKind.INNER: 2050.0,
    WardKind.NEW: 1520.0,
    WardKind.INDUSTRIAL: 210.0,
    WardKind.FRINGE: 330.0,
}
"""Parcels that come of a square kilometre of each kind when lots have their natural width (counted, not assumed)."""


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


def _plan_of_radius(seed: int, radius_m: float) -> Plan:
    throw = dice(seed, "plan")
    waves = tuple(
        (m, throw.uniform(0.5, 1.0) * amplitude, throw.uniform(0, 6.28), throw.uniform(-0.7, 0.7))
        for m, amplitude in ((2, 0.04), (3, 0.045), (4, 0.025), (5, 0.022), (7, 0.012))
    )
    frame = Frame(radius_m, waves, throw.uniform(1.04, 1.12), throw.uniform(0, math.pi))
    radii = band_radii(radius_m)
    river_angle = throw.uniform(0, 2 * math.pi)
    river, half_m = river_course(frame, radii, river_angle, seed)
    boundary = Polygon(ring_line(frame, radii[-1]))
    streets = rings(frame, radii) + radials(frame, radii, away_from(river_angle, radii), seed)
    streets += riversides(river.buffer(half_m, cap_style="flat"), boundary)
    wards = _wards(streets, frame, radii, seed, river.buffer(half_m, cap_style="flat"))
    streets = _without_unused(streets, wards)
    whole = shapely.coverage_union_all([ward.polygon for ward in wards])
    assert isinstance(whole, Polygon), "the streets of the skeleton hang together, so the city is one piece"
    squares = _squares(streets, river.buffer(half_m + 90))
    return Plan(seed, radius_m, radii[0], streets, wards, squares, whole, river, half_m)


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
    streets: Sequence[MainStreet], frame: Frame, radii: Sequence[float], seed: int, bed: Polygon
) -> list[Ward]:
    pieces = _noded(streets)
    owner: dict[Edge, int] = {}
    for street, points in pieces:
        for a, b in pairwise(points):
            owner[a, b] = owner[b, a] = street
    faces = shapely.get_parts(shapely.polygonize([LineString(points) for _, points in pieces]))
    throw = dice(seed, "wards")
    industry = throw.uniform(0, 2 * math.pi)
    wards: list[Ward] = []
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


def _without_unused(streets: list[MainStreet], wards: Sequence[Ward]) -> list[MainStreet]:
    """Drop streets that ended up beside no ward (one that ran in another's place), and number the rest anew."""
    kept = [number for number, street in enumerate(streets) if street.edges]
    anew = {number: place for place, number in enumerate(kept)}
    for ward in wards:
        ward.streets = [anew[number] for number in ward.streets]
    return [streets[number] for number in kept]


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


def _squares(streets: Sequence[MainStreet], river: Polygon) -> list[tuple[Point, float]]:
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
