"""The skeleton: wards that cover the city without gap or overlap, whatever the seed and the size."""

from itertools import pairwise

import pytest
import shapely

from webmap.demo.districts import assign_districts, coverage, in_order
from webmap.demo.plan import Plan, WardKind, make_plan
from webmap.demo.skeleton import band_radii

SIZES = [(parcels, seed) for parcels in (1000, 5000, 20_000) for seed in range(1, 9)] + [(1_000_000, 1)]


@pytest.fixture(scope="module", params=SIZES, ids=lambda size: f"{size[0]}-seed{size[1]}")
def plan(request: pytest.FixtureRequest) -> Plan:
    parcels, seed = request.param
    return make_plan(seed, parcels)


def test_wards_tile_the_city(plan: Plan) -> None:
    wards = [ward.polygon for ward in plan.wards]
    assert shapely.coverage_is_valid(wards)
    assert plan.boundary.geom_type == "Polygon"
    assert not plan.boundary.interiors
    assert sum(ward.area for ward in wards) == pytest.approx(plan.boundary.area)


def test_the_city_has_all_its_parts(plan: Plan) -> None:
    kinds = {ward.kind for ward in plan.wards}
    assert {WardKind.CORE, WardKind.INNER, WardKind.RIVER} <= kinds
    assert WardKind.NEW in kinds or plan.radius_m < 700


def test_every_edge_of_a_ward_has_its_street(plan: Plan) -> None:
    for ward in plan.wards:
        assert len(ward.streets) == len(ward.ring)
        assert all(0 <= street < len(plan.streets) for street in ward.streets)
    assert all(street.edges for street in plan.streets)


def test_the_river_is_bridged(plan: Plan) -> None:
    bed = shapely.union_all([ward.polygon for ward in plan.wards if ward.kind is WardKind.RIVER])
    crossing = [
        street
        for street in plan.streets
        if street.role in ("radial", "axis", "ring")
        and any(
            bed.contains(shapely.LineString(edge).interpolate(0.5, normalized=True)) for edge in street.edges
        )
    ]
    assert crossing


def test_districts_are_numbered_without_a_gap(plan: Plan) -> None:
    assign_districts(plan)
    numbers = {ward.district for ward in plan.wards}
    assert numbers == set(range(1, len(numbers) + 1))
    assert len(numbers) >= 3
    assert {ward.district for ward in plan.wards if ward.kind is WardKind.CORE} == {1}


def test_some_layers_cover_only_a_part(plan: Plan) -> None:
    covered = coverage(plan)
    everything = {ward.index for ward in plan.wards}
    assert covered
    for wards in covered.values():
        assert wards
        assert wards < everything


def test_every_ward_is_gone_through_once_and_the_heaviest_last(plan: Plan) -> None:
    order = in_order(plan)
    assert sorted(ward.index for ward in order) == sorted(ward.index for ward in plan.wards)
    assert order[-1].weight == max(ward.weight for ward in plan.wards)


@pytest.mark.parametrize("radius_m", [400.0, 1000.0, 1250.0, 4000.0, 15_000.0])
def test_rings_grow_outwards_to_the_edge(radius_m: float) -> None:
    radii = band_radii(radius_m)
    assert radii == sorted(radii)
    assert radii[-1] == pytest.approx(radius_m, rel=0.3)
    assert all(outer - inner > 100 for inner, outer in pairwise(radii))


def test_the_same_seed_is_the_same_plan_and_another_is_not() -> None:
    one, two, other = make_plan(5, 3000), make_plan(5, 3000), make_plan(6, 3000)
    assert [ward.ring for ward in one.wards] == [ward.ring for ward in two.wards]
    assert [ward.ring for ward in one.wards] != [ward.ring for ward in other.wards]
