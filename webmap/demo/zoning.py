"""The demo city's plan: zone classes with rules that make planning sense, and which block is in which."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry import Polygon

from parcels.models import LandUse as Use
from webmap.demo.cells import Cell, Lane
from webmap.demo.dice import dice
from webmap.demo.plan import StreetClass, Ward, WardKind

PLAN_IN_FORCE = dt.date(2021, 3, 21)
"""1 Farvardin 1400: the day the detailed plan came into force."""
PLAN_BEFORE = dt.date(2012, 3, 20)
"""1 Farvardin 1391: the plan before it."""


@dataclass(frozen=True)
class DemoClass:
    """One zone class. Ratios are fractions of the parcel's area; None means that the plan sets no such limit."""

    code: str
    name_fa: str
    name_en: str
    group: str
    permitted: tuple[Use, ...]
    conditional: tuple[Use, ...]
    prohibited: tuple[Use, ...]
    floors: int
    height_m: float
    coverage: float
    far: float
    setback_m: float
    article: str


_HOME = (Use.RESIDENTIAL,)
_PUBLIC = (Use.EDUCATIONAL, Use.HEALTH, Use.CULTURAL, Use.RELIGIOUS)
_DIRTY = (Use.INDUSTRIAL, Use.TRANSPORT)
_OPEN = (Use.PARK, Use.SPORTS)

