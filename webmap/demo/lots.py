"""How a block is divided into lots that fill it exactly.

A block is seen as a bent rectangle: two long sides, two ends. Rows of lots run along it, a column may close
either end, and a dead end may enter between the rows. Every line keeps all its nodes in one place, so that the
lots on its two sides have the very same points.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random

import numpy as np
import shapely

from webmap.demo.blocks import Block
from webmap.demo.lines import Line, node, point_at, rounded, sides_of, with_node
from webmap.demo.plan import WardKind
from webmap.demo.skeleton import Point


@dataclass(frozen=True)
class LotStyle:
    """Natural measures of a kind of ward's lots, in metres; ``uneven`` is how far they stray (0–1)."""

    width_m: float
    depth_m: float
    uneven: float
    column: float
    dead_end: float


STYLES = {
    WardKind.CORE: LotStyle(8.0, 20.0, 0.42, 0.5, 0.9),
    WardKind.INNER: LotStyle(10.0, 24.0, 0.2, 0.6, 0.75),
    WardKind.NEW: LotStyle(12.0, 27.0, 0.06, 0.7, 0.35),
    WardKind.INDUSTRIAL: LotStyle(44.0, 70.0, 0.3, 0.3, 0.0),
    WardKind.FRINGE: LotStyle(34.0, 50.0, 0.3, 0.3, 0.0),
}


@dataclass
class Lot:
    """One lot: its ring, the lane it faces, and the middle of its front."""

    ring: list[Point]
    lane: int
    front: Point
    facility: str = ""
    use: str = ""
    single: bool = False


@dataclass
class Strip:
    """A run of lots between two lines that face each other, to be cut into ``count``."""

    low: Line
    high: Line
    start: float
    end: float
    front: Line
    length_m: float
    width_m: float
    left: tuple[Line, float, float] | None = None
    right: tuple[Line, float, float] | None = None
    lane: int | None = None
    count: int = 1
    single: bool = False
    is_end: bool = False
    use: str = ""
    cuts: list[tuple[float, float]] = field(default_factory=list)

    @property
    def natural(self) -> float:
        """How many lots it would naturally hold."""
        return 1.0 if self.single else max(1.0, self.length_m / self.width_m)

    def cut(self, throw: Random, uneven: float) -> None:
        """Lay the cuts: evenly, then astray by the ward's habit."""
        self.cuts = [(self.start, self.start)]
        for k in range(1, self.count):
            t = self.start + (self.end - self.start) * (k + throw.uniform(-0.5, 0.5) * uneven) / self.count
            skew = throw.uniform(-0.25, 0.25) * uneven * (self.end - self.start) / self.count
            low, high = self.low.add(t), self.high.add(t + skew)
            if low > self.cuts[-1][0] and high > self.cuts[-1][1] and low < self.end and high < self.end:
                self.cuts.append((low, high))
        self.cuts.append((self.end, self.end))

    def lots(self) -> list[Lot]:
        """The lots, once every strip of the block has laid its cuts."""
        made = []
        for (a, c), (b, d) in pairwise(self.cuts):
            ring = self.low.between(a, b)
            if self.right and b == self.end:
                ring += self.right[0].between(*self.right[1:])
            ring += reversed(self.high.between(c, d))
            if self.left and a == self.start:
                ring += reversed(self.left[0].between(*self.left[1:]))
            t = (a + b) / 2 if self.front is self.low else (c + d) / 2
            lane = self.front.lane(t) if self.lane is None else self.lane
            made.append(Lot(_tidy(ring), lane, self.front.at(t), use=self.use, single=self.single))
        return made


def _tidy(ring: list[Point]) -> list[Point]:
    return [point for k, point in enumerate(ring) if point != ring[k - 1]]


