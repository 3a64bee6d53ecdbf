"""Streets as the city knows them: their names, their lines, and where along them a house stands."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString

from webmap.demo.cells import Fabric, Lane
from webmap.demo.names import Name, NameBook
from webmap.demo.plan import Plan, WardKind
from webmap.demo.skeleton import HALF_WIDTH_M, MainStreet, StreetClass

HOUSE_STEP_M = 6.0
"""On a main street, numbers go by the distance from its beginning: wards then never give one number twice."""


@dataclass
class NamedStreet:
    """One street of the dictionary. ``address`` is how an address begins that is on it."""

    id: int
    names: Name
    address: str
    street_class: StreetClass
    half_m: float
    line: LineString
    geometry: shapely.MultiLineString


@dataclass
class StreetBook:
    """Names and numbers streets as they come."""

    names: NameBook
    main: list[NamedStreet] = field(default_factory=list)
    last_id: int = 0

    def open_main(self, plan: Plan) -> None:
        """Name the streets of the skeleton."""
        grown_up = plan.radius_m > 4000
        sides = 0
        for number, street in enumerate(plan.streets):
            sides += street.role == "riverside"
            names = self._main_name(street, number, sides, grown_up)
            merged = shapely.line_merge(shapely.multilinestrings([LineString(edge) for edge in street.edges]))
            parts = [part for part in shapely.get_parts(merged) if not part.is_empty]
            half_m = HALF_WIDTH_M[street.street_class]
            self.last_id += 1
            self.main.append(
                NamedStreet(
                    self.last_id, names, names[0], street.street_class, half_m,
                    LineString(street.line), shapely.MultiLineString(parts),
                )
            )  # fmt: skip

    def _main_name(self, street: MainStreet, number: int, sides: int, grown_up: bool) -> Name:
        if street.role == "edge":
            return "جادهٔ کمربند سبز", "Green Belt Road"
        if street.role == "riverside":
            side = (("شمالی", "North"), ("جنوبی", "South"))[(sides - 1) % 2]
            more = f" {sides}" if sides > 2 else ""
            return f"بلوار ساحلی {side[0]}{more}", f"{side[1]} Riverside Boulevard{more}"
        if street.role == "ring":
            return self.names.take("expressway" if grown_up and number else "boulevard")
        return self.names.take("street" if street.role == "axis" or not grown_up else "boulevard")

    def open_lanes(self, fabric: Fabric, kind: WardKind, faced: set[int]) -> list[NamedStreet | None]:
        """Name the lanes of a ward; lanes of main streets are those streets. A dead end without houses is none."""
        named: list[NamedStreet | None] = []
        for number, lane in enumerate(fabric.lanes):
            if lane.main is not None:
                named.append(self.main[lane.main])
            elif lane.dead_end and number not in faced:
                named.append(None)
            else:
                named.append(self._open(lane, kind, named))
        return named

    def _open(self, lane: Lane, kind: WardKind, before: Sequence[NamedStreet | None]) -> NamedStreet:
        self.last_id += 1
        names = self.names.take(_form(lane, kind, self.last_id))
        parent = before[lane.parent] if lane.parent is not None else None
        address = names[0]
        if parent and lane.street_class in (StreetClass.ALLEY, StreetClass.LOCAL):
            address = f"{parent.address}، {names[0]}"
        line = LineString(lane.points)
        return NamedStreet(
            self.last_id,
            names,
            address,
            lane.street_class,
            lane.half_m,
            line,
            shapely.MultiLineString([line]),
        )


def _form(lane: Lane, kind: WardKind, number: int) -> str:
    if lane.dead_end:
        return "dead_end"
    if lane.street_class is StreetClass.ARTERIAL:
        return "boulevard"
    if lane.street_class is StreetClass.COLLECTOR:
        return "boulevard" if kind is WardKind.NEW and number % 5 == 0 else "street"
    if lane.street_class is StreetClass.LOCAL:
        return "passage" if kind is WardKind.CORE else "local"
    return "passage" if kind is WardKind.CORE and number % 4 == 0 else "alley"


def house_numbers(street: NamedStreet, is_main: bool, fronts: NDArray[np.float64]) -> list[int]:
    """Numbers along a street for houses whose fronts are given (n, 2): odd on the left, even on the right."""
    at = np.atleast_1d(shapely.line_locate_point(street.line, shapely.points(fronts)))
    right = _right_of(street.line, at, fronts)
    numbers = [0] * len(fronts)
    for side in (False, True):
        last = -1
        for rank, k in enumerate(sorted(np.flatnonzero(right == side).tolist(), key=lambda k: (at[k], k))):
            step = max(last + 1, int(at[k] / HOUSE_STEP_M)) if is_main else rank
            last = step
            numbers[k] = 2 * step + (2 if side else 1)
    return numbers


def _right_of(line: LineString, at: NDArray[np.float64], places: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which places lie on the right of a line, given how far along it each is nearest."""
    here = shapely.get_coordinates(shapely.line_interpolate_point(line, np.minimum(at, line.length - 1)))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(line, np.minimum(at + 1, line.length)))
    along, off = ahead - here, places - here
    found: NDArray[np.bool_] = along[:, 0] * off[:, 1] - along[:, 1] * off[:, 0] < 0
    return found
