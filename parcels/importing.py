"""Importing parcels: a file's parcels become the city's, by number; what changed gets a new version."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Column, Float, Integer, MetaData, Table, Text, func, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from core.errors import Unprocessable
from core.geofiles import Batch, Source
from core.i18n import format_number
from core.i18n import gettext as _
from core.importing import (
    Account,
    AnyGeometry,
    Counts,
    Staging,
    ewkb_hex,
    feature_label,
    peek,
    properties_json,
    sql_file,
    told,
)
from core.local_time import get_today
from core.progress import Tell
from layers.boundary import BoundaryGate, get_city
from layers.models import City
from layers.tiles import revision
from parcels.columns import ParcelColumns, ParcelFields, find_columns
from parcels.drawing import draw_changes
from parcels.models import Parcel
from parcels.streets import ensure_streets

_HERE = Path(__file__).parent
_TEMPORARY: dict[str, Any] = {"prefixes": ["TEMPORARY"], "postgresql_on_commit": "DROP"}

STAGING = Table(
    "parcel_staging",
    MetaData(),
    Column("feature", Integer),
    Column("number", Text),
    Column("number_key", Text),
    Column("address", Text),
    Column("street", Text),
    Column("house_number", Integer),
    Column("land_use", Text),
    Column("land_use_recorded", Text),
    Column("area_official_m2", Float),
    Column("properties", JSONB),
    Column("geom", AnyGeometry),
    **_TEMPORARY,
)
STREETS = Table(
    "parcel_street_staging", MetaData(), Column("name", Text), Column("street_id", Integer), **_TEMPORARY
)
INCOMING = Table("parcel_incoming", MetaData(), Column("number", Text), **_TEMPORARY)


def _silent(_done: int, _total: int | None) -> None:
    """Nobody asked how far it is."""


@dataclass(frozen=True)
class ParcelFile:
    """How a file of parcels is to be read, and from which day on (None: today) it is so."""

    fields: ParcelFields = field(default_factory=ParcelFields)
    valid_from: dt.date | None = None
    close_gone: bool = False


def import_parcels(
    session: Session,
    source: Source,
    how: ParcelFile | None = None,
    *,
    allow_outside: bool = False,
    tell: Tell = _silent,
    tell_drawing: Tell = _silent,
) -> Account:
    """Make the city's parcels those of the file; parcels the file does not have stay unless ``close_gone``.

    Raises Unprocessable, a line per problem, when the file or what is said of it cannot be used; SourceError
    from reading. Nothing may be committed then.
    """
    how = how or ParcelFile()
    if how.valid_from and how.valid_from > get_today(session):
        raise Unprocessable(
            _("--valid-from: parcels cannot be imported for a day to come."), field="valid_from"
        )
    city = get_city(session, to_change=True)
    account = Account(title=f"{source.name} → " + _("parcels"))
    _stage(session, source, city, how.fields, allow_outside, account, tell)
    _note_repeated(session, account)
    is_first = _match(session)
    account.counts = _apply(session, how, account)
    _grow_boundary(session, city, account)
    counts = account.counts
    touched = counts.added + counts.changed + (counts.gone if how.close_gone else 0)
    draw_changes(session, touched, is_first, tell_drawing)
    return account


def _stage(
    session: Session,
    source: Source,
    city: City,
    fields: ParcelFields,
    allow_outside: bool,
    account: Account,
    tell: Tell,
) -> None:
    first, batches = peek(source)
    columns = find_columns(source.fields, first.columns, fields)
    account.choices.append(columns.told())
    gate = BoundaryGate(city, allow_outside, grows=city.boundary_is_hull)
    if gate.shape is None:
        account.choices.append(_("The city has no boundary of its own, so no parcel is outside it."))
    staging = Staging(session, STAGING)
    for batch in told(batches, source, tell):
        staging.copy(_rows(batch, columns, gate, city.srid, account))
    account.close_reading(source)
    staging.close("number", "number_key", "street")


def _rows(
    batch: Batch, columns: ParcelColumns, gate: BoundaryGate, srid: int, account: Account
) -> Iterator[tuple[Any, ...]]:
    told_numbers = [columns.number_of(batch.columns, row) for row in range(len(batch))]
    numbers, keys = [number for number, _key in told_numbers], [key for _number, key in told_numbers]
    inside = gate.judge(batch, numbers, account.refused, account.notes)
    polygons = shapely.get_dimensions(batch.geometries) == 2
    chosen = []
    for row, (number, key) in enumerate(zip(numbers, keys, strict=True)):
        if inside[row] and polygons[row] and key:
            chosen.append(row)
        elif inside[row]:
            why = (
                _("has no number: the column is empty or holds only signs")
                if polygons[row]
                else _("is no area, so it cannot be a parcel")
            )
            name = number or str(batch.columns[columns.number][row] or "")
            account.refused.add(why, feature_label(int(batch.indexes[row]), name))
    shapes = ewkb_hex(batch.geometries[np.array(chosen, dtype=int)], srid)
    said = properties_json(batch.columns, chosen)
    for row, shape, properties in zip(chosen, shapes, said, strict=True):
        line, address = columns.address_of(batch.columns, row)
        land_use, recorded = columns.land_use_of(batch.columns, row)
        yield (
            int(batch.indexes[row]),
            numbers[row],
            keys[row],
            line,
            address.street,
            address.house_number,
            land_use,
            recorded,
            columns.area_of(batch.columns, row),
            properties,
            shape,
        )


def _note_repeated(session: Session, account: Account) -> None:
    """Say which numbers stand on several features, and which differ only in their spelling."""
    staged = STAGING.c
    many = (
        select(staged.number, func.count().label("parts"))
        .group_by(staged.number)
        .having(func.count() > 1)
        .order_by(func.count().desc(), staged.number)
    )
    repeated = session.execute(many).all()
    if repeated:
        account.notes.add(
            _("number stands on several features, which became one parcel of several parts"),
            *(f"{row.number} ({format_number(row.parts)})" for row in repeated),
            count=len(repeated),
        )
    # Looked for first, since to put together the spellings of every number takes three times as long.
    keys = (
        select(staged.number_key)
        .group_by(staged.number_key)
        .having(func.min(staged.number) != func.max(staged.number))
    )
    alike = (
        select(func.string_agg(staged.number.distinct(), " / "))
        .where(staged.number_key.in_(keys))
        .group_by(staged.number_key)
    )
    spelled = session.scalars(alike).all()
    if spelled:
        account.notes.add(
            _("number is written in several ways; each stayed a parcel of its own"),
            *spelled,
            count=len(spelled),
        )


def _match(session: Session) -> bool:
    """Gather the file's parcels, give them their streets, and find which parcel of today each is.

    Says whether there were no parcels yet, so that all of them are new.
    """
    streets = ensure_streets(
        session, session.scalars(select(STAGING.c.street).where(STAGING.c.street != "").distinct()).all()
    )
    staging = Staging(session, STREETS)
    staging.copy(streets.items())
    staging.close()
    INCOMING.drop(session.connection(), checkfirst=True)
    session.execute(sql_file(_HERE / "gather_parcels.sql"))
    is_first = session.scalar(select(Parcel.id).where(Parcel.valid_to.is_(None)).limit(1)) is None
    if not is_first:
        session.execute(sql_file(_HERE / "match_parcels.sql"))
    return is_first


def _apply(session: Session, how: ParcelFile, account: Account) -> Counts:
    counted = session.execute(text("SELECT state, count(*) AS n FROM parcel_incoming GROUP BY state"))
    states: dict[str, int] = {row.state: row.n for row in counted}
    gone = _gone(session)
    day = how.valid_from or get_today(session)
    if how.close_gone and gone:
        session.execute(
            sql_file(_HERE / "close_gone_parcels.sql"),
            {"day": day, "ids": [number for number, _name in gone]},
        )
    session.execute(sql_file(_HERE / "apply_parcels.sql"), {"day": day})
    session.expire_all()
    if gone:
        kept = _("is not in the file; kept as it is (--close-gone ends it)")
        ended = _("is not in the file and has ended")
        names = [name for _number, name in gone]
        account.notes.add(ended if how.close_gone else kept, *names, count=len(gone))
    changed = states.get("versioned", 0) + states.get("amended", 0)
    return Counts(states.get("added", 0), changed, states.get("unchanged", 0), len(gone))


def _gone(session: Session) -> list[tuple[int, str]]:
    """Today's parcels (id, number) that the file does not have."""
    there = text("SELECT FROM parcel_incoming i WHERE i.parcel_id = parcel.id")
    query = (
        select(Parcel.id, Parcel.number)
        .where(Parcel.valid_to.is_(None), text(f"NOT EXISTS ({there.text})"))
        .order_by(Parcel.number)
    )
    return [(row.id, row.number) for row in session.execute(query)]


def _grow_boundary(session: Session, city: City, account: Account) -> None:
    area_km2 = session.scalar(sql_file(_HERE / "grow_boundary.sql"))
    session.refresh(city)
    if area_km2 is not None:
        revision.bump(session, revision.BASE)
        area = format_number(area_km2, 2)
        account.choices.append(_("The city's boundary is the hull of its parcels (%(area)s km²).", area=area))
