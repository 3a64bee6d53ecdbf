"""The demo city's plan: zone classes with rules that make planning sense, and which block is in which."""

import csv
import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import shapely
from shapely.geometry import Polygon

from parcels.models import LandUse
from webmap.demo.cells import Cell, Lane
from webmap.demo.dice import dice
from webmap.demo.plan import Ward, WardKind
from webmap.demo.skeleton import StreetClass

PLAN_IN_FORCE = dt.date(2021, 3, 21)
"""1 Farvardin 1400: the day the detailed plan came into force."""
PLAN_BEFORE = dt.date(2012, 3, 20)
"""1 Farvardin 1391: the plan before it."""


@dataclass(frozen=True)
class DemoClass:
    """One zone class. Ratios are fractions of the parcel's area."""

    code: str
    name_fa: str
    name_en: str
    group: str
    permitted: tuple[LandUse, ...]
    conditional: tuple[LandUse, ...]
    prohibited: tuple[LandUse, ...]
    floors: int
    height_m: float
    coverage: float
    far: float
    setback_m: float
    article: str


def _read_classes() -> Iterator[DemoClass]:
    path = Path(__file__).parent / "data" / "zone_classes.csv"
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield DemoClass(
                code=row["code"],
                name_fa=row["name_fa"],
                name_en=row["name_en"],
                group=row["group"],
                permitted=_uses(row["permitted"]),
                conditional=_uses(row["conditional"]),
                prohibited=_uses(row["prohibited"]),
                floors=int(row["floors"]),
                height_m=float(row["height_m"]),
                coverage=float(row["coverage"]),
                far=float(row["far"]),
                setback_m=float(row["setback_m"]),
                article=row["article"],
            )


def _uses(words: str) -> tuple[LandUse, ...]:
    return tuple(map(LandUse, words.split()))


CLASSES: tuple[DemoClass, ...] = tuple(_read_classes())

_MAIN = frozenset({StreetClass.RING, StreetClass.ARTERIAL})
_COLLECTORS = frozenset({StreetClass.COLLECTOR})
_RESERVED = {
    "river": "G311",
    "green": "G111",
    "park": "G111",
    "stadium": "G121",
    "hospital": "S211",
    "university": "S211",
    "terminal": "S213",
}


def code_of(cell: Cell, lanes: Sequence[Lane], ward: Ward, seed: int) -> str:
    """The class of a block: by what it is kept for, then by the widest street it faces, then by its quarter."""
    if cell.reserved in _RESERVED:
        return _RESERVED[cell.reserved]
    luck = dice(seed, "zone", ward.index, cell.quarter).random()
    main = _share_on(cell, lanes, _MAIN)
    if ward.kind is WardKind.CORE:
        return "S111" if cell.reserved == "bazaar" else "M111" if main > 0.27 else "R211"
    if ward.kind is WardKind.INDUSTRIAL:
        return "S321" if main > 0.2 else "S311"
    if ward.kind is WardKind.FRINGE:
        return "M112" if main > 0.2 and luck < 0.3 else "G211"
    if main > 0.25 and luck < 0.7:
        return "S112" if luck < 0.13 else "M121"
    if luck > 0.55 and _share_on(cell, lanes, _COLLECTORS) > 0.28:
        return "M112"
    return _homes(ward.kind, luck)


def _share_on(cell: Cell, lanes: Sequence[Lane], classes: frozenset[StreetClass]) -> float:
    """Which share of a block's sides faces streets of these classes."""
    sides = list(zip(cell.ring, [*cell.ring[1:], cell.ring[0]], cell.lanes, strict=True))
    facing = sum(math.dist(a, b) for a, b, lane in sides if lanes[lane].street_class in classes)
    return facing / sum(math.dist(a, b) for a, b, _ in sides)


def _homes(kind: WardKind, luck: float) -> str:
    if kind is WardKind.INNER:
        return "R122" if luck < 0.6 else "R121"
    return "R111" if luck < 0.22 else "R121" if luck < 0.6 else "R122" if luck < 0.86 else "R131"


def zones_of(cells: Sequence[Cell], codes: Sequence[str]) -> list[tuple[str, Polygon]]:
    """Blocks of one class in one quarter as one zone each, borders along the middle of the streets."""
    groups: dict[tuple[int, str], list[Polygon]] = {}
    for cell, code in zip(cells, codes, strict=True):
        groups.setdefault((cell.quarter, code), []).append(Polygon(cell.ring))
    zones: list[tuple[str, Polygon]] = []
    for (_, code), polygons in groups.items():
        parts = shapely.get_parts(shapely.coverage_union_all(polygons))
        zones.extend((code, part) for part in parts)
    return zones
