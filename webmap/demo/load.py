"""Loads the demo city into an empty database: the whole of it in the caller's transaction, or nothing."""

import datetime as dt
from collections.abc import Callable
from contextlib import ExitStack
from typing import cast

import pyproj
from psycopg2 import extensions
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.documents.services import Desk
from core.errors import Conflict, Unprocessable
from core.grids import check_metric
from core.i18n import format_number
from core.i18n import gettext as _
from core.local_time import get_today
from layers.models import City
from layers.tiles import revision
from layers.zoning import generalise as zones_from_afar
from parcels import generalise
from webmap.demo.amendments import add_amendment
from webmap.demo.builder import Builder, Summary
from webmap.demo.copying import Copier, Site
from webmap.demo.districts import in_order
from webmap.demo.layers import LAYERS
from webmap.demo.permits import add_permits
from webmap.demo.plan import make_plan

DEFAULT_PARCELS = 5000
DEFAULT_SEED = 1404
DEFAULT_SRID = 32639
ANCHOR_LON_LAT = (52.95, 33.84)
"""Empty desert in the middle of Iran: no real city lies beneath."""
MIN_PARCELS, MAX_PARCELS = 1000, 2_000_000
IN_BULK = 50_000
"""From so many parcels on, indexes are made after the rows."""

Progress = Callable[[int, int], None]


def load(
    session: Session,
    parcels: int = DEFAULT_PARCELS,
    seed: int = DEFAULT_SEED,
    progress: Progress | None = None,
    today: dt.date | None = None,
    *,
    desk: Desk | None = None,
) -> Summary:
    """Load a demo city with just so many parcels; flushes, never commits.

    ``desk``: where its permits' papers go; without one there are no permits.
    The same seed and day give the same rows, byte for byte. Raises Conflict where there is a city already,
    Unprocessable for a number or a grid that cannot be.
    """
    if not MIN_PARCELS <= parcels <= MAX_PARCELS:
        limits = {"low": format_number(MIN_PARCELS), "high": format_number(MAX_PARCELS)}
        raise Unprocessable(
            _("The demo city can have between %(low)s and %(high)s parcels.", **limits), field="parcels"
        )
    if session.scalar(select(City.id)) is not None:
        raise Conflict(_("This database already holds a city; the demo city needs an empty one."))
    site = site_of(session)
    driver = cast(extensions.connection, session.connection().connection.driver_connection)
    with driver.cursor() as cursor, ExitStack() as stack:
        copier = Copier(cursor)
        if parcels >= IN_BULK:
            stack.enter_context(copier.without_indexes())
        summary = _build(seed, parcels, site, copier, today or get_today(session), progress)
    with driver.cursor() as cursor:
        Copier(cursor).finish()
    session.expire_all()
    if desk is not None:
        day = today or get_today(session)
        summary.permits = add_permits(session, seed, day, desk)
        add_amendment(session, dt.datetime.combine(day, dt.time(8, 30), dt.UTC), desk)
    _tell_the_map(session)
    return summary


def site_of(session: Session) -> Site:
    """The demo's place on the grid of this database; raises Unprocessable where the grid is not in metres."""
    srid = session.scalar(text("SELECT Find_SRID(current_schema()::text, 'parcel', 'geom')"))
    crs = check_metric(srid or DEFAULT_SRID)
    lon, lat = ANCHOR_LON_LAT
    area = crs.area_of_use
    if area and not (area.west <= lon <= area.east and area.south <= lat <= area.north):
        lon, lat = (area.west + area.east) / 2, (area.south + area.north) / 2
    east, north = pyproj.Transformer.from_crs(4326, crs, always_xy=True).transform(lon, lat)
    return Site(srid, round(east, -2), round(north, -2))


def _build(
    seed: int, parcels: int, site: Site, copier: Copier, today: dt.date, progress: Progress | None
) -> Summary:
    plan = make_plan(seed, parcels)
    builder = Builder(plan, parcels, site, copier, today)
    builder.open()
    wards = in_order(plan)
    for ward in wards:
        builder.build(ward, is_last=ward is wards[-1])
        if progress:
            progress(builder.summary.parcels, parcels)
    return builder.summary


def _tell_the_map(session: Session) -> None:
    """Make what the map draws from afar, and let open maps know that everything is new."""
    session.expire_all()
    generalise.rebuild(session)
    zones_from_afar.rebuild(session)
    for source in ("zoning", *(layer.slug for layer in LAYERS)):
        revision.bump(session, source)
