"""Certificates as issued."""

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Date, DateTime, Identity, Index, Text, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.models import Base


class Certificate(Base):
    """One certificate as it was issued. A trigger keeps everything but its revocation from ever changing.

    ``public_id`` is what its address is made of and cannot be guessed; ``number`` is what people read out.
    ``zone_ids`` are the zone versions it relied on, ``stated`` is everything it says, ``document`` the SHA-256 of
    its bytes. It refers to parcel and zones by their ids without foreign keys, since it outlives them.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        CheckConstraint("cardinality(zone_ids) > 0", name="zone_ids"),
        CheckConstraint("document ~ '^[0-9a-f]{64}$'", name="document"),
        CheckConstraint(
            "(revoked_at IS NULL) = (revoked_reason IS NULL) AND revoked_reason IS DISTINCT FROM ''",
            name="revoked",
        ),
        Index("certificate_parcel_id_day_idx", "parcel_id", "day"),
        Index(
            "certificate_zone_ids_idx",
            "zone_ids",
            postgresql_using="gin",
            postgresql_where="revoked_at IS NULL",
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    number: Mapped[str] = mapped_column(Text, unique=True)
    language: Mapped[str] = mapped_column(Text)
    parcel_id: Mapped[int] = mapped_column(BigInteger)
    parcel_number: Mapped[str] = mapped_column(Text)
    day: Mapped[dt.date] = mapped_column(Date)
    zone_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    stated: Mapped[dict[str, Any]] = mapped_column(JSONB)
    document: Mapped[str] = mapped_column(Text)
    issued_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    revoked_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_reason: Mapped[str | None] = mapped_column(Text)
