"""Finding certificates, and what they speak of: the parcel and the zone versions under it."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from core.text import latin_digits
from layers.zoning.models import PLAN, Zone
from parcels.certificates.models import Certificate
from parcels.models import Parcel

_NUMBER = re.compile(r"(\d{4})\s*[-–/\s]\s*(\d{1,9})", re.ASCII)


@dataclass(frozen=True)
class ParcelNow:
    """A parcel as recorded now: ``shape`` is EWKB, ``outline`` the SHA-256 of its exact outline."""

    valid_from: dt.date
    valid_to: dt.date | None
    shape: Any
    outline: str


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


def count_issued(session: Session, parcel_id: int, within: dt.timedelta) -> int:
    """How many certificates on a parcel were issued within so long before now."""
    lately = Certificate.issued_at > func.now() - within
    counted = select(func.count()).where(Certificate.parcel_id == parcel_id, lately)
    return session.execute(counted).scalar_one()


def is_certificate(session: Session, sha256: str) -> bool:
    """Whether these bytes are a certificate that was issued: they are never forgotten."""
    return session.scalar(select(exists().where(Certificate.document == sha256))) is True


def list_documents(session: Session) -> Iterator[tuple[str, str]]:
    """The number and the document of every certificate, by number."""
    rows = session.execute(select(Certificate.number, Certificate.document).order_by(Certificate.id))
    yield from ((row.number, row.document) for row in rows.yield_per(1000))


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


def find_parcel(session: Session, parcel_id: int) -> ParcelNow | None:
    """A parcel by its id, if it is still recorded."""
    outline = func.encode(func.sha256(func.ST_AsBinary(Parcel.geom)), "hex")
    row = session.execute(
        select(Parcel.valid_from, Parcel.valid_to, Parcel.geom, outline).where(Parcel.id == parcel_id)
    ).one_or_none()
    return None if row is None else ParcelNow(*row)
