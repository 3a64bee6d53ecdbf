"""Plans to amend, made by hand or by dice: a grid of uneven quarters, those on its rim bordering it only."""

import random
from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely.geometry import Polygon

from layers.zoning.amendments import topology as t
from layers.zoning.amendments.drafts import Draft, DraftZone, Refused, make_draft
from layers.zoning.amendments.history import History, replay
from layers.zoning.amendments.mending import CloseGap
from layers.zoning.amendments.operations import (
    AddCorner,
    Cut,
    Merge,
    Move,
    MoveBorder,
    Operation,
    Reshape,
    SetClass,
    SetText,
    Split,
)

X0, Y0 = 540_000.0, 3_900_000.0
CLASSES = ("R122", "S213", "M111")


def zone(key: str, *corners: tuple[float, float], code: str = "R122", is_editable: bool = True) -> DraftZone:
    """A zone by its corners, in metres from (X0, Y0)."""
    ring = [(X0 + x, Y0 + y) for x, y in corners]
    return DraftZone(key, code, shapely.MultiPolygon([Polygon(ring)]), is_editable=is_editable)


def box(key: str, x: float, y: float, size: float = 100.0, is_editable: bool = True) -> DraftZone:
    """A square zone with its south-west corner at (x, y)."""
    return zone(key, (x, y), (x + size, y), (x + size, y + size), (x, y + size), is_editable=is_editable)


def grid(side: int, seed: int = 0) -> Draft:
    """A plan of side × side uneven quarters of some 100 m; those on the rim are not editable."""
    dice = random.Random(seed)
    corners = {
        (x, y): (x * 100 + dice.uniform(-20, 20), y * 100 + dice.uniform(-20, 20))
        for x in range(side + 1)
        for y in range(side + 1)
    }
    zones = []
    for x in range(side):
        for y in range(side):
            around = [corners[x, y], corners[x + 1, y], corners[x + 1, y + 1], corners[x, y + 1]]
            is_rim = x in (0, side - 1) or y in (0, side - 1)
            zones.append(zone(f"z{x}{y}", *around, code=dice.choice(CLASSES), is_editable=not is_rim))
    return make_draft(zones)


