"""Which zone is the law at a spot or under a parcel, on any day, as we know it now."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import shapely
from sqlalchemy import Select, bindparam, case, func, select
from sqlalchemy.orm import Session

from layers.queries import SPOT, Spot, hex_of
from layers.zoning.hues import look_of
from layers.zoning.models import PLAN, Zone, ZoneClass

# A spot this close to a border lies on it: degrees of seven decimals tell no more.
BORDER_M = 0.01
# Of two zones that touch a spot, which one it is in is told down to this; below it is rounding.
INSIDE_M = 0.0001
# A sliver of a neighbouring zone under a parcel is a difference between two drawings, not a second zone.
SLIVER_SHARE = 0.005


@dataclass(frozen=True)
class Rules:
    """What may be built under a zone class. Ratios are fractions of the parcel's area; None: not limited."""

    code: str
    name_fa: str
    name_en: str
    group: str
    colour: str
    is_entered: bool
    permitted_uses: tuple[str, ...]
    conditional_uses: tuple[str, ...]
    prohibited_uses: tuple[str, ...]
    floors: int | None
    height_m: float | None
    coverage: float | None
    far: float | None
    setback_m: float | None
    article: str

    @property
    def look(self) -> str:
        """The name of its colours in style.json."""
        return look_of(self.code, self.group)


@dataclass(frozen=True)
class ZoneVersion:
    """One zone between two days; None: since ever, or until further notice.

    ``share`` is the part of a parcel that it covers, 1 where only a spot was asked for; ``cut`` is that part (WKB),
    None where it is all of the parcel. ``id`` is the stored version's own: what relied on it names it.
    """

    zone_key: str
    rules: Rules
    rule_text_fa: str
    rule_text_en: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    share: float = 1.0
    cut: bytes | None = None
    id: int = 0

    def is_valid_on(self, day: dt.date) -> bool:
        """Whether it is the law on that day: from its first day, up to but not on its last."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day < self.valid_to
        )

    def is_after(self, day: dt.date) -> bool:
        """Whether it becomes the law only after that day."""
        return self.valid_from is not None and self.valid_from > day


# In the order of the rules' own fields. Columns, not objects: nobody changes a class here.
_RULES = (
    ZoneClass.code,
    ZoneClass.name_fa,
    ZoneClass.name_en,
    ZoneClass.group,
    ZoneClass.colour,
    ZoneClass.rules_entered,
    ZoneClass.permitted_uses,
    ZoneClass.conditional_uses,
    ZoneClass.prohibited_uses,
    ZoneClass.floors,
    ZoneClass.height_m,
    ZoneClass.coverage,
    ZoneClass.far,
    ZoneClass.setback_m,
    ZoneClass.article,
)


def list_classes(session: Session) -> list[Rules]:
    """Every zone class by code."""
    return [_rules(row) for row in session.execute(select(*_RULES).order_by(ZoneClass.code))]


def list_zones_at(session: Session, spot: Spot) -> list[ZoneVersion]:
    """Every version of the zones at a spot, as known now: those it is in before those it only borders on."""
    return [_version(row) for row in session.execute(_zones_at(), spot.values)]


@cache
def _zones_at() -> Select[Any]:
    is_beside = func.ST_Distance(Zone.geom, SPOT) > INSIDE_M
    return (
        _versions()
        .where(func.ST_DWithin(Zone.geom, SPOT, BORDER_M))
        .order_by(func.lower(Zone.valid).asc().nulls_first(), is_beside, ZoneClass.code, Zone.id)
    )


def list_zones_under(session: Session, shape: Any) -> list[ZoneVersion]:
    """Every version of the zones under a polygon (EWKB, the city's grid), with the share of it that each covers.

    By their first day, then the largest first. Shares below :data:`SLIVER_SHARE` are left out.
    """
    whole_m2 = shapely.area(shapely.from_wkb(hex_of(shape)))
    found = []
    for *row, cut in session.execute(_zones_under(), {"shape": shape}):
        if cut is None:
            found.append(_version(row))
        elif (share := shapely.area(shapely.from_wkb(bytes(cut))) / whole_m2) >= SLIVER_SHARE:
            found.append(_version(row, min(1.0, share), bytes(cut)))
    return sorted(found, key=lambda zone: (zone.valid_from or dt.date.min, -zone.share))


@cache
def _zones_under() -> Select[Any]:
    shape = bindparam("shape", type_=Zone.geom.type)
    # Most parcels lie in one zone: telling that is much cheaper than cutting one polygon by the other.
    polygons = func.ST_CollectionExtract(func.ST_Intersection(Zone.geom, shape), 3)
    cut = case((func.ST_Covers(Zone.geom, shape), None), else_=func.ST_AsBinary(polygons))
    return (
        _versions()
        .add_columns(cut)
        .where(func.ST_Intersects(Zone.geom, shape))
        .order_by(ZoneClass.code, Zone.id)
    )


def has_zones(session: Session) -> bool:
    """Whether the city holds any zoning at all."""
    return session.execute(select(Zone.id).where(Zone.plan == PLAN).limit(1)).first() is not None


def _versions() -> Select[Any]:
    return (
        select(
            Zone.id,
            Zone.zone_key,
            Zone.rule_text_fa,
            Zone.rule_text_en,
            func.lower(Zone.valid),
            func.upper(Zone.valid),
            *_RULES,
        )
        .join(ZoneClass, ZoneClass.id == Zone.class_id)
        .where(Zone.plan == PLAN, func.upper_inf(Zone.recorded))
    )


def _version(row: Sequence[Any], share: float = 1.0, cut: bytes | None = None) -> ZoneVersion:
    number, key, text_fa, text_en, since, until, *rules = row
    return ZoneVersion(key, _rules(rules), text_fa, text_en, since, until, share, cut, number)


def _rules(row: Sequence[Any]) -> Rules:
    values: list[Any] = [tuple(value) if isinstance(value, list) else value for value in row]
    return Rules(*values)
