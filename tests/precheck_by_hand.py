"""The pre-check worked out apart: plain arithmetic on the tables' own shapes, sharing no code with `permits`.

Tolerances as they are promised: a tenth of a millimetre of length, a square centimetre of area.
"""

import datetime as dt
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

SLIVER, WHOLE = 0.005, 0.99
LENGTH_M, AREA_M2 = 0.0001, 0.0001

Told = dict[tuple[str, str], tuple[str, float | None, float | None]]
"""By rule and zone: the outcome, the figure allowed and the figure proposed."""


@dataclass
class ZoneByHand:
    """A zone as its row has it."""

    code: str
    shape: Any
    start: dt.date | None
    end: dt.date | None
    rules: dict[str, Any]


@dataclass
class Ground:
    """A parcel as its row has it, with the parts of the zones on it."""

    id: int
    number: str
    shape: Any
    parts: list[tuple[ZoneByHand, Any, float]]

    @property
    def is_whole(self) -> bool:
        return len({zone.code for zone, _cut, _share in self.parts}) == 1 and self.share > WHOLE

    @property
    def share(self) -> float:
        return sum(share for _zone, _cut, share in self.parts)


class CityByHand:
    """The tables, read once."""

    def __init__(self, session: Session, day: dt.date) -> None:
        rows = session.execute(
            text(
                "SELECT ST_AsBinary(geom) AS geom, lower(valid) AS start, upper(valid) AS end, zone_class.*"
                " FROM zone JOIN zone_class ON zone_class.id = class_id WHERE upper_inf(recorded)"
            )
        ).mappings()
        every = [
            ZoneByHand(row["code"], shapely.from_wkb(bytes(row["geom"])), row["start"], row["end"], dict(row))
            for row in rows
        ]
        self.zones = [
            zone
            for zone in every
            if (zone.start is None or zone.start <= day) and (zone.end is None or day < zone.end)
        ]
        self.tree = shapely.STRtree([zone.shape for zone in self.zones])
        self.parcels = [
            (row.id, row.number, shapely.from_wkb(bytes(row.geom)))
            for row in session.execute(
                text(
                    "SELECT id, number, ST_AsBinary(geom) AS geom FROM parcel"
                    " WHERE valid_from <= :day AND (valid_to IS NULL OR valid_to > :day) ORDER BY id"
                ),
                {"day": day},
            )
        ]
        self.overlays = [
            (row.slug, shapely.from_wkb(bytes(row.geom)))
            for row in session.execute(
                text(
                    "SELECT slug, ST_AsBinary(geom) AS geom FROM feature JOIN layer ON layer.id = layer_id"
                    " WHERE place_role = 'overlay' AND visibility = 'public'"
                )
            )
        ]

    def ground(self, parcel: tuple[int, str, Any]) -> Ground:
        number, name, shape = parcel
        parts = []
        for place in self.tree.query(shape, predicate="intersects"):
            cut = self.zones[place].shape.intersection(shape)
            share = cut.area / shape.area
            if share >= SLIVER:
                parts.append((self.zones[place], cut, min(1.0, share)))
        by_class: dict[str, list[tuple[ZoneByHand, Any, float]]] = {}
        for part in parts:
            by_class.setdefault(part[0].code, []).append(part)
        merged = [
            (same[0][0], shapely.union_all([each[1] for each in same]), sum(each[2] for each in same))
            for same in by_class.values()
        ]
        return Ground(number, name, shape, merged)

    def findings(self, ground: Ground, proposal: Any) -> dict[str, float]:
        """The overlays' area on what was drawn, else on the parcel."""
        shape = ground.shape if proposal.footprint is None else proposal.footprint
        found: dict[str, float] = {}
        for slug, over in self.overlays:
            if (area := over.intersection(shape).area) >= 0.1:
                found[slug] = found.get(slug, 0.0) + area
        return found


def shoelace(shape: Any) -> float:
    """The area of polygons by their corners."""
    total = 0.0
    for polygon in shapely.get_parts(polygons(shape)):
        for ring, sign in [(polygon.exterior, 1), *((hole, -1) for hole in polygon.interiors)]:
            corners = np.asarray(ring.coords) - np.asarray(ring.coords)[0]
            x, y = corners[:, 0], corners[:, 1]
            total += sign * abs(float(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1]))) / 2
    return total


def sides(shape: Any) -> tuple[Any, Any]:
    """The ends of every side of polygons."""
    rings = [
        np.asarray(ring.coords)
        for polygon in shapely.get_parts(shape)
        for ring in [polygon.exterior, *polygon.interiors]
    ]
    return np.vstack([ring[:-1] for ring in rings]), np.vstack([ring[1:] for ring in rings])


def from_corners_to_sides(points: Any, start: Any, end: Any) -> float:
    """The shortest way from any of the points to any of the sides."""
    way = end - start
    length2 = np.maximum((way**2).sum(axis=1), 1e-30)
    along = np.clip(((points[:, None, :] - start) * way).sum(axis=2) / length2, 0, 1)
    return float(np.sqrt((((start + along[:, :, None] * way) - points[:, None, :]) ** 2).sum(axis=2)).min())


def border_to_border(one: Any, other: Any) -> float:
    """The shortest way between two borders that do not cross: it starts at a corner of one of them."""
    a, b = sides(one), sides(other)
    return min(from_corners_to_sides(a[0], *b), from_corners_to_sides(b[0], *a))


def polygons(shape: Any) -> Any:
    return shapely.MultiPolygon(
        [
            p
            for p in shapely.get_parts(shapely.get_parts(shape))
            if p.geom_type == "Polygon" and not p.is_empty
        ]
    )


