"""The ground under a proposal, and what of a footprint lies where: all in metres of the city's grid."""

from dataclasses import dataclass
from typing import Any

import shapely

from layers.queries import hex_of
from layers.zoning.queries import SLIVER_SHARE, ZoneVersion
from parcels.land import WHOLE_SHARE, Part
from parcels.queries import ParcelFacts

LENGTH_TOLERANCE_M = 0.0001
"""A tenth of a millimetre, more than drawing and reckoning lose: just at the limit passes, a millimetre over fails."""
AREA_TOLERANCE_M2 = 0.0001
"""A square centimetre: one side of a metre moved by a millimetre is ten of them."""
_ROUND = 32
"""Segments to a quarter circle where what is too near to a border is drawn."""


@dataclass(frozen=True)
class Piece:
    """The part of the parcel under one class of the plan and what of the footprint stands on it (None: nothing drawn).

    ``zone`` is the largest of the class's zones on the parcel: zones of one class are one piece, since it is the class
    that says how much of the land may be built on.
    """

    zone: ZoneVersion
    area_m2: float
    footprint: Any | None
    is_whole: bool

    @property
    def footprint_m2(self) -> float | None:
        """How much of the footprint stands on it."""
        return None if self.footprint is None else float(shapely.area(self.footprint))


@dataclass(frozen=True)
class Ground:
    """A parcel's shape and its pieces by class, the largest zone's first.

    ``unzoned`` is what of the footprint lies on the parcel but in no zone.
    """

    shape: Any
    area_m2: float
    pieces: tuple[Piece, ...]
    unzoned: Any | None = None


def make_ground(parcel: ParcelFacts, parts: list[Part], footprint: Any | None) -> Ground:
    """Lay a footprint on a parcel parted by zone. Pieces on which nothing of it stands are left out."""
    shape, area_m2 = shapely.from_wkb(hex_of(parcel.shape)), parcel.area_m2
    classes = _by_class(parts)
    if len(classes) == 1 and sum(part.zone.share for part in parts) > WHOLE_SHARE:
        return Ground(shape, area_m2, (Piece(parts[0].zone, area_m2, footprint, is_whole=True),))
    pieces = [_piece(of_class, footprint) for of_class in classes]
    if footprint is None:
        return Ground(shape, area_m2, tuple(pieces))
    built = tuple(piece for piece in pieces if _covers(piece.footprint))
    return Ground(shape, area_m2, built, _unzoned(shape, area_m2, parts, footprint))


def _by_class(parts: list[Part]) -> list[list[Part]]:
    """The parts that one class of the plan rules, together; in the order of their first."""
    classes: dict[str, list[Part]] = {}
    for part in parts:
        classes.setdefault(part.zone.rules.code, []).append(part)
    return list(classes.values())


def _piece(parts: list[Part], footprint: Any | None) -> Piece:
    """What one class rules of the parcel. A zone without a cut covers all of it, beside another that does."""
    area_m2 = sum(part.area_m2 for part in parts)
    cuts = [shapely.from_wkb(part.zone.cut) for part in parts if part.zone.cut is not None]
    on_it = footprint
    if footprint is not None and len(cuts) == len(parts):
        on_it = areas_of(shapely.intersection(footprint, shapely.union_all(cuts)))
    return Piece(parts[0].zone, area_m2, on_it, is_whole=False)


def _covers(shape: Any) -> bool:
    return float(shapely.area(shape)) > AREA_TOLERANCE_M2


def _unzoned(shape: Any, area_m2: float, parts: list[Part], footprint: Any) -> Any | None:
    """What of the footprint lies on the parcel but in no zone; slivers between two drawings are none."""
    cuts = [shapely.from_wkb(part.zone.cut) for part in parts if part.zone.cut is not None]
    if not parts or len(cuts) < len(parts):
        return None
    zoned = shapely.union_all(cuts)
    left = areas_of(shapely.difference(shapely.intersection(footprint, shape), zoned))
    return left if shapely.area(left) > max(SLIVER_SHARE * area_m2, AREA_TOLERANCE_M2) else None


def outside_of(footprint: Any, shape: Any) -> Any | None:
    """What of a footprint sticks out of a parcel by more than the tolerance; None when it lies inside."""
    # Mitred, so that the tolerance is the same at corners; compared wider, but shown as it is.
    room = shapely.buffer(shape, LENGTH_TOLERANCE_M, join_style="mitre")
    if shapely.is_empty(areas_of(shapely.difference(footprint, room))):
        return None
    return areas_of(shapely.difference(footprint, shape))


def distance_to_border(footprint: Any, shape: Any) -> float:
    """How near to the parcel's border a footprint comes, in metres: 0 where it reaches or crosses it.

    Measured from border to border, exactly: an inset's round corners would be a polygon's, some millimetres off.
    """
    inside = areas_of(shapely.intersection(footprint, shape))
    if shapely.is_empty(inside):
        return 0.0
    return float(shapely.distance(inside, shapely.boundary(shape)))


def too_near(footprint: Any, shape: Any, setback_m: float) -> Any:
    """What of a footprint lies nearer to the parcel's border than the setback, to be shown.

    Where that is too thin to be an area, the shortest line from the footprint to the border.
    """
    inset = shapely.buffer(shape, -setback_m, quad_segs=_ROUND)
    beyond = areas_of(shapely.difference(footprint, inset))
    return shapely.shortest_line(footprint, shapely.boundary(shape)) if shapely.is_empty(beyond) else beyond


def areas_of(shape: Any) -> Any:
    """Only what has an area: two polygons that touch also have points and lines in common."""
    polygons = [
        each
        for each in shapely.get_parts(shapely.get_parts(shape))
        if each.geom_type == "Polygon" and not each.is_empty
    ]
    return (
        polygons[0]
        if len(polygons) == 1
        else shapely.multipolygons(polygons)
        if polygons
        else shapely.Polygon()
    )
