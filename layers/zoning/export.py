"""The zones of the plan on a day, with their rules, as a table to be written to a file."""

import datetime as dt
from typing import Any

from sqlalchemy import Date, Select, bindparam, func, select
from sqlalchemy.orm import Session

from core.geofiles.tables import Table, columns_of
from layers.area import AREA
from layers.export import check_count, everywhere_or, ground_values, outline
from layers.zoning.models import PLAN, Zone, ZoneClass

_NAME = "zoning"
_KINDS = {
    "zone_key": "text",
    "code": "text",
    "name_fa": "text",
    "name_en": "text",
    "group": "text",
    "valid_from": "date",
    "valid_to": "date",
    "floors": "integer",
    "height_m": "real",
    "coverage": "real",
    "far": "real",
    "setback_m": "real",
    "uses": "text",
    "uses_cond": "text",
    "uses_not": "text",
    "article": "text",
    "text_fa": "text",
    "text_en": "text",
}


def get_table(session: Session, ground: Any, srid: int, day: dt.date, crs: int) -> Table:
    """The zones in force on a day on the ground (None: everywhere), their shapes in ``crs``. Raises TooLarge."""
    values = {"day": day, **ground_values(ground, srid)}
    check_count(session, _zones(ground, (Zone.id,)), values)
    found = session.execute(
        _zones(ground, (*_columns(), outline(Zone.geom))).order_by(ZoneClass.code, Zone.zone_key),
        {**values, "crs": crs},
    ).all()
    shapes = [bytes(row.shape) for row in found]
    return Table(_NAME, columns_of(_KINDS, [row[:-1] for row in found]), shapes, "polygon", crs)


def _columns() -> tuple[Any, ...]:
    def words(uses: Any) -> Any:
        return func.array_to_string(uses, ",")

    return (
        Zone.zone_key,
        ZoneClass.code,
        ZoneClass.name_fa,
        ZoneClass.name_en,
        ZoneClass.group,
        func.lower(Zone.valid),
        func.upper(Zone.valid),
        ZoneClass.floors,
        ZoneClass.height_m,
        ZoneClass.coverage,
        ZoneClass.far,
        ZoneClass.setback_m,
        words(ZoneClass.permitted_uses),
        words(ZoneClass.conditional_uses),
        words(ZoneClass.prohibited_uses),
        ZoneClass.article,
        Zone.rule_text_fa,
        Zone.rule_text_en,
    )


def _zones(ground: Any, columns: tuple[Any, ...]) -> Select[Any]:
    is_law = (
        (Zone.plan == PLAN)
        & Zone.valid.contains(bindparam("day", type_=Date))
        & func.upper_inf(Zone.recorded)
    )
    return (
        select(*columns)
        .join(ZoneClass, ZoneClass.id == Zone.class_id)
        .where(is_law, everywhere_or(Zone.geom, None if ground is None else AREA))
    )