CLASSES: tuple[DemoClass, ...] = (
    DemoClass("R111", "مسکونی کم‌تراکم", "Low-density residential", "residential", (*_HOME, Use.PARK), (*_PUBLIC, Use.SPORTS), (Use.COMMERCIAL, *_DIRTY), 2, 8.5, 0.5, 1.0, 3.0, "مادهٔ ۱۲، بند ۱"),
    DemoClass("R121", "مسکونی میان‌تراکم، سه طبقه", "Medium-density residential, three floors", "residential", (*_HOME, Use.PARK), (*_PUBLIC, Use.COMMERCIAL, Use.ADMINISTRATIVE), _DIRTY, 3, 11.5, 0.6, 1.8, 2.0, "مادهٔ ۱۲، بند ۲"),
    DemoClass("R122", "مسکونی میان‌تراکم، چهار طبقه", "Medium-density residential, four floors", "residential", (*_HOME, Use.PARK), (*_PUBLIC, Use.COMMERCIAL, Use.ADMINISTRATIVE), _DIRTY, 4, 15.0, 0.6, 2.4, 2.0, "مادهٔ ۱۲، بند ۳"),
    DemoClass("R131", "مسکونی پرتراکم", "High-density residential", "residential", (*_HOME, Use.PARK, Use.EDUCATIONAL), (Use.HEALTH, Use.CULTURAL, Use.RELIGIOUS, Use.COMMERCIAL, Use.SPORTS), _DIRTY, 7, 24.5, 0.5, 3.5, 5.0, "مادهٔ ۱۲، بند ۴"),
    DemoClass("R211", "مسکونی با ارزش تاریخی", "Historic residential", "residential", (*_HOME, Use.CULTURAL), (Use.RELIGIOUS, Use.COMMERCIAL, Use.EDUCATIONAL), (*_DIRTY, Use.ADMINISTRATIVE), 2, 7.5, 0.6, 1.0, 0.0, "مادهٔ ۱۴، بند ۱"),
    DemoClass("M111", "مختلط محور تاریخی", "Historic mixed-use axis", "mixed", (Use.MIXED, Use.COMMERCIAL, Use.RESIDENTIAL, Use.CULTURAL), (Use.ADMINISTRATIVE, Use.RELIGIOUS), _DIRTY, 3, 11.0, 0.7, 1.8, 0.0, "مادهٔ ۲۱، بند ۱"),
    DemoClass("M112", "مختلط محلی", "Local mixed use", "mixed", (Use.MIXED, Use.RESIDENTIAL, Use.COMMERCIAL, *_PUBLIC), (Use.ADMINISTRATIVE, Use.PARK, Use.FACILITIES), _DIRTY, 4, 15.0, 0.6, 2.4, 2.0, "مادهٔ ۲۱، بند ۲"),
    DemoClass("M121", "مختلط شهری", "Urban mixed use", "mixed", (Use.MIXED, Use.COMMERCIAL, Use.ADMINISTRATIVE, Use.RESIDENTIAL, Use.CULTURAL), (Use.HEALTH, Use.EDUCATIONAL, Use.FACILITIES), (Use.INDUSTRIAL,), 6, 21.5, 0.6, 3.6, 3.0, "مادهٔ ۲۱، بند ۳"),
    DemoClass("S111", "بازار و مرکز تجاری تاریخی", "Bazaar and historic trade", "commercial", (Use.COMMERCIAL, Use.RELIGIOUS, Use.CULTURAL), (Use.MIXED, Use.ADMINISTRATIVE), (*_DIRTY, Use.RESIDENTIAL), 2, 8.0, 0.8, 1.4, 0.0, "مادهٔ ۱۷، بند ۱"),
    DemoClass("S112", "مرکز تجاری و اداری شهر", "City centre, trade and offices", "commercial", (Use.COMMERCIAL, Use.ADMINISTRATIVE, Use.MIXED), (Use.CULTURAL, Use.HEALTH, Use.TRANSPORT), (Use.INDUSTRIAL, Use.RESIDENTIAL), 7, 25.0, 0.7, 4.2, 3.0, "مادهٔ ۱۷، بند ۲"),
    DemoClass("S211", "خدمات عمومی", "Public services", "institutional", (*_PUBLIC, Use.ADMINISTRATIVE, Use.PARK), (Use.SPORTS, Use.UTILITIES, Use.FACILITIES), (Use.RESIDENTIAL, Use.INDUSTRIAL), 4, 16.0, 0.4, 1.6, 5.0, "مادهٔ ۱۸، بند ۱"),
    DemoClass("S213", "حمل‌ونقل و پایانه", "Transport and terminals", "transport", (Use.TRANSPORT, Use.FACILITIES), (Use.COMMERCIAL, Use.UTILITIES), (Use.RESIDENTIAL, Use.EDUCATIONAL), 2, 10.0, 0.4, 0.8, 8.0, "مادهٔ ۱۸، بند ۳"),
    DemoClass("S311", "صنعتی", "Industry", "industrial", (Use.INDUSTRIAL, Use.TRANSPORT, Use.UTILITIES), (Use.FACILITIES, Use.COMMERCIAL), (Use.RESIDENTIAL, Use.EDUCATIONAL, Use.HEALTH), 3, 14.0, 0.5, 1.2, 8.0, "مادهٔ ۱۹، بند ۱"),
    DemoClass("S321", "کارگاهی و انبارداری", "Workshops and warehouses", "industrial", (Use.INDUSTRIAL, Use.TRANSPORT, Use.COMMERCIAL), (Use.UTILITIES, Use.ADMINISTRATIVE, Use.FACILITIES), (Use.RESIDENTIAL, Use.EDUCATIONAL), 2, 9.0, 0.6, 1.0, 5.0, "مادهٔ ۱۹، بند ۲"),
    DemoClass("G111", "بوستان و فضای سبز عمومی", "Public parks", "recreation", (Use.PARK,), (Use.SPORTS, Use.CULTURAL), (Use.RESIDENTIAL, Use.COMMERCIAL, *_DIRTY), 1, 4.5, 0.05, 0.05, 10.0, "مادهٔ ۲۴، بند ۱"),
    DemoClass("G121", "ورزشی و تفریحی", "Sports and leisure", "recreation", _OPEN, (Use.CULTURAL, Use.COMMERCIAL), (Use.RESIDENTIAL, *_DIRTY), 2, 12.0, 0.3, 0.5, 8.0, "مادهٔ ۲۴، بند ۲"),
    DemoClass("G211", "باغ و کشاورزی", "Orchards and farmland", "recreation", (Use.PARK, Use.VACANT), (Use.RESIDENTIAL,), (Use.COMMERCIAL, *_DIRTY), 1, 5.0, 0.1, 0.1, 10.0, "مادهٔ ۲۵، بند ۱"),
    DemoClass("G311", "حریم رودخانه", "River protection", "recreation", (Use.PARK,), (Use.UTILITIES,), (Use.RESIDENTIAL, Use.COMMERCIAL, *_DIRTY), 1, 3.5, 0.02, 0.02, 20.0, "مادهٔ ۲۶، بند ۱"),
)  # fmt: skip

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
    zones = []
    for (_, code), polygons in groups.items():
        parts = shapely.get_parts(shapely.coverage_union_all(polygons))
        zones.extend((code, part) for part in parts)
    return zones
