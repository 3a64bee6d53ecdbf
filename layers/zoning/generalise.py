"""Keeps the table of zones as they are drawn from afar: a zone without its rows there is still to be made.

Made of all versions known now, whenever they are in force, so that one shape of each serves every day.
"""

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import shapely
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, aliased

from layers.zoning.coverage import BANDS, Shapes, simplify, unit_of
from layers.zoning.models import Zone, ZoneGeneralised

LOCK = 0x7A6F6E6573
"""The advisory lock of whoever makes zones: two at once would write the same rows."""
_AT_ONCE = 200
"""Zones still to be made for which only their neighbourhood is gone through; with more, the whole city is."""
_REACH_M = 2 * unit_of(BANDS[0])
"""Borders nearer than this, in EPSG:3857 metres, may become one by rounding."""

_WRITE = text("""
    INSERT INTO zone_generalised AS made (zone_id, zoom, geom_3857)
    SELECT zone_id, :zoom, ST_GeomFromWKB(wkb, 3857)
    FROM unnest(CAST(:zone_id AS bigint[]), CAST(:wkb AS bytea[])) AS given (zone_id, wkb)
    ORDER BY zone_id
    ON CONFLICT (zone_id, zoom) DO UPDATE SET geom_3857 = excluded.geom_3857
    -- A neighbour that came out as before must not have its tiles made anew.
    WHERE ST_AsBinary(made.geom_3857) <> ST_AsBinary(excluded.geom_3857)
""")


def rebuild(session: Session) -> None:
    """Make all zones known now anew."""
    session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    _make(session, _known(session))


def rebuild_touched(session: Session, zone_ids: Iterable[int]) -> None:
    """Make these zones anew and all that may share a border with them."""
    session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    _make(session, _neighbourhood(session, list(zone_ids)))


def generalise_touched(session: Session) -> bool:
    """Make what edits have left to be made; says whether there may be more. A chore of the tiles' keeper."""
    if not session.scalar(select(func.pg_try_advisory_xact_lock(LOCK))):
        return False
    missing = _list_missing(session)
    if not missing:
        return False
    wanted = _known(session) if len(missing) > _AT_ONCE else _neighbourhood(session, missing)
    return _make(session, wanted)


def _list_missing(session: Session) -> list[int]:
    has_its_rows = select(ZoneGeneralised.zone_id).where(
        ZoneGeneralised.zone_id == Zone.id, ZoneGeneralised.zoom == BANDS[-1][0]
    )
    missing = select(Zone.id).where(func.upper_inf(Zone.recorded), ~has_its_rows.exists())
    return list(session.scalars(missing.order_by(Zone.id).limit(_AT_ONCE + 1)))


def _known(session: Session) -> list[int]:
    return list(session.scalars(select(Zone.id).where(func.upper_inf(Zone.recorded))))


def _neighbourhood(session: Session, zone_ids: list[int]) -> list[int]:
    """The zones of the same plans, known now, whose boxes come near to one of these."""
    near, this = aliased(Zone), aliased(Zone)
    met = select(near.id).where(
        this.id == func.any(zone_ids),
        near.plan == this.plan,
        near.geom_3857.op("&&")(func.ST_Expand(this.geom_3857, _REACH_M)),
        func.upper_inf(near.recorded),
    )
    return list(session.scalars(met.distinct()))


def _make(session: Session, zone_ids: list[int]) -> bool:
    """Write the rows of these zones; says whether it could. Leaves them for later where somebody edits one now."""
    # Their shapes may not change until ours are written. Nobody is waited for, who may be waiting for our lock.
    held = session.scalars(
        select(Zone.id).where(Zone.id == func.any(zone_ids)).with_for_update(read=True, skip_locked=True)
    )
    if len(held.all()) < len(zone_ids):
        return False
    # What a border becomes depends on the zones on both of its sides: theirs are read, but not written.
    rows = session.execute(
        select(Zone.id, Zone.plan, func.ST_AsBinary(Zone.geom_3857))
        .where(Zone.id == func.any(_neighbourhood(session, zone_ids)))
        .order_by(Zone.id)
    ).all()
    wanted = set(zone_ids)
    for plan in sorted({row[1] for row in rows}):
        ours = [row for row in rows if row[1] == plan]
        shapes = _sound(shapely.from_wkb([bytes(row[2]) for row in ours]))
        chosen = [place for place, row in enumerate(ours) if row[0] in wanted]
        _write(session, shapes, chosen, [ours[place][0] for place in chosen])
    return True


def _write(session: Session, shapes: Shapes, chosen: list[int], zone_ids: list[int]) -> None:
    # GEOS works outside of the interpreter's lock.
    with ThreadPoolExecutor(os.cpu_count()) as cores:
        bands = list(cores.map(lambda band: simplify(shapes, unit_of(band)), BANDS))
    for band, made in zip(BANDS, bands, strict=True):
        wkb = [bytes(shape) for shape in shapely.to_wkb(made[chosen])]
        session.execute(_WRITE, {"zoom": band[0], "zone_id": zone_ids, "wkb": wkb})


def _sound(shapes: Shapes) -> Shapes:
    broken = ~shapely.is_valid(shapes)
    if broken.any():
        shapes[broken] = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
    return shapes