def sticks_out_m(footprint: Any, shape: Any) -> float:
    """How far the farthest point of a footprint lies outside a parcel."""
    beyond = shapely.segmentize(footprint.difference(shape), 0.05)
    corners: Any = shapely.points(shapely.get_coordinates(beyond))
    return float(shapely.distance(corners, shape).max()) if len(corners) else 0.0


def expect(ground: Ground, proposal: Any, has_zoning: bool = True) -> Told:
    """Every check that is to be told of a proposal."""
    told: Told = {}
    drawn = proposal.footprint
    built = proposal.footprint_m2 if drawn is None else shoelace(drawn)
    crosses = drawn is not None and sticks_out_m(drawn, ground.shape) > LENGTH_M
    if drawn is None:
        told["inside", ""] = "unknown", None, None
    else:
        area = shoelace(polygons(drawn.difference(ground.shape))) if crosses else 0.0
        told["inside", ""] = ("fail" if crosses else "pass"), 0.0, area
    if built is not None and proposal.floors is not None and proposal.floor_area_m2 is not None:
        most = built * proposal.floors
        told["floors_times_footprint", ""] = most_of(proposal.floor_area_m2, most, AREA_M2)
    if drawn is not None and proposal.footprint_m2 is not None:
        apart = abs(shoelace(drawn) - proposal.footprint_m2)
        agrees = apart <= max(0.01 * shoelace(drawn), 0.5)
        told["drawn_and_typed", ""] = ("pass" if agrees else "fail"), shoelace(drawn), proposal.footprint_m2
    told |= _zones(ground, proposal, has_zoning, built)
    return told


def _zones(ground: Ground, proposal: Any, has_zoning: bool, built: float | None) -> Told:
    told: Told = {}
    drawn = proposal.footprint
    stands = [
        (zone, share, drawn if drawn is None or ground.is_whole else polygons(drawn.intersection(cut)))
        for zone, cut, share in ground.parts
    ]
    if drawn is not None and not ground.is_whole:
        stands = [each for each in stands if shoelace(each[2]) > AREA_M2]
        if ground.parts:
            cuts = shapely.union_all([cut for _zone, cut, _share in ground.parts])
            left = shoelace(polygons(drawn.intersection(ground.shape).difference(cuts)))
            if left > SLIVER * ground.shape.area:
                told["zoning", ""] = "unknown", None, left
    is_here = drawn is None or drawn.intersection(ground.shape).area > AREA_M2
    if not stands and is_here and ("zoning", "") not in told:
        told["zoning", ""] = "unknown", None, None
    for zone, share, on_it in stands:
        area = ground.shape.area * (1 if ground.is_whole else share)
        told |= _by_rules(zone, area, on_it, ground, proposal, built, len(stands) > 1)
    return told


def _by_rules(
    zone: ZoneByHand,
    area: float,
    on_it: Any,
    ground: Ground,
    proposal: Any,
    built: float | None,
    several: bool,
) -> Told:
    rules, code = zone.rules, zone.code
    if not rules["rules_entered"]:
        return {("zoning", code): ("unknown", None, None)}
    guess = several and on_it is None
    told: Told = {("use", code): (_use(rules, proposal.use), None, None)}
    told["floors", code] = limited(rules["floors"], proposal.floors, 0)
    told["height", code] = limited(rules["height_m"], proposal.height_m, LENGTH_M)
    if guess:
        for rule in ("use", "floors", "height"):
            if told[rule, code][0] in ("fail", "consent"):
                told[rule, code] = ("unknown", *told[rule, code][1:])
    for rule, ratio, figure in (
        ("coverage", rules["coverage"], built if on_it is None or ground.is_whole else shoelace(on_it)),
        ("far", rules["far"], _floor_area(on_it, ground, proposal, built)),
    ):
        most = None if ratio is None else ratio * area
        told[rule, code] = (
            ("unknown", most, None) if guess and most is not None else limited(most, figure, AREA_M2)
        )
    told["setback", code] = _setback(rules["setback_m"], on_it, ground)
    return told


def _use(rules: dict[str, Any], use: str | None) -> str:
    lists = ("prohibited_uses", "fail"), ("permitted_uses", "pass"), ("conditional_uses", "consent")
    if not any(rules[name] for name, _outcome in lists):
        return "pass"
    return next((outcome for name, outcome in lists if use in rules[name]), "unknown")


def _floor_area(on_it: Any, ground: Ground, proposal: Any, built: float | None) -> float | None:
    if proposal.floor_area_m2 is None or on_it is None or ground.is_whole:
        return proposal.floor_area_m2  # type: ignore[no-any-return]
    assert built
    return float(proposal.floor_area_m2 * shoelace(on_it) / built)


def _setback(least: float | None, on_it: Any, ground: Ground) -> tuple[str, float | None, float | None]:
    if not least:
        return "pass", least, None
    if on_it is None:
        return "unknown", least, None
    inside = polygons(on_it.intersection(ground.shape))
    crosses = on_it.difference(ground.shape).area > 1e-9
    kept = 0.0 if crosses or not inside.area else border_to_border(inside, ground.shape)
    return ("pass" if kept >= least - LENGTH_M else "fail"), least, kept


def most_of(figure: float, most: float, tolerance: float) -> tuple[str, float | None, float | None]:
    return ("pass" if figure - most <= tolerance else "fail"), most, figure


def limited(
    most: float | None, figure: float | None, tolerance: float
) -> tuple[str, float | None, float | None]:
    if most is None:
        return "pass", None, figure
    if figure is None:
        return "unknown", most, None
    return most_of(figure, most, tolerance)


def is_close(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-5)
