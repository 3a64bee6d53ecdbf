"""Importing a layer: one file's features become the layer's, by key."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
from sqlalchemy import Column, Integer, MetaData, Table, Text, func, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from core.errors import Unprocessable
from core.fields import plain_name, words
from core.geofiles import Batch, Field, Source
from core.i18n import gettext as _
from core.importing import (
    Account,
    AnyGeometry,
    Counts,
    Remarks,
    Staging,
    ewkb_hex,
    feature_label,
    peek,
    properties_json,
    sql_file,
    told,
)
from core.progress import Tell
from layers.boundary import BoundaryGate, get_city
from layers.events import layer_imported
from layers.models import BaseRole, City, GeometryKind, Layer
from layers.names import NameFields, find_name_fields
from layers.services import LayerWish, check_layer_wish, guess_role, upsert_layer
from layers.tiles import revision, sources

RESERVED = frozenset({"base", "parcels", "zoning", "satellite", "permits", "reports", "surveys"})
KEYS = words("""
    globalid guid uuid uniqueid assetid facilityid id fid gid osmid code objectid objectid1 ogcfid شناسه
    کد
""")
_KINDS = (GeometryKind.POINT, GeometryKind.LINE, GeometryKind.POLYGON)
_HERE = Path(__file__).parent

STAGING = Table(
    "layer_staging",
    MetaData(),
    Column("feature", Integer),
    Column("key", Text),
    Column("name_fa", Text),
    Column("name_en", Text),
    Column("kind", Text),
    Column("properties", JSONB),
    Column("geom", AnyGeometry),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)


@dataclass(frozen=True)
class LayerFile:
    """How a layer's file is to be read: which columns name, sort and tell apart its features; None: guess."""

    name_field: str | None = None
    kind_field: str | None = None
    id_field: str | None = None
    geometry: str | None = None
    covers_city: bool = False
    keep_gone: bool = False


def import_layer(
    session: Session,
    source: Source,
    wish: LayerWish,
    how: LayerFile | None = None,
    *,
    allow_outside: bool = False,
    tell: Tell = lambda _done, _total: None,
) -> Account:
    """Make the layer of that slug hold what the file holds.

    Raises Unprocessable, a line per problem, when the file or what is said of it cannot be used; SourceError
    from reading. Nothing may be committed then.
    """
    how = how or LayerFile()
    check_layer_wish(wish, wish.slug in RESERVED or sources.is_reserved(wish.slug))
    city = get_city(session, to_change=True)
    former = session.scalars(select(Layer).where(Layer.slug == wish.slug)).one_or_none()
    former_role = former.base_role if former else None
    account = Account(title=f"{source.name} → {wish.slug}")
    kind = _stage(session, source, city, wish, how, allow_outside, account, former_role, tell)
    _give_keys(session, source.fields, how, account)
    layer = upsert_layer(session, wish, kind, (_title(wish), _title(wish)))
    account.counts = _apply(session, layer, how, account)
    session.execute(sql_file(_HERE / "cover_layer.sql"), {"layer": layer.id, "covers_city": how.covers_city})
    session.refresh(layer)
    revision.bump(session, layer.slug)
    if former_role and not layer.base_role:
        revision.bump(session, revision.BASE)
    layer_imported.send("layers", session=session, layer=layer, was_street=former_role == BaseRole.STREET)
    return account


def _stage(
    session: Session,
    source: Source,
    city: City,
    wish: LayerWish,
    how: LayerFile,
    allow_outside: bool,
    account: Account,
    former_role: str | None,
    tell: Tell,
) -> GeometryKind:
    """Copy what may come in to the staging table, and return what kind of geometry that is."""
    first, batches = peek(source)
    role = None if wish.is_plain else wish.base_role or former_role or guess_role(wish.slug, _kind(first))
    fields = find_name_fields(source.fields, first.columns, role, how.name_field, how.kind_field)
    gate = BoundaryGate(city, allow_outside)
    if gate.shape is None:
        account.choices.append(_("The city has no boundary yet, so nothing is held against it."))
    staging = Staging(session, STAGING)
    by_kind = dict.fromkeys(_KINDS, 0)
    for batch in told(batches, source, tell):
        labels = [fa or en for fa, en in (fields.names(batch.columns, row) for row in range(len(batch)))]
        inside = gate.judge(batch, labels, account.refused, account.notes)
        chosen = _of_kind(batch, how.geometry, inside, labels, account.refused)
        for number in shapely.get_dimensions(batch.geometries[chosen]).tolist():
            by_kind[_KINDS[number]] += 1
        staging.copy(_rows(batch, chosen, fields, city.srid))
    account.close_reading(source)
    staging.close()
    if fields.used:
        account.choices.append(_("Names are taken from: %(columns)s.", columns=", ".join(fields.used)))
    return _one_kind(by_kind)


