"""A city's shapes held apart from the database, and what they say of a point: worked out by shapely and geodesics."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyproj
import pytest
import shapely

EARTH = pyproj.Geod(ellps="WGS84")
NEAR_M, PASSING_M = 5000.0, 50.0
SLIVER, WHOLE = 0.005, 0.99
# A street space of ten thousand corners is no plot: there the spot is told of.
MOST_CORNERS = 3000
# Nearer than this to a border, which side a point is on is rounding.
BORDER_M = 0.02


@dataclass
class Shapes:
    """Geometries with what is said of each, found by an index of shapely's own."""

    shapes: Any
    said: list[Any]
    tree: shapely.STRtree = field(init=False)

    def __post_init__(self) -> None:
        self.shapes = np.asarray(self.shapes, dtype=object)
        self.tree = shapely.STRtree(self.shapes)

    def at(self, shape: Any) -> list[tuple[Any, Any]]:
        """Those that touch a shape, with what is said of them."""
        return [
            (self.shapes[k], self.said[k])
            for k in sorted(self.tree.query(shape, predicate="intersects").tolist())
        ]

    def distance_m(self, shape: Any) -> float | None:
        """How far the nearest is."""
        if not len(self.shapes):
            return None
        return float(self.shapes[self.tree.nearest(shape)].distance(shape))

    def border_m(self, point: Any) -> float:
        """How far the nearest border is."""
        near = self.tree.query(point.buffer(1.0))
        return min((float(self.shapes[k].boundary.distance(point)) for k in near), default=1.0)


@dataclass(frozen=True)
class ZoneSaid:
    """What a zone's row says: its class and rules, between two days."""

    code: str
    since: dt.date | None
    until: dt.date | None
    far: float | None = None
    coverage: float | None = None
    floors: int | None = None
    setback_m: float | None = None

    def is_on(self, day: dt.date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)


@dataclass(frozen=True)
class ParcelSaid:
    """What a parcel's row says."""

    number: str
    since: dt.date | None = None
    until: dt.date | None = None

    def is_on(self, day: dt.date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)


