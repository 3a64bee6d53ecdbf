"""From lots to the rows of the parcel table: number, address, dates, and what some of them were before."""

import datetime as dt
import itertools
from dataclasses import dataclass, field
from random import Random

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, Polygon

from parcels.models import LineageKind
from webmap.demo.dice import dice
from webmap.demo.growth import GrownWard
from webmap.demo.lots import Lot
from webmap.demo.names import persian
from webmap.demo.plan import WardKind
from webmap.demo.streets import NamedStreet, house_numbers

COLUMNS = (
    "id", "number", "address", "street_id", "house_number", "land_use", "area_official_m2", "geom", "valid_from",
    "valid_to",
)  # fmt: skip
LINEAGE_COLUMNS = ("parent_id", "child_id", "kind", "recorded_on")

_YEARS = {
    WardKind.CORE: (1962, 1990),
    WardKind.INNER: (1971, 2004),
    WardKind.NEW: (1994, 2020),
    WardKind.INDUSTRIAL: (1986, 2018),
    WardKind.FRINGE: (1990, 2019),
}


@dataclass
class DemoParcel:
    """One row to be: current ones have no ``valid_to``."""

    number: str
    polygon: Polygon
    lot: Lot
    valid_from: dt.date
    valid_to: dt.date | None = None
    address: str = ""
    street_id: int | None = None
    house_number: int | None = None
    official_m2: float = 0.0
    id: int = 0


@dataclass
class WardParcels:
    """A ward's parcels in Hilbert order, and who came of whom."""

    parcels: list[DemoParcel]
    lineage: list[tuple[DemoParcel, DemoParcel, LineageKind, dt.date]] = field(default_factory=list)


@dataclass
class Numbering:
    """District-neighbourhood-block-parcel: how far each district's neighbourhoods and blocks have been numbered."""

    neighbourhoods: dict[int, int] = field(default_factory=dict)

    def open(self, district: int, count: int) -> range:
        """Numbers for the next neighbourhoods of a district."""
        first = self.neighbourhoods.get(district, 0) + 1
        self.neighbourhoods[district] = first + count - 1
        return range(first, first + count)


def parcels_of(grown: GrownWard, named: list[NamedStreet | None], numbers: range, seed: int) -> WardParcels:
    """The rows of a ward. ``numbers`` are those of its neighbourhoods."""
    throw = dice(seed, "parcels", grown.ward.index)
    lots = [lot for block in grown.blocks for lot in block.lots]
    polygons = _polygons(lots)
    years = _YEARS[grown.ward.kind]
    made = WardParcels([])
    blocks = dict.fromkeys(numbers, 0)
    at = 0
    for block in grown.blocks:
        neighbourhood = numbers[block.cell.neighbourhood]
        blocks[neighbourhood] += 1
        stem = f"{grown.ward.district}-{neighbourhood}-{blocks[neighbourhood]}-"
        since = _day(throw, *years)
        here = [
            DemoParcel(
                f"{stem}{k}",
                polygons[at + k - 1],
                lot,
                since if throw.random() < 0.8 else _day(throw, *years),
            )
            for k, lot in enumerate(block.lots, 1)
        ]
        at += len(here)
        made.parcels += here
        _remember(made, here, stem, throw)
    _address(made.parcels, grown, named)
    _measure(made.parcels, throw)
    made.parcels = [made.parcels[k] for k in hilbert_order(np.array([p.polygon for p in made.parcels]))]
    return made


def _polygons(lots: list[Lot]) -> NDArray[np.object_]:
    rings = [[*lot.ring, lot.ring[0]] for lot in lots]
    points = np.array(list(itertools.chain.from_iterable(rings)))
    owner = np.repeat(np.arange(len(rings)), [len(ring) for ring in rings])
    polygons = shapely.orient_polygons(shapely.polygons(shapely.linearrings(points, indices=owner)))
    return np.asarray(polygons, dtype=object)


def _day(throw: Random, first: int, last: int) -> dt.date:
    return dt.date(throw.randint(first, last), throw.randint(1, 12), throw.randint(1, 28))


