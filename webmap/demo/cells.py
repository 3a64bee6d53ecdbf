"""How a ward grows its streets: it is cut in two, again and again, until what is left is a block.

Every line is laid down with all the points that anything may ever end on. A later cut begins and ends at such
points, so neighbours always share every point of their border, and no gap can open between them.
"""

import math
from dataclasses import dataclass, field
from random import Random

import numpy as np
from numpy.typing import NDArray

from webmap.demo.plan import Ward, WardKind
from webmap.demo.skeleton import HALF_WIDTH_M, Array, Point, StreetClass

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Grain:
    """How a kind of ward is cut: size of its cells, crookedness of its streets, widths of its lanes."""

    cell_m2: float
    crook: float
    local_half_m: float
    alley_half_m: float
    order: float


GRAINS = {
    WardKind.CORE: Grain(6200, 0.06, 3.4, 2.0, 0.0),
    WardKind.INNER: Grain(7600, 0.022, 5.0, 3.2, 0.06),
    WardKind.NEW: Grain(9000, 0.01, 6.0, 4.0, 0.14),
    WardKind.INDUSTRIAL: Grain(36000, 0.008, 9.0, 7.0, 0.14),
    WardKind.FRINGE: Grain(26000, 0.035, 5.0, 3.5, 0.04),
    WardKind.GREEN: Grain(1e12, 0.0, 3.0, 3.0, 0.0),
    WardKind.RIVER: Grain(1e12, 0.0, 3.0, 3.0, 0.0),
}


@dataclass
class Lane:
    """A street inside one ward, or the part of a main street beside it (then ``main`` is its number)."""

    street_class: StreetClass
    half_m: float
    points: list[Point] = field(default_factory=list)
    parent: int | None = None
    main: int | None = None
    dead_end: bool = False


@dataclass
class Cell:
    """A face between street middles: ring anticlockwise, the lane of each edge, and the neighbourhood it lies in."""

    ring: list[Point]
    lanes: list[int]
    quarter: int = 0
    neighbourhood: int = 0
    reserved: str = ""

    @property
    def area_m2(self) -> float:
        """Planar area."""
        p = np.array(self.ring)
        q = np.roll(p, -1, axis=0)
        return float(np.sum(p[:, 0] * q[:, 1] - q[:, 0] * p[:, 1]) / 2)


@dataclass
class Fabric:
    """A ward cut up: its lanes, its final cells and the rings of its neighbourhoods."""

    lanes: list[Lane]
    cells: list[Cell]
    neighbourhoods: list[list[Point]]


@dataclass(frozen=True)
class Sizes:
    """From which area on a face is cut by a wider kind of street, in m²."""

    neighbourhood_m2: float
    quarter_m2: float = 90_000.0
    arterial_m2: float = 1_600_000.0


