"""The permits on a place and around it: the one place where the page and the JSON get them from."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

RINGS_M = (100.0, 300.0, 500.0)
"""How far around a place permits are told of, ring by ring."""


@dataclass(frozen=True)
class PermitHere:
    """A permit as a place tells of it; ``distance_m`` is from the parcel's border, 0 on the parcel itself."""

    reference: str
    kind: str
    state: str
    since: dt.date
    distance_m: float


def find_permits() -> list[PermitHere] | None:
    """The permits within the widest ring. None: this city holds no permit data, which is another thing than none."""
    return None


def rings_of(permits: Sequence[PermitHere]) -> list[tuple[float, list[PermitHere]]]:
    """The permits by the ring in which they lie (0: on the parcel), the nearest first; empty rings are told, too."""
    by_distance = sorted(permits, key=lambda permit: (permit.distance_m, permit.reference))
    edges = (0.0, *RINGS_M)
    return [
        (outer, [each for each in by_distance if inner < each.distance_m <= outer])
        for inner, outer in zip((-1.0, *edges), edges, strict=False)
    ]