@dataclass
class CityByHand:
    """All that is compared. ``coverage`` may lack layers: then it is not compared."""

    to_degrees: pyproj.Transformer
    parcels: Shapes
    zones: Shapes
    layers: dict[str, tuple[str, Shapes]]
    coverage: dict[str, Any] = field(default_factory=dict)

    def check(self, answer: dict[str, Any], point: Any, day: dt.date) -> None:
        """Hold the JSON of a place against the shapes."""
        here = [(shape, said) for shape, said in self.parcels.at(point) if said.is_on(day)]
        here.sort(key=lambda each: each[1].number)
        told = [answer["parcel"]["number"]] if answer["parcel"] else []
        assert told + answer["also"]["parcels"] == [said.number for _shape, said in here]
        self._check_zone(answer, point, day)
        is_plot = bool(here) and shapely.get_num_coordinates(here[0][0]) <= MOST_CORNERS
        ground = here[0][0] if is_plot else point
        if is_plot:
            self._check_parts(answer, ground, day)
        self._check_overlays(answer, ground)
        self._check_networks(answer, ground)
        self._check_nearest(answer, point)

    def _check_zone(self, answer: dict[str, Any], point: Any, day: dt.date) -> None:
        codes = [said.code for _shape, said in self.zones.at(point) if said.is_on(day)]
        told = [answer["zone"]["code"]] if answer["zone"] else []
        assert sorted(told + answer["also"]["zones"]) == sorted(codes)
        if not answer["buildable"]:
            for period in answer["history"]:
                since = dt.date.fromisoformat(period["from"]) if period["from"] else dt.date.min
                then = [said.code for _shape, said in self.zones.at(point) if said.is_on(since)]
                assert sorted(zone["code"] for zone in period["zones"]) == sorted(then)

    def _check_parts(self, answer: dict[str, Any], ground: Any, day: dt.date) -> None:
        expected = []
        for shape, said in self.zones.at(ground):
            cut = ground.intersection(shape)
            if said.is_on(day) and cut.area >= SLIVER * ground.area:
                expected.append((cut.area / ground.area, said, cut))
        expected.sort(key=lambda each: (-each[0], each[1].code))
        if len(expected) == 1 and expected[0][0] > WHOLE:
            expected = [(expected[0][0], expected[0][1], ground)]
        if not expected:
            assert answer["buildable"] is None
            return
        parts = sorted(answer["buildable"]["parts"], key=lambda part: (-part["share"], part["code"]))
        assert [part["code"] for part in parts] == [said.code for _share, said, _cut in expected]
        for part, (share, said, cut) in zip(parts, expected, strict=True):
            assert part["share"] == pytest.approx(share, abs=1e-3)
            assert part["area_m2"] == pytest.approx(cut.area, rel=6e-3, abs=0.1)
            _check_buildable(part["buildable"], said, ground, cut)

    def _check_overlays(self, answer: dict[str, Any], ground: Any) -> None:
        expected = []
        for slug, (role, features) in self.layers.items():
            if role == "overlay":
                over = [shape.intersection(ground).area for shape, _said in features.at(ground)]
                expected += [(slug, area_m2) for area_m2 in over if not ground.area or area_m2 >= 0.1]
        told = sorted((over["layer"], over["area_m2"] or 0.0, over["share"]) for over in answer["overlays"])
        assert [layer for layer, _area, _share in told] == sorted(slug for slug, _area in expected)
        for (_layer, area_m2, share), (_slug, wanted_m2) in zip(told, sorted(expected), strict=True):
            assert area_m2 == pytest.approx(wanted_m2, abs=0.05, rel=1e-4)
            if ground.area:
                assert share == pytest.approx(wanted_m2 / ground.area, abs=2e-4)

    def _check_networks(self, answer: dict[str, Any], ground: Any) -> None:
        told = {passing["layer"]: passing for passing in answer["networks"]}
        for slug, (role, features) in self.layers.items():
            if role != "network":
                continue
            least_m = features.distance_m(ground)
            if least_m is None or least_m > PASSING_M:
                assert slug not in told
                continue
            passing = told.pop(slug)
            assert passing["distance_m"] == pytest.approx(least_m, abs=0.06)
            if least_m > 1:
                self._check_way(passing, ground, features)
        assert told == {}

    def _check_nearest(self, answer: dict[str, Any], point: Any) -> None:
        told = {near["layer"]: near for near in answer["nearby"]}
        for slug, (_role, features) in self.layers.items():
            least_m = features.distance_m(point)
            if least_m is None or least_m > NEAR_M:
                assert slug not in told
                continue
            assert told[slug]["distance_m"] == pytest.approx(least_m, abs=0.06), slug
            if least_m > 1:
                self._check_way(told[slug], point, features)
        for slug, covered in self.coverage.items():
            said = "no_data" if covered is None or not covered.covers(point) else "covered"
            assert answer["coverage"][slug] == said, slug

    def _check_way(self, near: dict[str, Any], ground: Any, features: Shapes) -> None:
        """Whether the point named is as far as was said, and the direction that of the way to it."""
        end = shapely.Point(self.to_degrees.transform(near["lon"], near["lat"], direction="INVERSE"))
        least_m = features.distance_m(ground)
        assert least_m is not None
        assert end.distance(ground) == pytest.approx(least_m, abs=0.05)
        # The end is told to a centimetre; where two ways are as short as each other, that may turn it to the other.
        nearest = features.shapes[features.tree.nearest(ground)]
        ways = [shapely.shortest_line(ground, end), shapely.shortest_line(ground, nearest)]
        slack = 0.2 + np.degrees(0.03 / least_m)
        assert min(abs((self._bearing(way) - near["bearing"] + 180) % 360 - 180) for way in ways) < slack

    def _bearing(self, way: Any) -> float:
        (x, y), (x_end, y_end) = shapely.get_coordinates(way)[[0, -1]]
        ends = (*self.to_degrees.transform(x, y), *self.to_degrees.transform(x_end, y_end))
        return float(EARTH.inv(*ends)[0])


def _check_buildable(told: dict[str, Any] | None, said: ZoneSaid, ground: Any, cut: Any) -> None:
    if said.far is None and (said.coverage is None or said.floors is None):
        assert told is None
        return
    assert told is not None
    area_m2 = cut.area
    footprint = area_m2 * (said.coverage or 1.0)
    if said.setback_m:
        # Another way to the same: what is no nearer to the border than the setback.
        kept = ground.difference(ground.boundary.buffer(said.setback_m, quad_segs=32)).intersection(cut)
        assert told["inset_m2"] == pytest.approx(kept.area, rel=6e-3, abs=0.5)
        footprint = min(footprint, kept.area)
    limits = [said.far * area_m2] if said.far else []
    limits += [footprint * said.floors] if said.floors else []
    assert told["floor_area_m2"] == pytest.approx(min(limits), rel=8e-3, abs=2.0)


def random_points(count: int, within: Any, chance: Any) -> list[Any]:
    """Points anywhere in an area."""
    west, south, east, north = within.bounds
    shapely.prepare(within)
    found: list[Any] = []
    while len(found) < count:
        point = shapely.Point(chance.uniform(west, east), chance.uniform(south, north))
        if within.contains(point):
            found.append(point)
    return found


def corners_of(shapes: Sequence[Any], count: int, chance: Any) -> list[Any]:
    """A corner and the middle of an edge of some shapes, where neighbours meet."""
    found = []
    for shape in chance.sample(list(shapes), count // 2):
        ring = shapely.get_coordinates(shape.geoms[0].exterior if hasattr(shape, "geoms") else shape.exterior)
        k = chance.randrange(len(ring) - 1)
        found += [shapely.Point(ring[k]), shapely.Point((ring[k] + ring[k + 1]) / 2)]
    return found
