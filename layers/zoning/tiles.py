"""Tiles of zoning as it is, was or will be on a day."""

import datetime as dt

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from layers.tiles.sources import AnySelect, Asked, TileLayer, TileSource, touches
from layers.zoning.models import PLAN, Zone, ZoneClass


def _zones(asked: Asked) -> AnySelect:
    """The zones in force on a day, as far as we know now.

    Shared borders stay shared at every zoom: rounding to the tile's grid moves equal corners equally.
    """
    return (
        select(
            Zone.id,
            ZoneClass.code,
            func.nullif(Zone.plan, PLAN).label("plan"),
            Zone.geom_3857.label("geom"),
        )
        .join(ZoneClass, ZoneClass.id == Zone.class_id)
        .where(
            touches(Zone.geom_3857, asked.cell),
            Zone.valid.op("@>")(asked.day),
            func.upper_inf(Zone.recorded),
        )
    )


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
