"""Grows one ward: streets, blocks, what stands in them, and exactly as many lots as the ward has to hold."""

from dataclasses import dataclass, field

import shapely

from parcels.models import LandUse as Use
from webmap.demo.blocks import make_block
from webmap.demo.cells import GRAINS, Cell, Cutter, Fabric, Lane, Sizes
from webmap.demo.dice import dice
from webmap.demo.facilities import BY_KIND, Needs, take_blocks, take_ends, take_shops
from webmap.demo.lots import STYLES, Lot, Patch, apportion, build, faults
from webmap.demo.plan import Plan, Ward, WardKind
from webmap.demo.skeleton import Point, StreetClass
from webmap.demo.uses import use_of

BUILT = frozenset({WardKind.CORE, WardKind.INNER, WardKind.NEW, WardKind.INDUSTRIAL, WardKind.FRINGE})


@dataclass
class GrownBlock:
    """A block with its lots, in the order in which they are numbered."""

    patch: Patch
    lots: list[Lot]

    @property
    def cell(self) -> Cell:
        """The cell that the block stands in."""
        return self.patch.block.cell


@dataclass
class GrownWard:
    """A ward as grown: all that the tables will hold of it, still without names and numbers."""

    ward: Ward
    fabric: Fabric
    blocks: list[GrownBlock] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many lots it has."""
        return sum(len(block.lots) for block in self.blocks)


def grow(plan: Plan, ward: Ward, sizes: Sizes, needs: Needs, quota: int, exact: bool) -> GrownWard:
    """One ward with about ``quota`` lots; with ``exact``, with just as many."""
    throw = dice(plan.seed, "ward", ward.index)
    quarters = needs.due("quarter", ward.kind, quota)
    classes = [street.street_class for street in plan.streets]
    fabric = Cutter(ward, sizes, classes, throw, quarters).cut()
    needs.give_back("quarter", quarters)
    grown = GrownWard(ward, fabric)
    if ward.kind not in BUILT:
        return grown
    if ward.kind is WardKind.CORE and ward.index == bazaar_ward(plan):
        _keep_bazaar(fabric)
    needs.give_back("block", take_blocks(fabric.cells, needs.due("block", ward.kind, quota), throw))
    patches = _patches(plan, ward, fabric)
    needs.give_back("end", take_ends(patches, needs.due("end", ward.kind, quota), throw))
    grown.blocks = _divide(patches, quota, exact)
    _settle(grown, plan.seed)
    shops = [lot for block in grown.blocks for lot in block.lots]
    needs.give_back("shop", take_shops(shops, needs.due("shop", ward.kind, quota), throw))
    return grown


def bazaar_ward(plan: Plan) -> int:
    """The ward of the old core that holds the bazaar: its largest."""
    return max(
        (ward for ward in plan.wards if ward.kind is WardKind.CORE), key=lambda ward: ward.area_m2
    ).index


def _keep_bazaar(fabric: Fabric) -> None:
    """The blocks on both sides of the core's oldest lane are the bazaar."""
    oldest = next(number for number, lane in enumerate(fabric.lanes) if lane.points)
    for cell in fabric.cells:
        if oldest in cell.lanes:
            cell.reserved = "bazaar"


def _patches(plan: Plan, ward: Ward, fabric: Fabric) -> list[Patch]:
    style, alley_half_m = STYLES[ward.kind], GRAINS[ward.kind].alley_half_m * 0.85
    box = shapely.box(*ward.polygon.bounds)
    squares = [square for square in plan.squares if box.distance(shapely.Point(square[0])) < square[1]]
    patches = []
    for number, cell in enumerate(fabric.cells):
        block = make_block(cell, fabric.lanes, squares)
        if block is None:
            continue
        patch = Patch(
            block, style, dice(plan.seed, "lots", ward.index, number), alley_half_m, len(fabric.lanes)
        )
        if cell.reserved and cell.reserved != "bazaar":
            patch.whole()
            patch.strips[0].use = cell.reserved
        if patch.dead_end:
            fabric.lanes.append(_dead_end(patch, alley_half_m, fabric.lanes))
        patches.append(patch)
    return patches


def _dead_end(patch: Patch, half_m: float, lanes: list[Lane]) -> Lane:
    """A dead end as a street of its own, from the middle of the street that it leaves."""
    parent = patch.sides[3].lane(0.5)
    (x0, y0), (x1, y1) = patch.dead_end[:2]
    length = max(((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5, 1.0)
    back = lanes[parent].half_m / length
    mouth = (round(x0 - (x1 - x0) * back, 3), round(y0 - (y1 - y0) * back, 3))
    points: list[Point] = [mouth, *((round(x, 3), round(y, 3)) for x, y in patch.dead_end)]
    return Lane(StreetClass.ALLEY, half_m, points, parent, dead_end=True)


def _divide(patches: list[Patch], quota: int, exact: bool) -> list[GrownBlock]:
    """Cut the blocks into lots; a block that cannot be cut well stays whole, and others make up for it."""
    aim = quota
    for _ in range(12):
        apportion([strip for patch in patches for strip in patch.strips], aim, 5.0 if exact else 1.6)
        made = build(patches)
        wrong = [patch for patch, lots in zip(patches, made, strict=True) if faults(patch, lots)]
        missing = quota - sum(map(len, made))
        if not wrong and not (exact and missing):
            break
        for patch in patches:
            patch.again(whole=patch in wrong)
        aim += missing if exact and not wrong else 0
    return [GrownBlock(patch, lots) for patch, lots in zip(patches, made, strict=True)]


def _settle(grown: GrownWard, seed: int) -> None:
    """Give every lot its use."""
    throw = dice(seed, "uses", grown.ward.index)
    lanes = grown.fabric.lanes
    for block in grown.blocks:
        bazaar = block.cell.reserved == "bazaar"
        for lot in block.lots:
            kept, lot.use = lot.use, ""
            if kept in BY_KIND:
                lot.facility, lot.use = kept, BY_KIND[kept].use
            elif kept:
                lot.facility, lot.use = kept, Use.PARK
            elif bazaar:
                lot.use = Use.COMMERCIAL if throw.random() < 0.93 else Use.MIXED
            elif lot.single:
                # A block too odd to be divided is left green, as such corners are.
                lot.facility, lot.use = "small_park", Use.PARK
            else:
                lot.use = use_of(grown.ward.kind, lanes[lot.lane].street_class, throw.random())
