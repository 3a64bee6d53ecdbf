"""What is wrong between the borders of parcels after a survey: overlaps, gaps, slivers, land that is not theirs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from parcels.surveys.features import Geometries
from parcels.surveys.limits import TOLERANCES

_NOTHING = 1e-9


@dataclass(frozen=True)
class Problem:
    """One finding: its code, the feature of the file, a point of it in the city's grid, and what its sentence names."""

    code: str
    feature: int | None = None
    spot: tuple[float, float] | None = None
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Named:
    """A thing around the survey: a park or a street, by its names in both languages."""

    name_fa: str
    name_en: str
    shape: Any


@dataclass
class Laid:
    """Parcels as they would lie after the survey: (n,) shapes, their features of the file, and how each is called."""

    shapes: Geometries
    features: list[int]
    labels: list[str]

    def __len__(self) -> int:
        """How many."""
        return len(self.shapes)


def find_overlaps(laid: Laid, neighbours: Geometries, numbers: Sequence[str]) -> Iterator[Problem]:
    """Where new parcels lie on each other, or on neighbours that stay."""
    one, other = shapely.STRtree(laid.shapes).query(laid.shapes, predicate="intersects")
    inside = one < other
    for a, b, area, spot in _shared(laid.shapes, one[inside], laid.shapes, other[inside]):
        params = {"other": laid.labels[b], "label": laid.labels[a], "area_m2": area}
        yield Problem("topology.overlap_inside", laid.features[a], spot, params)
    if len(neighbours):
        one, other = shapely.STRtree(neighbours).query(laid.shapes, predicate="intersects")
        for a, b, area, spot in _shared(laid.shapes, one, neighbours, other):
            params = {"number": numbers[b], "label": laid.labels[a], "area_m2": area}
            yield Problem("topology.overlap", laid.features[a], spot, params)


def _shared(
    ones: Geometries, one: Any, others: Geometries, other: Any
) -> Iterator[tuple[int, int, float, tuple[float, float]]]:
    if not len(one):
        return
    shared = shapely.intersection(ones[one], others[other])
    areas = shapely.area(shared)
    for at in np.flatnonzero(areas > TOLERANCES.overlap_m2).tolist():
        yield int(one[at]), int(other[at]), round(float(areas[at]), 2), spot_of(shared[at])


def find_left_over(
    olds: Geometries, news: Geometries, others: shapely.STRtree, feature: int | None, numbers: str
) -> Iterator[Problem]:
    """Land of the old parcels of one group that neither its new ones nor ``others`` of the file take."""
    left = shapely.difference(_together(olds), _together(news))
    if left.area <= TOLERANCES.overlap_m2:
        return
    # Only now: hardly any group leaves anything. One by one: a union with a parcel of all streets takes far longer.
    for other in others.geometries[others.query(left, predicate="intersects")].tolist():
        left = shapely.difference(left, other)
    for part in shapely.get_parts(left).tolist():
        area = float(part.area)
        if area <= TOLERANCES.overlap_m2 or shapely.get_dimensions(part) < 2:
            continue
        code = "topology.gap_narrow" if width_of(part) < TOLERANCES.gap_m else "topology.gap"
        params = {"numbers": numbers, "area_m2": round(area, 2), "width_m": round(width_of(part), 2)}
        yield Problem(code, feature, spot_of(part), params)


def find_loose_borders(laid: Laid, neighbours: Geometries, told: set[int]) -> Iterator[Problem]:
    """Borders that do not run together with their neighbour's: corners on one side only, or a gap between.

    ``told``: places of which an overlap has been told already, which would be told twice.
    """
    everything = np.concatenate([laid.shapes, neighbours])
    edges = shapely.coverage_invalid_edges(everything, gap_width=TOLERANCES.gap_m)[: len(laid)]
    for place in np.flatnonzero(~shapely.is_empty(edges)).tolist():
        if place in told:
            continue
        line = edges[place]
        middle = shapely.line_interpolate_point(shapely.get_parts(line)[0], 0.5, normalized=True)
        params = {"label": laid.labels[place], "length_m": round(float(line.length), 2)}
        yield Problem("topology.border", laid.features[place], (middle.x, middle.y), params)


def find_slivers(laid: Laid) -> Iterator[Problem]:
    """Parcels narrower than any building."""
    for place, shape in enumerate(laid.shapes):
        for part in shapely.get_parts(shape).tolist():
            if width_of(part) < TOLERANCES.sliver_m:
                params = {"label": laid.labels[place], "width_m": round(width_of(part), 2)}
                yield Problem("topology.sliver", laid.features[place], spot_of(part), params)


def find_outside(laid: Laid, boundary: Any) -> Iterator[Problem]:
    """Parcels that lie outside the city, wholly or in part."""
    if boundary is None or not len(laid):
        return
    shapely.prepare(boundary)
    touching = shapely.intersects(boundary, laid.shapes)
    covered = shapely.covers(boundary, laid.shapes)
    for place in np.flatnonzero(~covered).tolist():
        code = "place.partly_outside" if touching[place] else "place.outside_city"
        yield Problem(code, laid.features[place], spot_of(laid.shapes[place]), {"label": laid.labels[place]})


def find_on_public_land(
    laid: Laid, before: Geometries, parks: Sequence[Named], streets: Sequence[Named]
) -> Iterator[Problem]:
    """Where land that no parcel was before lies in a park or across a street's line."""
    there = shapely.STRtree(before)
    for things, code in ((parks, "place.park"), (streets, "place.street")):
        if not things or not len(laid):
            continue
        shapes = np.array([thing.shape for thing in things], dtype=object)
        place, thing = shapely.STRtree(shapes).query(laid.shapes, predicate="intersects")
        for a, b in zip(place.tolist(), thing.tolist(), strict=True):
            taken = before[there.query(laid.shapes[a], predicate="intersects")]
            shared = shapely.difference(
                shapely.intersection(laid.shapes[a], shapes[b]), shapely.union_all(taken)
            )
            size = shared.area if code == "place.park" else shared.length
            if size > TOLERANCES.sliver_m:
                params = {
                    "label": laid.labels[a],
                    "name_fa": things[b].name_fa,
                    "name_en": things[b].name_en,
                    "size": round(float(size), 1),
                }
                yield Problem(code, laid.features[a], spot_of(shared), params)


def _together(shapes: Geometries) -> Any:
    return shapes[0] if len(shapes) == 1 else shapely.union_all(shapes)


def width_of(shape: Any) -> float:
    """How wide a shape is on the average: that of a strip of its area and border (metres)."""
    return float(2 * shape.area / max(shape.length, _NOTHING))


def spot_of(shape: Any) -> tuple[float, float]:
    """A point of a shape."""
    point = shapely.point_on_surface(shape)
    if point.is_empty:
        point = shapely.centroid(shape)
    return float(point.x), float(point.y)