class Patch:
    """A block as a bent rectangle, and the strips of lots in it."""

    def __init__(self, block: Block, style: LotStyle, throw: Random, alley_half_m: float, new_lane: int):
        self.block, self.style, self.throw = block, style, throw
        self._state = throw.getstate()
        self._alley = (alley_half_m, new_lane)
        self.sides = sides_of(block)
        bottom, _, top, _ = self.sides
        self.long_m = (bottom.length_m + top.length_m) / 2
        self.wide_m = block.area_m2 / max(self.long_m, 1.0)
        self.is_whole = False
        self.strips: list[Strip] = []
        self.dead_end: list[Point] = []
        self._lay(alley_half_m, new_lane)

    def whole(self) -> None:
        """Make the block one single lot."""
        bottom, right, top, left = sides_of(self.block)
        front = max(self.sides, key=lambda side: side.length_m)
        strip = Strip(
            bottom, top, 0.0, 1.0, front, self.long_m, self.long_m, (left, 0.0, 1.0), (right, 0.0, 1.0)
        )
        strip.single = True
        self.is_whole, self.strips, self.dead_end = True, [strip], []
        self.sides = (bottom, right, top, left)

    def again(self, whole: bool) -> None:
        """Take the cuts back, to lay them anew with other counts; or give up and stay whole."""
        if whole or self.is_whole:
            use = self.strips[0].use if self.is_whole else ""
            self.whole()
            self.strips[0].use = use
            return
        kept = [(strip.single, strip.use) for strip in self.strips]
        self.throw.setstate(self._state)
        self.sides, self.strips = sides_of(self.block), []
        self._lay(*self._alley)
        for strip, (single, use) in zip(self.strips, kept, strict=True):
            strip.single, strip.use = single, use

    def place(self, f: float, g: float) -> Point:
        """Where the bent rectangle has (f, g): its four sides blended (a Coons patch)."""
        bottom, right, top, left = self.sides
        b, t, west, east = bottom.at(f), top.at(f), left.at(g), right.at(g)
        ll, lr, ul, ur = bottom.at(0), bottom.at(1), top.at(0), top.at(1)

        def blend(k: int) -> float:
            corners = (1 - g) * ((1 - f) * ll[k] + f * lr[k]) + g * ((1 - f) * ul[k] + f * ur[k])
            return (1 - g) * b[k] + g * t[k] + (1 - f) * west[k] + f * east[k] - corners

        return blend(0), blend(1)

    def _lay(self, alley_half_m: float, new_lane: int) -> None:
        style, throw = self.style, self.throw
        rows = 1 if self.wide_m < 1.45 * style.depth_m else 2
        enters = self.wide_m > 2.8 * style.depth_m and self.long_m > 3.2 * style.depth_m
        dead_end = rows == 2 and enters and throw.random() < style.dead_end
        share = min(0.3, style.depth_m / max(self.long_m, 1.0))
        room = self.long_m > 2.6 * style.depth_m and rows == 2
        _, right, _, left = self.sides
        has_left = room and left.length_m > 2.2 * style.width_m and throw.random() < style.column
        has_right = (
            room and right.length_m > 2.2 * style.width_m and (dead_end or throw.random() < style.column)
        )
        fa, fb = (share if has_left else 0.0), (1 - share if has_right else 1.0)
        gap = alley_half_m / max(self.wide_m, 1.0) if dead_end and has_right else 0.0
        levels = [0.0, 1.0] if rows == 1 else [0.0, 0.5, 1.0]
        if gap:
            levels = [0.0, 0.25 - gap / 2, 0.5 - gap, 0.5 + gap, 0.75 + gap / 2, 1.0]
            self.dead_end = [self.place(f, 0.5) for f in np.linspace(0, fb - 1.5 / self.long_m, 6)]
        start, end = self._edge(fa, left, levels), self._edge(fb, right, levels)
        if has_left:
            self._columns(
                left, start, 0.0, fa, [(0.0, 0.5 - gap), (0.5 + gap, 1.0)] if gap else [(0.0, 1.0)], left
            )
        if has_right:
            self._columns(end, right, fb, 1.0, [(0.0, 1.0)], right)
        self._rows(levels, fa, fb, start, end, new_lane if gap else None)

    def _edge(self, f: float, side: Line, levels: Sequence[float]) -> Line:
        """The line across the block at f: an end of the block, or where its rows meet a column."""
        if f in (0.0, 1.0):
            line = side
        else:
            bottom, _, top, _ = self.sides
            at = [node(bottom, f), node(top, f)]
            steps = [(0.0, at[0]), *((g, rounded(self.place(f, g))) for g in levels[1:-1]), (1.0, at[1])]
            line = Line([point for _, point in steps])
            line.nodes = list(steps)
            line._course = list(steps)
        return line

    def _columns(
        self, low: Line, high: Line, f0: float, f1: float, runs: list[tuple[float, float]], front: Line
    ) -> None:
        """Lots at an end of the block, facing the street there: cut across g instead of f."""
        bottom, _, top, _ = self.sides
        for g0, g1 in runs:
            for g in (g0, g1):
                low.nodes, high.nodes = with_node(low, g), with_node(high, g)
            strip = Strip(low, high, g0, g1, front, front.length_m * (g1 - g0), self.style.width_m * 1.1)
            strip.is_end = True
            # The ring runs up ``low``, along the top side, down ``high``: clockwise, which is mended at the end.
            strip.right = (top, f0, f1) if g1 == 1.0 else None
            strip.left = (bottom, f0, f1) if g0 == 0.0 else None
            self.strips.append(strip)

    def _rows(
        self, levels: list[float], fa: float, fb: float, start: Line, end: Line, alley: int | None
    ) -> None:
        bottom, _, top, _ = self.sides
        # The two sides of a dead end run true; only the borders behind the lots may stray.
        astray = [alley is None or k in (1, 4) for k in range(len(levels))]
        lines = [
            bottom,
            *(self._level(g, fa, fb, start, end, astray[k]) for k, g in enumerate(levels[1:-1], 1)),
            top,
        ]
        for k in range(len(levels) - 1):
            if alley is not None and k == 2:
                continue
            low, high = lines[k], lines[k + 1]
            front = low if k == 0 or (alley is not None and k == 3) else high
            strip = Strip(low, high, fa, fb, front, self.long_m * (fb - fa), self.style.width_m)
            strip.left, strip.right = (start, levels[k], levels[k + 1]), (end, levels[k], levels[k + 1])
            strip.lane = alley if alley is not None and k in (1, 3) else None
            self.strips.append(strip)

    def _level(self, g: float, fa: float, fb: float, start: Line, end: Line, astray: bool) -> Line:
        """A line along the block at g, from the left edge of the rows to the right."""
        start.nodes, end.nodes = with_node(start, g), with_node(end, g)
        return Level(self, g, (fa, fb), (point_at(start, g), point_at(end, g)), astray)


