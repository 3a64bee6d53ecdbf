"""The sheet that a footprint is drawn on: the parcel among its neighbours in metres, each side with its length."""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import shapely
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from layers.queries import hex_of
from parcels.models import Parcel
from parcels.queries import find_parcel
from permits.precheck.checks import Precheck
from permits.precheck.picture import setback_line

_MARGIN = 0.12
_NEAR_M = 15.0
_SHORTEST_TOLD_M = 1.5
_MOST_NEIGHBOURS = 60
_MOST_TOLD = 24


@dataclass(frozen=True)
class Side:
    """A side's length, to be written at a spot of the sheet."""

    length_m: float
    x: float
    y: float


@dataclass(frozen=True)
class Pad:
    """A sheet of so many metres, y downwards; ``west`` and ``north`` are its upper left corner in the city's grid."""

    west: float
    north: float
    width_m: float
    height_m: float
    parcel: str
    neighbours: list[str]
    setback: str
    sides: list[Side]

    @property
    def letter_m(self) -> float:
        """How high a figure is."""
        return max(self.width_m, self.height_m) / 28


def pad_of(session: Session, parcel_id: int, precheck: Precheck | None) -> Pad | None:
    """The sheet of a parcel; None where there is none of this id. ``precheck`` tells the setback, if there is one."""
    found = find_parcel(session, parcel_id)
    if found is None:
        return None
    parcel: Any = shapely.from_wkb(hex_of(found.shape))
    west, south, east, north = shapely.bounds(parcel)
    margin = _MARGIN * max(east - west, north - south)
    # To the centimetre: it stands in the page, and drawn corners are counted from it.
    west, north = round(float(west - margin), 2), round(float(north + margin), 2)
    lines = setback_line(parcel, precheck) if precheck is not None else []
    return Pad(
        west=west,
        north=north,
        width_m=round(float(east + margin - west), 2),
        height_m=round(float(north - (south - margin)), 2),
        parcel=_path(parcel, west, north),
        neighbours=[_path(each, west, north) for each in _neighbours(session, parcel_id)],
        setback=_path(lines[0][1], west, north) if lines else "",
        sides=list(_sides(parcel, west, north))[:_MOST_TOLD],
    )


def _neighbours(session: Session, parcel_id: int) -> list[Any]:
    here = select(Parcel.geom).where(Parcel.id == parcel_id).scalar_subquery()
    near = (
        select(Parcel.geom)
        .where(func.ST_DWithin(Parcel.geom, here, _NEAR_M), Parcel.id != parcel_id, Parcel.valid_to.is_(None))
        .order_by(Parcel.id)
        .limit(_MOST_NEIGHBOURS)
    )
    return [shapely.from_wkb(hex_of(geom)) for geom in session.scalars(near)]


def _path(shape: Any, west: float, north: float) -> str:
    """An SVG path of the sheet, a tenth finer than the pre-check measures: corners drawn on a line are to lie on it."""
    rings = [
        ring
        for part in shapely.get_parts(shape)
        if part.geom_type == "Polygon"
        for ring in (part.exterior, *part.interiors)
    ]
    return " ".join(
        "M" + " L".join(f"{x - west:.5f} {north - y:.5f}" for x, y in ring.coords) + " Z" for ring in rings
    )


def _sides(parcel: Any, west: float, north: float) -> Iterator[Side]:
    """The sides of the outer ring that are long enough to be told, written just outside of it."""
    straight: Any = shapely.simplify(parcel, 0.05)
    for part in shapely.get_parts(straight):
        corners = list(shapely.orient_polygons(part).exterior.coords)
        away = max(*_extent(part)) * 0.045
        for (x1, y1), (x2, y2) in itertools.pairwise(corners):
            length = math.hypot(x2 - x1, y2 - y1)
            if length >= _SHORTEST_TOLD_M:
                # The ring runs against the clock, so what lies to its right is outside.
                x = (x1 + x2) / 2 + (y2 - y1) / length * away
                y = (y1 + y2) / 2 - (x2 - x1) / length * away
                yield Side(length, round(x - west, 2), round(north - y, 2))


def _extent(part: Any) -> tuple[float, float]:
    west, south, east, north = shapely.bounds(part)
    return float(east - west), float(north - south)