class Cutter:
    """Cuts one ward."""

    def __init__(
        self, ward: Ward, sizes: Sizes, main_classes: list[StreetClass], throw: Random, wanted: list[str]
    ):
        self.grain, self.sizes, self.throw, self.kind = GRAINS[ward.kind], sizes, throw, ward.kind
        self.wanted = wanted
        self.lanes: list[Lane] = []
        self.ends: set[Point] = set()
        self.quarters = 0
        number: dict[int, int] = {}
        for street in ward.streets:
            if street not in number:
                number[street] = len(self.lanes)
                street_class = main_classes[street]
                self.lanes.append(Lane(street_class, HALF_WIDTH_M[street_class], main=street))
        self.whole = Cell(ward.ring, [number[street] for street in ward.streets])
        self.fabric = Fabric(self.lanes, [], [])

    def cut(self) -> Fabric:
        """Cut the whole ward; the widest streets first."""
        waiting = [(self.whole, -1, -1)]
        while waiting:
            cell, neighbourhood, quarter = waiting.pop()
            area = cell.area_m2
            if neighbourhood < 0 and area < self.sizes.neighbourhood_m2:
                neighbourhood = len(self.fabric.neighbourhoods)
                self.fabric.neighbourhoods.append(cell.ring)
            if quarter < 0 and area < self.sizes.quarter_m2:
                quarter, self.quarters = self.quarters, self.quarters + 1
            cell.reserved = self._reserve(area)
            cell.neighbourhood, cell.quarter = max(neighbourhood, 0), max(quarter, 0)
            done = cell.reserved or area < self.grain.cell_m2 * self.throw.uniform(1.15, 1.75)
            halves = None if done else self._halve(cell, area)
            if halves is None and neighbourhood < 0:
                self.fabric.neighbourhoods.append(cell.ring)
                cell.neighbourhood = len(self.fabric.neighbourhoods) - 1
            if halves is None:
                self.fabric.cells.append(cell)
            else:
                waiting.extend((half, neighbourhood, quarter) for half in reversed(halves))
        return self.fabric

    def _reserve(self, area: float) -> str:
        """Whether a part of a quarter is kept for one thing, before it is cut into blocks."""
        if self.kind in (WardKind.GREEN, WardKind.RIVER):
            return self.kind.value
        fits = self.kind in (WardKind.NEW, WardKind.INNER) and 18_000 < area < 46_000
        return self.wanted.pop() if fits and self.wanted and self.throw.random() < 0.3 else ""

    def _class_for(self, area: float) -> tuple[StreetClass, float]:
        if area > self.sizes.arterial_m2:
            return StreetClass.ARTERIAL, HALF_WIDTH_M[StreetClass.ARTERIAL]
        if area > self.sizes.quarter_m2 * 1.4:
            core = self.kind is WardKind.CORE
            return StreetClass.COLLECTOR, 6.0 if core else HALF_WIDTH_M[StreetClass.COLLECTOR]
        if area > self.grain.cell_m2 * 4.2:
            return StreetClass.LOCAL, self.grain.local_half_m
        return StreetClass.ALLEY, self.grain.alley_half_m

    def _halve(self, cell: Cell, area: float) -> tuple[Cell, Cell] | None:
        p = np.array(cell.ring)
        street_class, half_m = self._class_for(area)
        choices = self._choices(p, area, cell.ring)
        for crook, room_m, tried in (
            (self.grain.crook, half_m + 9.0, choices[:12]),
            (0.0, half_m + 3.0, choices),
        ):
            for i, j in tried:
                line = self._bend(p[i], p[j], math.sqrt(area), crook)
                if _is_clear(line, p, i, j, room_m):
                    return self._divide(cell, i, j, line, Lane(street_class, half_m))
        return None

    def _choices(self, p: Array, area: float, ring: list[Point]) -> list[tuple[int, int]]:
        """The best pairs of points to join, best first: short, even, square to the streets they leave."""
        inward, corner = _inward(p)
        open_at = np.flatnonzero(_room(p, corner) > min(26.0, 0.3 * math.sqrt(area)))
        if len(open_at) > 140:
            open_at = open_at[:: len(open_at) // 110]
        if len(open_at) < 2:
            return []
        a, b = np.triu_indices(len(open_at), 1)
        i, j = open_at[a], open_at[b]
        chord = p[j] - p[i]
        length = np.hypot(chord[:, 0], chord[:, 1])
        length[length == 0] = 1.0
        square_i = np.sum(chord * inward[i], axis=1) / length
        square_j = -np.sum(chord * inward[j], axis=1) / length
        share = _areas(p, i, j) / area
        meets = np.array([point in self.ends or _is_preferred(point) for point in ring], dtype=float)
        cost = length / math.sqrt(area) + 2.6 * np.abs(share - 0.5) + 1.3 * (2 - square_i - square_j)
        cost -= (0.1 + self.grain.order) * (meets[i] + meets[j])
        cost += np.array([self.throw.random() for _ in range(16)])[(i * 7 + j * 3) % 16] * 0.16
        possible = np.flatnonzero((square_i > 0.6) & (square_j > 0.6) & (share > 0.22) & (share < 0.78))
        best = possible[np.argsort(cost[possible], kind="stable")[:60]]
        return [(int(i[k]), int(j[k])) for k in best]

    def _bend(self, start: Array, end: Array, size: float, crook: float) -> Array:
        """A street from point to point, a little crooked, with a point every 20–30 m."""
        chord = end - start
        length = float(np.hypot(*chord))
        steps = max(2, round(length / (24.0 if size < 400 else 29.0)))
        t = np.linspace(0, 1, steps + 1)
        bow, sway = self.throw.gauss(0, crook), self.throw.gauss(0, crook * 0.7)
        off = bow * np.sin(math.pi * t) + sway * np.sin(2 * math.pi * t)
        line: Array = start + t[:, None] * chord + off[:, None] * np.array([-chord[1], chord[0]])
        line[1:-1] = np.round(line[1:-1], 3)
        return line

    def _divide(self, cell: Cell, i: int, j: int, line: Array, lane: Lane) -> tuple[Cell, Cell]:
        inner: list[Point] = [(x, y) for x, y in line[1:-1].tolist()]
        ring, lanes = cell.ring, cell.lanes
        lane.points, lane.parent = [ring[i], *inner, ring[j]], lanes[i]
        number = len(self.lanes)
        self.lanes.append(lane)
        self.ends.update((ring[i], ring[j]))
        new = [number] * (len(inner) + 1)
        one = Cell([*ring[i : j + 1], *reversed(inner)], [*lanes[i:j], *new])
        two = Cell([*ring[: i + 1], *inner, *ring[j:]], [*lanes[:i], *new, *lanes[j:]])
        return one, two


def _is_preferred(point: Point) -> bool:
    """Whether streets on both sides of a main street like to meet here: wards agree on it without talking."""
    return (int(point[0] * 1000) * 73856093 ^ int(point[1] * 1000) * 19349663) % 4 == 0


def _inward(p: Array) -> tuple[Array, Bools]:
    """The direction into an anticlockwise ring at each point, and which points are corners."""
    ahead = np.roll(p, -1, axis=0) - p
    behind = np.roll(ahead, 1, axis=0)
    cross = behind[:, 0] * ahead[:, 1] - behind[:, 1] * ahead[:, 0]
    turn = np.arctan2(cross, np.sum(ahead * behind, axis=1))
    along = (
        ahead / np.hypot(ahead[:, 0], ahead[:, 1])[:, None]
        + behind / np.hypot(behind[:, 0], behind[:, 1])[:, None]
    )
    along /= np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)[:, None]
    return np.column_stack((-along[:, 1], along[:, 0])), np.abs(turn) > 0.5


