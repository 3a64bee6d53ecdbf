"""Finding certificates, and what they speak of: the parcel, the zone versions under it, what lies around it."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.text import latin_digits
from layers.models import BaseRole, City, Feature, Layer
from layers.zoning.models import PLAN, Zone, ZoneClass
from parcels.certificates.models import Certificate, CertificateRegister
from parcels.models import Parcel

_NUMBER = re.compile(r"(\d{4})\s*[-–/\s]\s*(\d{1,9})", re.ASCII)

Box = tuple[float, float, float, float]
"""West, south, east, north in the city's grid."""


@dataclass(frozen=True)
class ParcelNow:
    """A parcel as recorded now: ``shape`` is EWKB, ``outline`` the SHA-256 of its exact outline."""

    valid_from: dt.date
    valid_to: dt.date | None
    shape: Any
    outline: str


@dataclass(frozen=True)
class Piece:
    """Something on the map of a certificate, as WKB cut to the map's box.

    ``kind`` is parcel, zone or the base map's street, water or green; ``code`` the parcel's number, the zone's
    code, or empty; ``style`` the zone's group or the street's class.
    """

    kind: str
    code: str
    name_fa: str
    name_en: str
    style: str
    wkb: bytes


def find_certificate(session: Session, public_id: str) -> Certificate | None:
    """The certificate at an address."""
    return session.scalars(select(Certificate).where(Certificate.public_id == public_id)).one_or_none()


def find_by_number(session: Session, number: str) -> Certificate | None:
    """The certificate with a number, in any digits, with or without the zeros that fill it up."""
    typed = _NUMBER.fullmatch(latin_digits(number).strip())
    if typed is None:
        return None
    written = f"{typed[1]}-{int(typed[2]):06d}"
    return session.scalars(select(Certificate).where(Certificate.number == written)).one_or_none()


def list_unrevoked(session: Session, parcel_id: int, day: dt.date, language: str) -> list[Certificate]:
    """The certificates that speak of a parcel and a day in a language and were not revoked, newest first."""
    asked = (
        Certificate.parcel_id == parcel_id,
        Certificate.day == day,
        Certificate.language == language,
        Certificate.revoked_at.is_(None),
    )
    return list(session.scalars(select(Certificate).where(*asked).order_by(Certificate.id.desc())))


def lock_issuing(session: Session, parcel_id: int, day: dt.date, language: str) -> None:
    """Until this transaction ends, nobody else issues a certificate on the same parcel, day and language."""
    key = f"certificate {parcel_id} {day.isoformat()} {language}"
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))


def list_zone_versions(
    session: Session, parcel_id: int, day: dt.date, *, is_held: bool = False
) -> dict[str, int]:
    """The zone versions on a parcel that are the law on a day, by the zone's key.

    ``is_held``: they stay as they are until this transaction ends. An annulment waits, then finds the certificate.
    """
    outline = select(Parcel.geom).where(Parcel.id == parcel_id).scalar_subquery()
    found = (
        select(Zone.zone_key, Zone.id)
        .where(
            Zone.plan == PLAN,
            Zone.valid.contains(day),
            func.upper_inf(Zone.recorded),
            func.ST_Intersects(Zone.geom, outline),
        )
        .order_by(Zone.id)
    )
    if is_held:
        found = found.with_for_update(read=True, of=Zone)
    return {row.zone_key: row.id for row in session.execute(found)}


def take_number(session: Session, year: int) -> int:
    """The next number of a year. Whoever takes the one after waits until this transaction ends."""
    first = insert(CertificateRegister).values(year=year, last=1)
    taken = first.on_conflict_do_update(
        index_elements=[CertificateRegister.year], set_={"last": CertificateRegister.last + 1}
    )
    return session.execute(taken.returning(CertificateRegister.last)).scalar_one()


def find_parcel(session: Session, parcel_id: int) -> ParcelNow | None:
    """A parcel by its id, if it is still recorded."""
    outline = func.encode(func.sha256(func.ST_AsBinary(Parcel.geom)), "hex")
    row = session.execute(
        select(Parcel.valid_from, Parcel.valid_to, Parcel.geom, outline).where(Parcel.id == parcel_id)
    ).one_or_none()
    return None if row is None else ParcelNow(*row)


def get_srid(session: Session) -> int:
    """The city's grid."""
    return session.execute(select(City.srid)).scalar_one()


def list_around(session: Session, box: Box, day: dt.date) -> list[Piece]:
    """Everything that the map of a certificate draws of a box on a day: base map, zones, parcels."""
    frame = func.ST_MakeEnvelope(*box, get_srid(session))
    return [*_base(session, frame), *_zones(session, frame, day), *_parcels(session, frame, day)]


def _cut(geom: Any, frame: ColumnElement[Any]) -> ColumnElement[Any]:
    """What lies in the frame, and a little more, so that the cut itself is not seen."""
    return func.ST_AsBinary(func.ST_ClipByBox2D(geom, func.Box2D(func.ST_Expand(frame, 5))))


def _base(session: Session, frame: ColumnElement[Any]) -> list[Piece]:
    rows = session.execute(
        select(Layer.base_role, Feature.name_fa, Feature.name_en, Feature.kind, _cut(Feature.geom, frame))
        .join(Layer, Layer.id == Feature.layer_id)
        .where(
            Layer.base_role.in_([BaseRole.STREET, BaseRole.WATER, BaseRole.GREEN]),
            func.ST_Intersects(Feature.geom, frame),
        )
        .order_by(Feature.id)
    )
    return [Piece(role, "", fa, en, kind, bytes(wkb)) for role, fa, en, kind, wkb in rows]


def _zones(session: Session, frame: ColumnElement[Any], day: dt.date) -> list[Piece]:
    rows = session.execute(
        select(ZoneClass.code, ZoneClass.name_fa, ZoneClass.name_en, ZoneClass.group, _cut(Zone.geom, frame))
        .join(ZoneClass, ZoneClass.id == Zone.class_id)
        .where(
            Zone.plan == PLAN,
            Zone.valid.contains(day),
            func.upper_inf(Zone.recorded),
            func.ST_Intersects(Zone.geom, frame),
        )
        .order_by(Zone.id)
    )
    return [Piece("zone", code, fa, en, group, bytes(wkb)) for code, fa, en, group, wkb in rows]


def _parcels(session: Session, frame: ColumnElement[Any], day: dt.date) -> list[Piece]:
    rows = session.execute(
        select(Parcel.number, _cut(Parcel.geom, frame))
        .where(
            Parcel.valid_from <= day,
            or_(Parcel.valid_to.is_(None), Parcel.valid_to > day),
            func.ST_Intersects(Parcel.geom, frame),
        )
        .order_by(Parcel.id)
    )
    return [Piece("parcel", number, "", "", "", bytes(wkb)) for number, wkb in rows]
