"""The permits on a place and around it: the one place where the page and the JSON get them from."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from layers.queries import Spot
from permits.register.queries import has_any, list_near
from permits.states import STATE_NAMES, State
from permits.types.services import list_types

RINGS_M = (100.0, 300.0, 500.0)
"""How far around a place permits are told of, ring by ring."""


@dataclass(frozen=True)
class PermitHere:
    """A permit as a place tells of it; ``distance_m`` is from the parcel's border, 0 on the parcel itself."""

    reference: str
    kind: str
    state: State
    since: dt.date
    distance_m: float
    lon: float | None = None
    lat: float | None = None
    group: str = ""

    @property
    def state_name(self) -> str:
        """The state in the language spoken."""
        return str(STATE_NAMES[self.state])


MOST = 200
"""Nobody reads more of them at a place; the register has them all."""


def find_permits(session: Session, here: Any) -> list[PermitHere] | None:
    """The permits within the widest ring of a parcel's outline (EWKB) or a spot, the nearest first.

    None: this city's register holds nothing at all, which is another thing than none here.
    """
    found = list_near(session, here, RINGS_M[-1], MOST)
    if not found:
        return [] if has_any(session) else None
    names = {each.code: each.name for each in list_types(session, is_all=True)}
    return [
        PermitHere(
            reference=each.reference,
            kind=each.imported_type or names.get(each.type_code, each.type_code),
            state=each.state,
            since=each.decided_on or each.published_on,
            distance_m=each.distance_m or 0.0,
            lon=each.lon,
            lat=each.lat,
            group=each.group.value,
        )
        for each in found
    ]


def ground_of(shape: Any, spot: Spot) -> Any:
    """What distances to permits are measured from: a parcel's outline, else the spot as EWKT."""
    return shape if shape is not None else f"SRID={spot.srid};POINT({spot.x} {spot.y})"


def rings_of(permits: Sequence[PermitHere]) -> list[tuple[float, list[PermitHere]]]:
    """The permits by the ring in which they lie (0: on the parcel), the nearest first; empty rings are told, too."""
    by_distance = sorted(permits, key=lambda permit: (permit.distance_m, permit.reference))
    edges = (0.0, *RINGS_M)
    return [
        (outer, [each for each in by_distance if inner < each.distance_m <= outer])
        for inner, outer in zip((-1.0, *edges), edges, strict=False)
    ]


def is_whole(outer_m: float, permits: Sequence[PermitHere]) -> bool:
    """Whether all permits of a ring are among these: of more than are told, the farthest were left away."""
    return len(permits) < MOST or outer_m < max(permit.distance_m for permit in permits)
