"""Wards grown from the plan: blocks, lots that fill them exactly, and just as many as were asked for."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
import shapely

from tests.conftest import ROOT
from tests.unit.demo.growing import grow_city
from webmap.demo.blocks import Block
from webmap.demo.cells import Cell, Sizes
from webmap.demo.dice import dice
from webmap.demo.districts import assign_districts
from webmap.demo.facilities import Needs
from webmap.demo.growth import BUILT, GrownWard, grow
from webmap.demo.lots import STYLES, Patch, apportion, build, faults
from webmap.demo.plan import WardKind, make_plan

SEEDS = (1, 2, 1404)


@pytest.fixture(scope="module", params=SEEDS, ids=lambda seed: f"seed{seed}")
def wards(request: pytest.FixtureRequest) -> list[GrownWard]:
    plan = make_plan(request.param, 3000)
    assign_districts(plan)
    needs = Needs()
    return [grow(plan, ward, Sizes(180_000), needs, round(ward.weight), exact=True) for ward in plan.wards]


def lots_of(wards: list[GrownWard]) -> Iterator[tuple[Block, list[shapely.Polygon]]]:
    for grown in wards:
        for block in grown.blocks:
            yield block.patch.block, [shapely.Polygon(lot.ring) for lot in block.lots]


def test_lots_tile_their_block_exactly(wards: list[GrownWard]) -> None:
    blocks = 0
    for block, lots in lots_of(wards):
        blocks += 1
        assert shapely.coverage_is_valid(lots)
        assert shapely.Polygon(block.ring).buffer(0.01).contains(shapely.union_all(lots))
    assert blocks > 100


def test_a_block_without_dead_end_has_no_gap(wards: list[GrownWard]) -> None:
    for grown in wards:
        for block in grown.blocks:
            if not block.patch.dead_end:
                filled = sum(shapely.Polygon(lot.ring).area for lot in block.lots)
                assert filled == pytest.approx(block.patch.block.area_m2, rel=1e-3)


def test_cells_tile_their_ward(wards: list[GrownWard]) -> None:
    cells = [shapely.Polygon(cell.ring) for grown in wards for cell in grown.fabric.cells]
    assert shapely.coverage_is_valid(cells)


def test_blocks_keep_off_the_streets(wards: list[GrownWard]) -> None:
    for grown in wards:
        for block in grown.blocks:
            body = shapely.Polygon(block.patch.block.ring)
            for a, b, lane in zip(
                block.cell.ring, [*block.cell.ring[1:], block.cell.ring[0]], block.cell.lanes, strict=True
            ):
                half_m = grown.fabric.lanes[lane].half_m
                # Odd corners are rounded with few points and simplified by up to 0.4 m.
                assert body.distance(shapely.LineString((a, b))) > 0.9 * half_m - 0.5


def test_every_ward_holds_just_the_lots_it_was_asked_for(wards: list[GrownWard]) -> None:
    for grown in wards:
        if grown.ward.kind in BUILT and grown.ward.weight > 150:
            assert grown.count == round(grown.ward.weight)


def test_lots_have_a_use_and_face_a_street(wards: list[GrownWard]) -> None:
    lots = [(grown, lot) for grown in wards for block in grown.blocks for lot in block.lots]
    assert all(lot.use for _, lot in lots)
    assert all(0 <= lot.lane < len(grown.fabric.lanes) for grown, lot in lots)
    uses = {str(lot.use) for _, lot in lots}
    assert {"residential", "commercial", "mixed", "religious", "educational", "park", "industrial"} <= uses


@pytest.mark.parametrize("count", [1, 2, 7, 24])
def test_a_plain_block_is_cut_into_the_count_wanted(count: int) -> None:
    ring = [(0.0, 0.0), (120.0, 0.0), (120.0, 50.0), (0.0, 50.0)]
    block = Block(ring, [0, 1, 2, 3], Cell(ring, [0, 1, 2, 3]), 6000.0)
    patch = Patch(block, STYLES[WardKind.NEW], dice(1, "test"), 3.0, 4)
    if count == 1:
        patch.whole()
    strips = patch.strips
    apportion(strips, count)
    lots = build([patch])[0]
    assert len(lots) == max(count, len(strips))
    assert not faults(patch, lots)


def test_a_fault_is_seen() -> None:
    ring = [(0.0, 0.0), (120.0, 0.0), (120.0, 50.0), (0.0, 50.0)]
    block = Block(ring, [0, 1, 2, 3], Cell(ring, [0, 1, 2, 3]), 6000.0)
    patch = Patch(block, STYLES[WardKind.NEW], dice(1, "test"), 3.0, 4)
    apportion(patch.strips, 12)
    lots = build([patch])[0]
    lots[0].ring[0] = (lots[0].ring[0][0] - 1.0, lots[0].ring[0][1])
    assert faults(patch, lots)
    assert faults(patch, lots[1:])


@pytest.mark.parametrize(("parcels", "seed"), [(1000, 3), (1500, 18), (5000, 24), (12_000, 1)])
def test_a_city_has_just_the_parcels_asked_for(parcels: int, seed: int) -> None:
    summary, counts = grow_city(parcels, seed)
    assert summary.parcels == parcels
    assert counts["parcel"] == parcels + summary.former_parcels
    assert counts["street"] == summary.streets
    assert counts["zone"] == summary.zones


def test_memory_does_not_grow_with_the_city() -> None:
    program = (
        "import resource, sys; from tests.unit.demo.growing import grow_city;"
        "start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss;"
        "made, _ = grow_city(50_000, 1); assert made.parcels == 50_000;"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - start) // 1024)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    # Holding 50,000 lots at once would take some 150 MB; one ward at a time takes a fifth.
    assert int(done.stdout) < 90
