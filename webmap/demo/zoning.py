"""The demo city's plan: zone classes with rules that make planning sense, and which block is in which."""

import csv
import datetime as dt
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
                row["code"],
                row["name_fa"],
                row["name_en"],
                row["group"],
                *(
                    tuple(map(LandUse, row[column].split()))
                    for column in ("permitted", "conditional", "prohibited")
                ),
                floors=int(row["floors"]),
                article=row["article"],
                **{column: float(row[column]) for column in ("height_m", "coverage", "far", "setback_m")},
            )


CLASSES: tuple[DemoClass, ...] = tuple(_read_classes())

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
    faces = {lanes[lane].street_class for lane in cell.lanes}
    main = bool(faces & {StreetClass.RING, StreetClass.ARTERIAL})
    luck = dice(seed, "zone", ward.index, cell.quarter).random()
    if ward.kind is WardKind.CORE:
        return "S111" if cell.reserved == "bazaar" else "M111" if main else "R211"
    if ward.kind is WardKind.INDUSTRIAL:
        return "S321" if main or StreetClass.COLLECTOR in faces else "S311"
    if ward.kind is WardKind.FRINGE:
        return "M112" if main and luck < 0.4 else "G211"
    if main:
        return "S112" if luck < 0.2 else "M121"
    if StreetClass.COLLECTOR in faces and luck < 0.55:
        return "M112"
    return _homes(ward.kind, luck)


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
