"""Which ward belongs to which municipal district, in what order wards are gone through, and what layers cover."""

import math

import numpy as np
import shapely

from webmap.demo.layers import LAYERS
from webmap.demo.parcels import hilbert_order
from webmap.demo.plan import Plan, Ward, WardKind


def assign_districts(plan: Plan) -> None:
    """Number the districts: the middle first, then around it; each holds about as many parcels as another."""
    total = sum(ward.weight for ward in plan.wards)
    wanted = max(3, round(4 * (total / 5000) ** 0.32))
    by_radius = sorted(plan.wards, key=lambda ward: ward.radius)
    core = [ward for ward in by_radius if ward.kind is WardKind.CORE]
    rest = [ward for ward in by_radius if ward.kind is not WardKind.CORE]
    belts = 1 if wanted < 7 else 2 if wanted < 14 else 3
    for ward in core:
        ward.district = 1
    number = 1
    for belt, group in enumerate(_shares(rest, belts)):
        left = belts - belt
        here = max(1, round((wanted - number) / left))
        for part in _shares(sorted(group, key=lambda ward: ward.angle % (2 * math.pi)), here):
            number += 1
            for ward in part:
                ward.district = number


def _shares(wards: list[Ward], parts: int) -> list[list[Ward]]:
    """The list cut into parts of about equal weight, in its order; none is empty."""
    total = sum(ward.weight + 1 for ward in wards)
    shares: list[list[Ward]] = [[] for _ in range(parts)]
    passed = 0.0
    for ward in wards:
        shares[min(parts - 1, int((passed + ward.weight / 2) / total * parts))].append(ward)
        passed += ward.weight + 1
    return [share for share in shares if share]


def in_order(plan: Plan) -> list[Ward]:
    """Wards along a Hilbert curve, so that neighbours are near each other in the tables as well.

    The one with most parcels comes last: it can best make up for what the others fell short of or went over.
    """
    order = [plan.wards[k] for k in hilbert_order(np.array([ward.polygon for ward in plan.wards]))]
    heaviest = max(order, key=lambda ward: ward.weight)
    return [*(ward for ward in order if ward is not heaviest), heaviest]


def coverage(plan: Plan) -> dict[str, frozenset[int]]:
    """For each layer that covers only a part of the city, the wards it covers: from the centre outwards."""
    inside_out = sorted(plan.wards, key=lambda ward: ward.radius)
    reach = np.cumsum([ward.area_m2 for ward in inside_out]) / sum(ward.area_m2 for ward in inside_out)
    return {
        layer.slug: frozenset(
            w.index for w, share in zip(inside_out, reach, strict=True) if share <= layer.coverage
        )
        for layer in LAYERS
        if layer.coverage < 1
    }


def coverage_area(plan: Plan, wards: frozenset[int] | None) -> shapely.MultiPolygon:
    """The area of some wards (None: of the whole city) as a multipolygon."""
    area = (
        plan.boundary
        if wards is None
        else shapely.coverage_union_all([plan.wards[k].polygon for k in sorted(wards)])
    )
    return shapely.MultiPolygon(list(shapely.get_parts(area)))
