"""What lies over a piece of ground and what passes by it: overlays with their share, networks with their distance."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from layers.queries import Nearest, Spot, hex_of

PASSING_M = 50.0
"""How far from a parcel's border a network still passes by it."""
LEAST_OVERLAP_M2 = 0.1
"""Less than that of an overlay on a parcel is rounding where both end at the same line."""
# As of zones and parcels: a spot this close to a border lies on it.
_BORDER_M = 0.01


@dataclass(frozen=True)
class Over:
    """A feature of an overlay layer on a piece of ground; ``area_m2`` is None where the ground or it has no area."""

    slug: str
    name_fa: str
    name_en: str
    kind: str
    area_m2: float | None


@dataclass(frozen=True)
class Passing:
    """The nearest feature of a network layer; the way to it is measured from the border of the ground."""

    slug: str
    nearest: Nearest


@dataclass(frozen=True)
class Overlap:
    """What a public overlay's feature covers of a piece of ground: its area in m², and its shape (WKB, city grid)."""

    slug: str
    layer_fa: str
    layer_en: str
    name_fa: str
    name_en: str
    kind: str
    area_m2: float
    shape: bytes


@dataclass(frozen=True)
class Around:
    """All overlays on a piece of ground (by layer, the largest first), and the networks that pass by it."""

    overlays: list[Over]
    networks: list[Passing]


@cache
def _around_sql() -> TextClause:
    return text(Path(__file__).with_name("around.sql").read_text(encoding="utf-8"))


def find_around(session: Session, ground: Any, *, staff: bool = False) -> Around:
    """What lies over and passes by a parcel (its EWKB shape) or a spot (:class:`layers.queries.Spot`)."""
    values = {
        "shape": _ewkt(ground) if isinstance(ground, Spot) else hex_of(ground),
        "within_m": PASSING_M,
        "border_m": _BORDER_M,
        "least_m2": LEAST_OVERLAP_M2,
        "staff": staff,
    }
    overlays, networks = [], []
    for row in session.execute(_around_sql(), values):
        if row.distance_m is None:
            overlays.append(Over(row.slug, row.name_fa, row.name_en, row.kind, row.area_m2))
        else:
            way = (row.distance_m, row.bearing, row.lon, row.lat)
            networks.append(Passing(row.slug, Nearest(row.name_fa, row.name_en, row.kind, *way)))
    return Around(overlays, networks)


def list_overlaps(session: Session, ground: str) -> list[Overlap]:
    """What public overlays cover of a polygon (hexadecimal EWKB, the city's grid), by layer, the largest first.

    As :func:`find_around` tells them, but with the shape of each, and without features that have no area.
    """
    values = {"shape": ground, "least_m2": LEAST_OVERLAP_M2}
    return [
        Overlap(**{**row, "shape": bytes(row["shape"])})
        for row in session.execute(_overlaps_sql(), values).mappings()
    ]


@cache
def _overlaps_sql() -> TextClause:
    return text(Path(__file__).with_name("overlaps.sql").read_text(encoding="utf-8"))


def _ewkt(spot: Spot) -> str:
    return f"SRID={spot.srid};POINT({spot.x!r} {spot.y!r})"