def _room(p: Array, corner: Bools) -> Array:
    """Distance along the ring from each point to the nearest corner, in metres."""
    step = np.roll(p, -1, axis=0) - p
    lengths = np.hypot(step[:, 0], step[:, 1])
    at = np.concatenate(([0.0], np.cumsum(lengths)[:-1]))
    total = float(lengths.sum())
    if not corner.any():
        return np.full(len(p), total)
    gap = np.abs(at[:, None] - at[corner][None, :])
    nearest: Array = np.minimum(gap, total - gap).min(axis=1)
    return nearest


def _areas(p: Array, i: NDArray[np.intp], j: NDArray[np.intp]) -> Array:
    """Area that the chord from i to j cuts off, for many chords at once, by prefix sums."""
    q = np.roll(p, -1, axis=0)
    cross = p[:, 0] * q[:, 1] - q[:, 0] * p[:, 1]
    before = np.concatenate(([0.0], np.cumsum(cross)))
    closing = p[j, 0] * p[i, 1] - p[i, 0] * p[j, 1]
    areas: Array = (before[j] - before[i] + closing) / 2
    return areas


def _is_clear(line: Array, p: Array, i: int, j: int, room_m: float) -> bool:
    """Whether a new street keeps its distance from the ring, except where it leaves it."""
    inner = line[1:-1]
    gap = np.hypot(inner[:, None, 0] - p[None, :, 0], inner[:, None, 1] - p[None, :, 1])
    from_ends = np.minimum(np.hypot(*(inner - p[i]).T), np.hypot(*(inner - p[j]).T))
    return bool(np.all(gap.min(axis=1) >= np.minimum(room_m, 0.75 * from_ends))) and not _crosses(line, p)


def _crosses(line: Array, p: Array) -> bool:
    """Whether a line meets a ring anywhere but at its own two ends."""
    a, b = line[:-1, None, :], line[1:, None, :]
    c, d = p[None, :, :], np.roll(p, -1, axis=0)[None, :, :]

    def side(u: Array, v: Array, w: Array) -> Array:
        found: Array = (v[..., 0] - u[..., 0]) * (w[..., 1] - u[..., 1]) - (v[..., 1] - u[..., 1]) * (
            w[..., 0] - u[..., 0]
        )
        return found

    return bool(np.any((side(a, b, c) * side(a, b, d) < 0) & (side(c, d, a) * side(c, d, b) < 0)))
