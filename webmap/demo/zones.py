"""The rows of the demo city's zones and zone classes, with what was before and what is to come."""

import datetime as dt
from dataclasses import dataclass

import shapely
from persiantools.jdatetime import JalaliDate
from shapely.geometry.base import BaseGeometry

from webmap.demo.copying import Copier, array
from webmap.demo.growth import GrownWard
from webmap.demo.plan import WardKind
from webmap.demo.zoning import CLASSES, PLAN_BEFORE, PLAN_IN_FORCE, code_of, zones_of

COLUMNS = ("zone_key", "class_id", "rule_text_fa", "rule_text_en", "valid", "recorded", "geom")
CLASS_IDS = {zone_class.code: number for number, zone_class in enumerate(CLASSES, 1)}

_AMENDED = ((2022, 9, 23), (2024, 4, 20), (2025, 10, 23))
"""Days from which amendments of the plan came into force: 1 Mehr 1401, 1 Ordibehesht 1403, 1 Aban 1404."""
_LATER = {"R121": "R111", "R122": "R121", "M121": "M112", "M112": "R122", "S321": "S311"}
"""What a class was before an amendment."""
_BEFORE = {"M121": "R122", "R122": "R121", "M112": "R121", "S112": "M121", "R131": "R111", "S321": "S311"}
_AFTER = {"R121": "R122", "R111": "R121", "R122": "M112"}
_HEIGHT_RULE = (
    "نمای رو به معبر اصلی با مصالح بومی؛ ارتفاع جان‌پناه حداکثر ۱٫۲ متر.",
    "Front on the main street in local materials; parapet at most 1.2 m.",
)

Row = tuple[str, int, str, str, str, str]


def write_classes(copier: Copier) -> None:
    """The zone classes with their rules."""
    columns = (
        "id", "code", "name_fa", "name_en", "group", "rules_entered", "permitted_uses", "conditional_uses",
        "prohibited_uses", "floors", "height_m", "coverage", "far", "setback_m", "article",
    )  # fmt: skip
    copier.rows("zone_class", columns, [
        (CLASS_IDS[c.code], c.code, c.name_fa, c.name_en, c.group, True, array(c.permitted), array(c.conditional),
         array(c.prohibited), c.floors, c.height_m, c.coverage, c.far, c.setback_m, c.article)
        for c in CLASSES
    ])  # fmt: skip


@dataclass
class ZoneBook:
    """Numbers zones as they come; some had another class before, two will have another from next Nowruz on."""

    seed: int
    today: dt.date
    last: int = 0
    scheduled: int = 0

    def rows_of(self, grown: GrownWard) -> tuple[list[Row], list[BaseGeometry]]:
        """The zone rows of a ward, and the geometry of each."""
        cells = grown.fabric.cells
        codes = [code_of(cell, grown.fabric.lanes, grown.ward, self.seed) for cell in cells]
        rows: list[Row] = []
        shapes: list[BaseGeometry] = []
        for code, polygon in zones_of(cells, codes):
            self.last += 1
            for row in self._versions(f"Z{self.last:05d}", code, grown.ward.kind):
                rows.append(row)
                shapes.append(shapely.MultiPolygon([polygon]))
        return rows, shapes

    def _versions(self, key: str, code: str, kind: WardKind) -> list[Row]:
        said = _HEIGHT_RULE if code in ("M111", "R211") else ("", "")
        known = f"[{PLAN_IN_FORCE}T00:00:00Z,)"
        if self.scheduled < 2 and self.last > 12 and kind is not WardKind.CORE and code in _AFTER:
            self.scheduled += 1
            return self._scheduled(key, code)
        if code in _LATER and self.last % 7 == 3:
            return self._amended(key, code, said)
        now = (key, CLASS_IDS[code], *said, f"[{PLAN_IN_FORCE},)", known)
        if code in _BEFORE and self.last % 9 == 0:
            before = f"[{PLAN_BEFORE},{PLAN_IN_FORCE})"
            return [(key, CLASS_IDS[_BEFORE[code]], "", "", before, f"[{PLAN_BEFORE}T00:00:00Z,)"), now]
        return [now]

    def _amended(self, key: str, code: str, said: tuple[str, str]) -> list[Row]:
        """Another class until an amendment of the plan, adopted two months before it came into force."""
        day = dt.date(*_AMENDED[self.last // 7 % len(_AMENDED)])
        first, adopted = f"{PLAN_IN_FORCE}T00:00:00Z", f"{day - dt.timedelta(days=61)}T00:00:00Z"
        old, new = CLASS_IDS[_LATER[code]], CLASS_IDS[code]
        return [
            (key, old, "", "", f"[{PLAN_IN_FORCE},)", f"[{first},{adopted})"),
            (key, old, "", "", f"[{PLAN_IN_FORCE},{day})", f"[{adopted},)"),
            (key, new, *said, f"[{day},)", f"[{adopted},)"),
        ]

    def _scheduled(self, key: str, code: str) -> list[Row]:
        """A change adopted on the first of last month for next Nowruz: what was thought before stays on record."""
        adopted = (self.today.replace(day=1) - dt.timedelta(days=1)).replace(day=1)
        future = _next_nowruz(self.today)
        first, changed = f"{PLAN_IN_FORCE}T00:00:00Z", f"{adopted}T00:00:00Z"
        old, new = CLASS_IDS[code], CLASS_IDS[_AFTER[code]]
        return [
            (key, old, "", "", f"[{PLAN_IN_FORCE},)", f"[{first},{changed})"),
            (key, old, "", "", f"[{PLAN_IN_FORCE},{future})", f"[{changed},)"),
            (key, new, "", "", f"[{future},)", f"[{changed},)"),
        ]


def _next_nowruz(today: dt.date) -> dt.date:
    """The first day of the next Jalali year."""
    year: int = JalaliDate(today).year + 1  # type: ignore[no-untyped-call]
    day: dt.date = JalaliDate(year, 1, 1).to_gregorian()  # type: ignore[no-untyped-call]
    return day
