"""Tiles of zoning as it is, was or will be on a day."""

import datetime as dt
from typing import Any

from sqlalchemy import ScalarSelect, and_, false, func, select, union_all
from sqlalchemy.orm import Session, aliased

from layers.tiles.sources import AnySelect, Asked, TileLayer, TileSource, touches
from layers.zoning.coverage import BANDS
from layers.zoning.models import PLAN, Zone, ZoneClass, ZoneGeneralised


def _zones(asked: Asked) -> AnySelect:
    """The zones in force on a day, as far as we know now.

    Borders stay shared at every zoom: from afar they are simplified together, close up equal corners round equally.
    """
    band = next((band for band in BANDS if asked.cell.z in band), None)
    shown = Zone.geom_3857 if band is None else func.coalesce(ZoneGeneralised.geom_3857, _exact())
    # What is stored lies on the tile's grid already: rounding leaves it as it is.
    plain = false() if band is None else ZoneGeneralised.zone_id.is_not(None)
    rows = (
        select(
            Zone.id,
            ZoneClass.code,
            func.nullif(Zone.plan, PLAN).label("plan"),
            plain.label("plain"),
            shown.label("geom"),
        )
        .join(ZoneClass, ZoneClass.id == Zone.class_id)
        .where(
            touches(Zone.geom_3857, asked.cell),
            Zone.valid.op("@>")(asked.day),
            func.upper_inf(Zone.recorded),
        )
    )
    if band is None:
        return rows
    return rows.outerjoin(
        ZoneGeneralised, and_(ZoneGeneralised.zone_id == Zone.id, ZoneGeneralised.zoom == band[0])
    )


def _exact() -> ScalarSelect[Any]:
    """The shape of a zone that is still to be simplified.

    Looked up for it alone: to carry the exact shapes of all through the joins takes longer than to join them.
    """
    itself = aliased(Zone)
    return select(itself.geom_3857).where(itself.id == Zone.id).scalar_subquery()


def regime_of(session: Session, day: dt.date) -> dt.date | None:
    """The last day up to this one on which a zone begins or has ended."""
    known = func.upper_inf(Zone.recorded)
    changes = union_all(
        select(func.lower(Zone.valid).label("day")).where(known),
        select(func.upper(Zone.valid)).where(known),
    ).subquery()
    found: dt.date | None = session.scalar(select(func.max(changes.c.day)).where(changes.c.day <= day))
    return found


SOURCE = TileSource(
    "zoning",
    (
        TileLayer(
            "zones",
            _zones,
            {
                "code": "Code of the zone class",
                "plan": "The overlay plan it belongs to, if not the zoning plan itself",
            },
            "Zones in force on the day asked for (?on=YYYY-MM-DD), by default today",
        ),
    ),
    dated=True,
    regime=regime_of,
)
