"""What a city needs for so many parcels, where each thing stands, and which layer shows it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from parcels.models import LandUse as Use
from webmap.demo.cells import Cell
from webmap.demo.lots import Lot, Patch
from webmap.demo.plan import WardKind


@dataclass(frozen=True)
class Facility:
    """One kind of thing: one for so many parcels; ``start`` is what the city owes itself of it from the beginning.

    ``scale``: it takes a whole quarter, a whole block, the end of a block, or any shop's lot.
    """

    kind: str
    scale: str
    per_parcels: float
    start: float
    use: Use
    layer: str = ""
    form: str = ""


FACILITIES: tuple[Facility, ...] = (
    Facility("park", "quarter", 4500, 0.7, Use.PARK),
    Facility("stadium", "quarter", 60_000, 0.97, Use.SPORTS, "sports", "stadium"),
    Facility("hospital", "quarter", 30_000, 0.92, Use.HEALTH, "clinics", "hospital"),
    Facility("university", "quarter", 45_000, 0.5, Use.EDUCATIONAL, "", "university"),
    Facility("terminal", "quarter", 90_000, 0.4, Use.TRANSPORT, "", "terminal"),
    Facility("primary_school", "block", 700, 0.5, Use.EDUCATIONAL, "schools", "primary_school"),
    Facility("high_school", "block", 1300, 0.5, Use.EDUCATIONAL, "schools", "high_school"),
    Facility("park", "block", 480, 0.5, Use.PARK),
    Facility("mosque", "end", 330, 0.6, Use.RELIGIOUS, "mosques", "mosque"),
    Facility("clinic", "end", 1000, 0.5, Use.HEALTH, "clinics", "clinic"),
    Facility("library", "end", 2400, 0.7, Use.CULTURAL, "libraries", "library"),
    Facility("cultural_centre", "end", 2600, 0.6, Use.CULTURAL, "cultural_centres", "cultural_centre"),
    Facility("cinema", "end", 4500, 0.7, Use.CULTURAL, "cultural_centres", "cinema"),
    Facility("fire_station", "end", 2600, 0.7, Use.FACILITIES, "fire_stations", "fire_station"),
    Facility("sports_hall", "end", 1300, 0.5, Use.SPORTS, "sports", "sports_hall"),
    Facility("market", "end", 1700, 0.6, Use.COMMERCIAL, "markets", "market"),
    Facility("substation", "end", 1100, 0.5, Use.UTILITIES, "substations", "substation"),
    Facility("parking", "end", 900, 0.5, Use.TRANSPORT, "parking", "parking"),
    Facility("office", "end", 1000, 0.5, Use.ADMINISTRATIVE, "", "office"),
    Facility("bank", "shop", 420, 0.5, Use.COMMERCIAL, "banks", "bank"),
)
BY_KIND = {facility.kind: facility for facility in FACILITIES if facility.kind != "park"}

_OUT_OF_TOWN = frozenset({"fire_station", "substation", "office"})
_LIVED_IN = frozenset({WardKind.CORE, WardKind.INNER, WardKind.NEW})


@dataclass
class Needs:
    """How much of each thing is owed so far; fractions are carried from ward to ward."""

    owed: dict[tuple[str, str], float] = field(
        default_factory=lambda: {(f.scale, f.kind): f.start for f in FACILITIES}
    )

    def due(self, scale: str, kind: WardKind, parcels: float) -> list[str]:
        """What a ward of so many parcels has to find a place for."""
        wanted = []
        for facility in FACILITIES:
            if facility.scale != scale or not (kind in _LIVED_IN or facility.kind in _OUT_OF_TOWN):
                continue
            key = (scale, facility.kind)
            self.owed[key] += parcels / facility.per_parcels
            whole = int(self.owed[key])
            self.owed[key] -= whole
            wanted += [facility.kind] * whole
        return wanted

    def give_back(self, scale: str, kinds: Sequence[str]) -> None:
        """What found no place here is owed to the next ward."""
        for kind in kinds:
            self.owed[scale, kind] += 1


def take_blocks(cells: Sequence[Cell], wanted: list[str], throw: Random) -> list[str]:
    """Keep whole blocks for schools and parks; return what found no place."""
    free = [cell for cell in cells if not cell.reserved and 1600 < cell.area_m2 < 11_000]
    throw.shuffle(free)
    # Smaller ones first for parks among the houses; big ones would leave nothing to the smaller kinds.
    for kind, cell in zip(list(wanted), free, strict=False):
        cell.reserved = "small_park" if kind == "park" else kind
        wanted.remove(kind)
    return wanted


def take_ends(patches: Sequence[Patch], wanted: list[str], throw: Random) -> list[str]:
    """Keep ends of blocks for mosques, clinics and the like; return what found no place."""
    ends = [
        strip
        for patch in patches
        for strip in patch.strips
        if strip.is_end and not strip.single and 18 < strip.length_m < 120 and not patch.block.cell.reserved
    ]
    throw.shuffle(ends)
    for kind, strip in zip(list(wanted), ends, strict=False):
        strip.single, strip.use = True, kind
        wanted.remove(kind)
    return wanted


def take_shops(lots: Sequence[Lot], wanted: list[str], throw: Random) -> list[str]:
    """Banks take shops on the main streets; return what found no place."""
    shops = [lot for lot in lots if lot.use == Use.COMMERCIAL and not lot.facility]
    throw.shuffle(shops)
    for kind, lot in zip(list(wanted), shops, strict=False):
        lot.facility = kind
        wanted.remove(kind)
    return wanted