@dataclass
class Dicer:
    """Thinks of operations on a draft, most of them possible."""

    dice: random.Random
    made: int = 0
    tried: dict[str, int] = field(default_factory=dict)

    def new_key(self) -> str:
        """A key that nobody has had."""
        self.made += 1
        return f"n{self.made}"

    def pick(self, draft: Draft) -> DraftZone:
        """One of the zones that may be changed."""
        return self.dice.choice([each for each in draft.zones.values() if each.is_editable])

    def neighbour(self, draft: Draft, zone: DraftZone) -> DraftZone:
        """An editable zone that borders this one; any where none does."""
        near = [
            each
            for each in draft.zones.values()
            if each.is_editable and each.key != zone.key and each.shape.intersection(zone.shape).length > 1
        ]
        return self.dice.choice(near) if near else self.pick(draft)

    def spot_in(self, zone: DraftZone) -> tuple[float, float]:
        """A spot in or near a zone."""
        west, south, east, north = zone.shape.bounds
        return self.dice.uniform(west, east), self.dice.uniform(south, north)

    def think(self, draft: Draft) -> Operation:
        """An operation on a draft."""
        zone = self.pick(draft)
        kind = self.dice.choice(
            ("split", "split", "merge", "move", "move", "corner", "cut", "reshape", "class", "text", "gap")
        )
        if kind == "split":
            west, south, east, north = zone.shape.bounds
            a, b = self.spot_in(zone), self.spot_in(zone)
            far = max(east - west, north - south) * 3
            way = np.array(b) - np.array(a)
            way = way / (np.hypot(*way) or 1)
            line = [tuple(np.array(a) - way * far), a, tuple(np.array(b) + way * far)]
            return Split(key=zone.key, line=tuple(line), new_key=self.new_key())
        if kind == "merge":
            return Merge(keys=(zone.key, self.neighbour(draft, zone).key))
        if kind == "move":
            return self._move(draft)
        if kind == "corner":
            border = zone.shape.boundary
            on_it = border.interpolate(self.dice.uniform(0, border.length))
            return AddCorner(spot=(on_it.x, on_it.y))
        if kind in ("cut", "reshape"):
            return self._ring(kind, draft, zone)
        if kind == "class":
            return SetClass(key=zone.key, class_code=self.dice.choice(CLASSES))
        if kind == "text":
            return SetText(key=zone.key, rule_text_fa="متن", rule_text_en=str(self.dice.random()))
        return CloseGap(spot=self.spot_in(zone), to=zone.key)

    def _move(self, draft: Draft) -> Operation:
        """Move what corners two zones alone share; where no two do, put one into a border."""
        owners: dict[tuple[float, float], list[str]] = {}
        for each in draft.zones.values():
            for corner in t.corners_of(each.shape):
                owners.setdefault(corner, []).append(each.key)
        pairs: dict[tuple[str, ...], list[tuple[float, float]]] = {}
        for corner, keys in owners.items():
            if len(keys) == 2 and all(draft.zones[key].is_editable for key in keys):
                pairs.setdefault(tuple(keys), []).append(corner)
        if not pairs or self.dice.random() < 0.3:
            one = self.pick(draft)
            border = one.shape.intersection(self.neighbour(draft, one).shape)
            on_it = border.interpolate(self.dice.uniform(0, border.length)) if border.length > 1 else None
            return AddCorner(spot=(on_it.x, on_it.y) if on_it else self.spot_in(one))
        (one_key, other_key), shared = self.dice.choice(sorted(pairs.items()))
        chosen = self.dice.sample(sorted(shared), self.dice.randint(1, min(3, len(shared))))
        return MoveBorder(
            keys=(one_key, other_key),
            moves=tuple(
                Move(corner=each, to=(each[0] + self.dice.gauss(0, 8), each[1] + self.dice.gauss(0, 8)))
                for each in chosen
            ),
        )

    def _ring(self, kind: str, draft: Draft, zone: DraftZone) -> Operation:
        if kind == "cut":
            x, y = self.spot_in(zone)
            around = shapely.Point(x, y).buffer(self.dice.uniform(1, 25), quad_segs=self.dice.randint(1, 3))
            return Cut(
                key=zone.key,
                ring=tuple((x, y) for x, y in around.exterior.coords[:-1]),
                new_key=self.new_key(),
                class_code="S213",
            )
        part = self.dice.choice(list(zone.shape.geoms))
        ring = list(part.exterior.coords[:-1])
        for place in self.dice.sample(range(len(ring)), self.dice.randint(1, 2)):
            x, y = ring[place][:2]
            ring[place] = (x + self.dice.gauss(0, 12), y + self.dice.gauss(0, 12))
        heir = self.neighbour(draft, zone).key if self.dice.random() < 0.9 else ""
        return Reshape(key=zone.key, ring=tuple((x, y) for x, y in ring), heir=heir)


def run_sequence(base: Draft, seed: int, length: int) -> tuple[Draft, History, dict[str, list[int]]]:
    """Do, undo and redo at random; returns the draft, its history, and how often each kind was done and refused."""
    dicer = Dicer(random.Random(seed))
    history, draft = History(), base
    counts: dict[str, list[int]] = {}
    for _ in range(length):
        chance = dicer.dice.random()
        if chance < 0.15:
            history = history.undo() if chance < 0.1 else history.redo()
            draft = replay(base, history.done)
            continue
        operation = dicer.think(draft)
        count = counts.setdefault(type(operation).__name__, [0, 0])
        try:
            draft = operation.apply(draft)
        except Refused:
            count[1] += 1
        else:
            count[0] += 1
            history = history.add(operation)
    return draft, history, counts


def hold_to_coverage(base: Draft, draft: Draft) -> None:
    """Fail unless the draft is as whole as its base: coverage, union, area, and neighbours that were only noded."""
    shapes = [each.shape for each in draft.zones.values()]
    assert shapely.coverage_is_valid(shapes), "no coverage"
    assert all(each.is_valid and not each.is_empty for each in shapes)
    before = shapely.union_all([each.shape for each in base.zones.values()])
    after = shapely.union_all(shapes)
    assert shapely.symmetric_difference(before, after).area <= t.AREA_TOLERANCE_M2
    assert abs(sum(each.area for each in shapes) - before.area) <= t.AREA_TOLERANCE_M2
    for key, each in base.zones.items():
        if not each.is_editable:
            left = draft.zones[key]
            assert left.content[:3] == each.content[:3]
            assert t.corners_of(left.shape) >= t.corners_of(each.shape)
            assert left.shape.symmetric_difference(each.shape).area <= t.AREA_TOLERANCE_M2


__all__ = ["CLASSES", "X0", "Y0", "box", "grid", "hold_to_coverage", "run_sequence", "zone"]
