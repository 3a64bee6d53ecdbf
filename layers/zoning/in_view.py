"""The zones of a day in a window of the map, nearest first."""

import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Date, Select, bindparam, func, literal, select
from sqlalchemy.orm import Session

from layers.in_view import WINDOW, Seen, Window, count_up_to, is_like, nearest_page, pattern_of, way_columns
from layers.zoning.hues import look_of
from layers.zoning.models import PLAN, Zone, ZoneClass


@dataclass(frozen=True)
class ZoneSeen:
    """One zone in the window."""

    code: str
    name_fa: str
    name_en: str
    group: str
    seen: Seen

    @property
    def look(self) -> str:
        """The name of its class's look, as everywhere else."""
        return look_of(self.code, self.group)


def count_zones(session: Session, window: Window, day: dt.date, words: str) -> int:
    """How many zones of a day lie in the window; at the most one more than can be listed."""
    values = {**window.values, "day": day, "pattern": pattern_of(words)}
    found: int = session.execute(_zone_count(), values).scalar_one()
    return found


def list_zones(
    session: Session, window: Window, day: dt.date, words: str, offset: int, limit: int
) -> list[ZoneSeen]:
    """Zones of a day in the window whose code or name holds these words, nearest to the origin first."""
    values = {**window.values, "day": day, "pattern": pattern_of(words)}
    rows = session.execute(_zones(), {**values, "skipped": offset, "most": limit})
    return [ZoneSeen(row[0], row[1], row[2], row[3], Seen(*row[4:])) for row in rows]


@cache
def _zone_count() -> Select[Any]:
    return count_up_to(_in_window(select(literal(1).label("one"))))


@cache
def _zones() -> Select[Any]:
    names = ZoneClass.code, ZoneClass.name_fa, ZoneClass.name_en, ZoneClass.group
    columns: tuple[Any, ...] = Zone.id, *names, Zone.geom
    page = nearest_page(_in_window(select(*columns)), Zone.geom).subquery()
    ways = way_columns(page.c.geom)
    told = page.c.code, page.c.name_fa, page.c.name_en, page.c.group
    return select(*told, *ways).order_by(ways[0], page.c.id)


def _in_window(of: Select[Any]) -> Select[Any]:
    name = func.fold_text(ZoneClass.code + " " + ZoneClass.name_fa + " " + ZoneClass.name_en)
    return (
        of.select_from(Zone)
        .join(ZoneClass, ZoneClass.id == Zone.class_id)
        .where(
            Zone.plan == PLAN,
            func.upper_inf(Zone.recorded),
            Zone.valid.op("@>")(bindparam("day", type_=Date)),
            func.ST_Intersects(Zone.geom, WINDOW),
            is_like(name),
        )
    )
