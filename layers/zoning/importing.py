"""Importing zoning: a file's zones become the plan from a day on; codes not yet known become classes."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Column, Integer, MetaData, Table, Text, case, func, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session

from core.errors import Unprocessable
from core.fields import plain_name, words
from core.geofiles import Batch, Source
from core.i18n import format_date, format_number
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
from layers.zoning import generalise
from layers.zoning.columns import ZoneColumns, find_columns
from layers.zoning.models import PLAN, Zone, ZoneClass

KEYS = words("globalid guid uuid uniqueid zoneid id fid gid objectid شناسه")
SOURCE_NAME = "zoning"
_HERE = Path(__file__).parent

STAGING = Table(
    "zone_staging",
    MetaData(),
    Column("feature", Integer),
    Column("key", Text),
    Column("code", Text),
    Column("name_fa", Text),
    Column("name_en", Text),
    Column("group", Text),
    Column("rule_text_fa", Text),
    Column("rule_text_en", Text),
    Column("properties", JSONB),
    Column("geom", AnyGeometry),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)


def _silent(_done: int, _total: int | None) -> None:
    """Nobody asked how far it is."""


@dataclass(frozen=True)
class ZoneFile:
    """How a file of zones is to be read; ``valid_from``: since when it is the law.

    Without it the first zoning of a city holds since ever (nobody said since when), a later one from today.
    """

    code_field: str | None = None
    name_field: str | None = None
    id_field: str | None = None
    valid_from: dt.date | None = None
    keep_gone: bool = False


def import_zones(
    session: Session,
    source: Source,
    how: ZoneFile | None = None,
    *,
    allow_outside: bool = False,
    tell: Tell = _silent,
) -> Account:
    """Make the plan what the file holds, from a day on.

    Raises Unprocessable, a line per problem, when the file or what is said of it cannot be used; SourceError
    from reading. Nothing may be committed then.
    """
    how = how or ZoneFile()
    city = get_city(session, to_change=True)
    account = Account(title=f"{source.name} → " + _("zoning"))
    _stage(session, source, city, how, allow_outside, account, tell)
    _give_keys(session, source, how, account)
    _note_overlaps(session, account)
    _ensure_classes(session, account)
    account.counts = _apply(session, how, account)
    generalise.rebuild(session)
    revision.bump(session, SOURCE_NAME)
    return account


def _stage(
    session: Session,
    source: Source,
    city: City,
    how: ZoneFile,
    allow_outside: bool,
    account: Account,
    tell: Tell,
) -> None:
    first, batches = peek(source)
    columns = find_columns(source.fields, first.columns, how.code_field, how.name_field)
    account.choices.append(
        _(
            "Columns in use: code = %(code)s, name = %(name)s.",
            code=columns.code,
            name=columns.name or "—",
        )
    )
    gate = BoundaryGate(city, allow_outside)
    if gate.shape is None:
        account.choices.append(_("The city has no boundary yet, so nothing is held against it."))
    staging = Staging(session, STAGING)
    for batch in told(batches, source, tell):
        staging.copy(_rows(batch, columns, gate, city.srid, account))
    account.close_reading(source)
    staging.close()


def _rows(
    batch: Batch, columns: ZoneColumns, gate: BoundaryGate, srid: int, account: Account
) -> Iterator[tuple[Any, ...]]:
    codes = [columns.code_of(batch.columns, row) for row in range(len(batch))]
    inside = gate.judge(batch, codes, account.refused, account.notes)
    polygons = shapely.get_dimensions(batch.geometries) == 2
    chosen = []
    for row, code in enumerate(codes):
        if not inside[row]:
            continue
        label = feature_label(int(batch.indexes[row]), code)
        if not polygons[row]:
            account.refused.add(_("is no area, so it cannot be a zone"), label)
        elif not code:
            account.refused.add(_("has no code"), label)
        else:
            chosen.append(row)
    shapes = ewkb_hex(batch.geometries[np.array(chosen, dtype=int)], srid)
    said = properties_json(batch.columns, chosen)
    for row, shape, properties in zip(chosen, shapes, said, strict=True):
        name_fa, name_en = columns.names_of(batch.columns, row)
        yield (
            int(batch.indexes[row]),
            None,
            codes[row],
            name_fa,
            name_en,
            columns.group_of(batch.columns, row),
            "",
            "",
            properties,
            shape,
        )


def _give_keys(session: Session, source: Source, how: ZoneFile, account: Account) -> None:
    """Give each staged zone the key it is known by across its versions."""
    by_name = {plain_name(field.original): field.name for field in source.fields}
    wanted = [how.id_field] if how.id_field else [by_name[name] for name in KEYS if name in by_name]
    for name in wanted:
        key = func.nullif(STAGING.c.properties[name].astext, "")
        told_apart, total = session.execute(select(func.count(key.distinct()), func.count())).one()
        if told_apart == total:
            session.execute(update(STAGING).values(key=key))
            account.choices.append(_("Zones are known by their %(column)s.", column=name))
            return
    if how.id_field:
        raise Unprocessable(
            _("--id-field: %(column)s is not different for every feature.", column=how.id_field),
            field="id_field",
        )
    session.execute(sql_file(_HERE / "key_by_place.sql"))
    account.choices.append(_("No column tells all zones apart: they are known by their shape and place."))


def _note_overlaps(session: Session, account: Account) -> None:
    session.execute(text("CREATE INDEX ON zone_staging USING gist (geom)"))
    found = session.execute(sql_file(_HERE / "overlaps.sql")).all()
    if found:
        named = (f"{row.one} × {row.other}: {format_number(row.area_m2)} m²" for row in found)
        account.notes.add(
            _("pair of zones lies on one another: two laws for one piece of ground"), *named, count=len(found)
        )


def _ensure_classes(session: Session, account: Account) -> None:
    """Make a class of each code that is not known yet: its rules are not entered, which is not "no rules"."""
    staged = STAGING.c
    met = (
        select(
            staged.code,
            # A class has one name: one that several zones of it disagree on is no name of the class.
            _one_value(staged.name_fa).label("name_fa"),
            _one_value(staged.name_en).label("name_en"),
            func.mode().within_group(staged.group).label("group"),
        )
        .where(staged.code.not_in(select(ZoneClass.code)))
        .group_by(staged.code)
        .order_by(staged.code)
    )
    rows = [dict(row._mapping) | {"rules_entered": False} for row in session.execute(met)]
    if rows:
        session.execute(insert(ZoneClass), rows)
        account.notes.add(
            _("code was not known and became a class whose rules are not entered yet"),
            *(row["code"] for row in rows),
            count=len(rows),
        )


def _one_value(column: Any) -> Any:
    """The value that all rows of a group have, if they have one."""
    named = func.nullif(column, "")
    return case((func.min(named) == func.max(named), func.min(named)), else_="")


def _apply(session: Session, how: ZoneFile, account: Account) -> Counts:
    day = how.valid_from
    is_first = session.execute(select(Zone.id).where(Zone.plan == PLAN).limit(1)).first() is None
    if day is None and not is_first:
        day = get_today(session)
    told_day = _("since ever") if day is None else format_date(day)
    account.choices.append(_("In force from: %(day)s.", day=told_day))
    for name in ("zone_change", "zone_in_force"):
        session.execute(text("DROP TABLE IF EXISTS " + name))
    # Within one transaction now() stands still, but what is recorded must end after it began.
    moment = session.scalar(select(func.clock_timestamp()))
    session.execute(
        sql_file(_HERE / "import_zones.sql"),
        {"plan": PLAN, "day": day, "moment": moment, "keep_gone": how.keep_gone},
    )
    session.expire_all()
    counted = session.execute(text("SELECT state, count(*) AS n FROM zone_change GROUP BY state"))
    states: dict[str, int] = {row.state: row.n for row in counted}
    gone = states.get("gone", 0)
    if gone:
        kept = _("is not in the file; kept as you asked")
        ended = _("is not in the file and has ended; earlier days keep it (--keep-gone keeps it in force)")
        account.notes.add(kept if how.keep_gone else ended, count=gone)
    return Counts(states.get("added", 0), states.get("changed", 0), states.get("unchanged", 0), gone)