class Level(Line):
    """A line inside a block: straight between its nodes, which are where lots need them."""

    def __init__(
        self, patch: Patch, g: float, span: tuple[float, float], ends: tuple[Point, Point], astray: bool
    ):
        super().__init__(ends)
        self.patch, self.g = patch, g
        self.nodes = [(span[0], ends[0]), (span[1], ends[1])]
        self.length_m = patch.long_m
        self.stray = patch.style.uneven * 0.1 if astray else 0.0

    def at(self, t: float) -> Point:
        """The place at t if the line did not stray."""
        return self.patch.place(t, self.g)

    def add(self, t: float, place: Point | None = None) -> float:
        """As for any line, but a new node may stray to either side."""
        off = self.patch.throw.uniform(-1, 1) * self.stray
        return super().add(t, place or self.patch.place(t, self.g + off))


def apportion(strips: Sequence[Strip], wanted: int, stretch: float = 5.0) -> None:
    """Give every strip its count, so that they come to ``wanted`` lots.

    They stay short of it, or go over, where lots would get more than ``stretch`` times too narrow or too wide.
    """
    natural = np.array([strip.natural for strip in strips])
    fixed = np.array([strip.single for strip in strips])
    low, high = 1 / stretch, stretch
    for _ in range(40):
        factor = (low + high) / 2
        total = np.where(fixed, 1, np.maximum(1, np.floor(natural * factor))).sum()
        low, high = (factor, high) if total <= wanted else (low, factor)
    counts = np.where(fixed, 1, np.maximum(1, np.floor(natural * low))).astype(int)
    rest = np.where(fixed | (natural * low < 1), -1.0, natural * low - np.floor(natural * low))
    missing = wanted - int(counts.sum()) if low < 0.999 * stretch else 0
    for k in np.argsort(-rest, kind="stable")[: max(0, missing)]:
        counts[k] += not fixed[k]
    for strip, count in zip(strips, counts.tolist(), strict=True):
        strip.count = count


def build(patches: Sequence[Patch]) -> list[list[Lot]]:
    """Cut all patches; the lots of each."""
    made = []
    for patch in patches:
        for strip in patch.strips:
            strip.cut(patch.throw, patch.style.uneven)
        made.append([lot for strip in patch.strips for lot in strip.lots()])
    return made


def faults(patch: Patch, lots: Sequence[Lot]) -> bool:
    """Whether lots are broken, or do not fill their block but for its dead end."""
    if any(len(lot.ring) < 3 for lot in lots):
        return True
    polygons = shapely.polygons([shapely.linearrings(lot.ring) for lot in lots])
    if not shapely.is_valid(polygons).all():
        return True
    areas = shapely.area(polygons)
    filled = float(areas.sum()) / patch.block.area_m2
    if not (filled < 1.0005 and filled > (0.8 if patch.dead_end else 0.9995)) or areas.min() < 12:
        return True
    return not bool(shapely.coverage_is_valid(polygons))