def _kind(batch: Batch) -> GeometryKind:
    return _KINDS[int(shapely.get_dimensions(batch.geometries[0]))]


def _of_kind(
    batch: Batch, wanted: str | None, inside: list[bool], labels: Sequence[str], refused: Remarks
) -> list[int]:
    """The rows of a batch that come in; those of another geometry than the wanted are refused."""
    chosen = [row for row, is_in in enumerate(inside) if is_in]
    if wanted is None:
        return chosen
    dimensions = shapely.get_dimensions(batch.geometries)
    for row in chosen:
        if _KINDS[int(dimensions[row])] != wanted:
            refused.add(
                _("is not of the geometry asked for (--geometry)"),
                feature_label(int(batch.indexes[row]), labels[row]),
            )
    return [row for row in chosen if _KINDS[int(dimensions[row])] == wanted]


def _rows(batch: Batch, chosen: list[int], fields: NameFields, srid: int) -> Any:
    geometries = ewkb_hex(batch.geometries[chosen], srid)
    said = properties_json(batch.columns, chosen)
    for geometry, row, properties in zip(geometries, chosen, said, strict=True):
        name_fa, name_en = fields.names(batch.columns, row)
        yield (
            int(batch.indexes[row]),
            None,
            name_fa,
            name_en,
            fields.kind_of(batch.columns, row),
            properties,
            geometry,
        )


def _one_kind(by_kind: dict[GeometryKind, int]) -> GeometryKind:
    there = {kind: count for kind, count in by_kind.items() if count}
    if len(there) == 1:
        return next(iter(there))
    counted = ", ".join(f"{kind.value} ({count})" for kind, count in there.items())
    raise Unprocessable(
        _(
            "The file mixes kinds of geometry: %(counted)s. Choose one of them with --geometry.",
            counted=counted,
        ),
        field="geometry",
    )


def _give_keys(session: Session, fields: Sequence[Field], how: LayerFile, account: Account) -> None:
    """Give each staged feature the key it is known by from one import to the next."""
    by_name = {plain_name(field.original): field.name for field in fields}
    wanted = [how.id_field] if how.id_field else [by_name[name] for name in KEYS if name in by_name]
    for name in wanted:
        key = func.nullif(STAGING.c.properties[name].astext, "")
        told_apart, total = session.execute(select(func.count(key.distinct()), func.count())).one()
        if told_apart == total:
            session.execute(update(STAGING).values(key=key))
            account.choices.append(_("Features are known by their %(column)s.", column=name))
            return
    if how.id_field:
        raise Unprocessable(
            _("--id-field: %(column)s is not different for every feature.", column=how.id_field),
            field="id_field",
        )
    session.execute(sql_file(_HERE / "key_by_place.sql"))
    account.choices.append(_("No column tells all features apart: they are known by their shape and place."))


def _apply(session: Session, layer: Layer, how: LayerFile, account: Account) -> Counts:
    done = session.execute(
        sql_file(_HERE / "import_features.sql"), {"layer": layer.id, "keep_gone": how.keep_gone}
    ).one()
    if done.gone:
        kept = _("no longer in the file; kept as you asked")
        removed = _(
            "no longer in the file and removed, since the file is what the layer is (--keep-gone keeps it)"
        )
        account.notes.add(kept if how.keep_gone else removed, count=done.gone)
    return Counts(done.added, done.changed, done.unchanged, done.gone)


def _title(wish: LayerWish) -> str:
    return wish.slug.replace("_", " ").replace("-", " ").strip().capitalize()