def _remember(made: WardParcels, block: list[DemoParcel], stem: str, throw: Random) -> None:
    """Let a few parcels of a block have come of others: two that were one, one that was two."""
    spare = len(block)
    for one, two in itertools.pairwise(block):
        luck = throw.random()
        if luck > 0.012 or one.valid_from != two.valid_from or one.lot.single or two.lot.single:
            continue
        day = _day(throw, max(2012, one.valid_from.year + 1), 2025)
        if luck < 0.008:
            whole = shapely.union(one.polygon, two.polygon)
            if not isinstance(whole, Polygon) or shapely.intersection(one.polygon, two.polygon).length < 3:
                continue
            parents, children, kind = [whole], [one, two], LineageKind.SUBDIVISION
        else:
            parents, children, kind = _halves(one.polygon), [one], LineageKind.MERGE
        if len(parents) != 3 - len(children):
            continue
        for part in parents:
            spare += 1
            parent = DemoParcel(f"{stem}{spare}", part, one.lot, one.valid_from, day)
            made.parcels.append(parent)
            made.lineage += [(parent, child, kind, day) for child in children]
            if kind is LineageKind.SUBDIVISION:
                _remember_before(made, parent, (stem, spare))
        for child in children:
            child.valid_from = day
        return


def _remember_before(made: WardParcels, whole: DemoParcel, last: tuple[str, int]) -> None:
    """Let what was divided have been put together of two before, where there was time for it."""
    stem, spare = last
    halves = _halves(whole.polygon)
    since = whole.valid_from.replace(year=whole.valid_from.year + (2012 - whole.valid_from.year) // 2)
    if len(halves) != 2 or not whole.valid_from < since < (whole.valid_to or since):
        return
    for number, half in enumerate(halves, spare + 1):
        before = DemoParcel(f"{stem}{number}", half, whole.lot, whole.valid_from, since)
        made.parcels.append(before)
        made.lineage.append((before, whole, LineageKind.MERGE, since))
    whole.valid_from = since


def _halves(polygon: Polygon) -> list[Polygon]:
    """A lot cut in two along its length."""
    box = shapely.minimum_rotated_rectangle(polygon)
    a, b, c, d = shapely.get_coordinates(box)[:4]
    if np.hypot(*(b - a)) > np.hypot(*(c - b)):
        a, b, c, d = b, c, d, a
    middle = LineString([(a + b) / 2 * 1.5 - (c + d) / 2 * 0.5, (c + d) / 2 * 1.5 - (a + b) / 2 * 0.5])
    pieces = shapely.get_parts(shapely.polygonize([shapely.node(shapely.union(polygon.exterior, middle))]))
    return [piece for piece in pieces if piece.area > 20]


def _address(parcels: list[DemoParcel], grown: GrownWard, named: list[NamedStreet | None]) -> None:
    """Give every parcel its street, its house number and its address; what was closed keeps its child's."""
    faced: dict[int, list[DemoParcel]] = {}
    for parcel in parcels:
        if parcel.valid_to is None:
            faced.setdefault(parcel.lot.lane, []).append(parcel)
    by_lot: dict[int, DemoParcel] = {}
    for lane, found in faced.items():
        street = named[lane]
        if street is None:
            continue
        fronts = np.array([parcel.lot.front for parcel in found])
        numbers = house_numbers(street, grown.fabric.lanes[lane].main is not None, fronts)
        for parcel, number in zip(found, numbers, strict=True):
            parcel.street_id, parcel.house_number = street.id, number
            parcel.address = f"{street.address}، پلاک {persian(number)}"
            by_lot[id(parcel.lot)] = parcel
    for parcel in parcels:
        if parcel.valid_to is not None and (heir := by_lot.get(id(parcel.lot))):
            parcel.street_id, parcel.house_number, parcel.address = (
                heir.street_id,
                heir.house_number,
                heir.address,
            )


def _measure(parcels: list[DemoParcel], throw: Random) -> None:
    """The area in the deed: most agree with the map to a tenth of a square metre, a few do not."""
    areas = shapely.area(np.array([parcel.polygon for parcel in parcels])).tolist()
    for parcel, area_m2 in zip(parcels, areas, strict=True):
        error = throw.choice((-0.06, -0.03, -0.02, 0.02, 0.03, 0.05)) if throw.random() < 0.03 else 0.0
        parcel.official_m2 = round(area_m2 * (1 + error), 1)


def hilbert_order(geometries: NDArray[np.object_]) -> list[int]:
    """The order of geometries along a Hilbert curve through their middles, which keeps neighbours on one disk page."""
    middles = shapely.get_coordinates(shapely.centroid(geometries))
    low, span = middles.min(axis=0), max(float(np.ptp(middles, axis=0).max()), 1.0)
    x, y = ((middles - low) / span * 65535).astype(np.int64).T
    key = np.zeros(len(x), dtype=np.int64)
    for bit in (1 << k for k in range(15, -1, -1)):
        right, up = (x & bit) > 0, (y & bit) > 0
        key += bit * bit * ((3 * right) ^ up)
        flip = ~up & right
        x, y = np.where(flip, 65535 - x, x), np.where(flip, 65535 - y, y)
        x, y = np.where(~up, y, x), np.where(~up, x, y)
    order: list[int] = np.argsort(key, kind="stable").tolist()
    return order
