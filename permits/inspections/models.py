"""An inspection of works: which one, when, by whom, where exactly, and how it came out."""

import datetime as dt
from enum import StrEnum

from geoalchemy2 import WKBElement
from sqlalchemy import BigInteger, DateTime, Float, ForeignKey, Identity, Index, Text, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from core.models import Base, Word, city_geometry


class InspectionResult(StrEnum):
    """How an inspection came out."""

    PASSED = "passed"
    FAILED = "failed"


class Inspection(Base):
    """One visit. ``code`` is the required inspection of the type that it was for; ``photos`` are documents' hashes.

    ``client_key`` is made on the inspector's device, so that a visit sent twice over a bad line is kept once.
    """

    __tablename__ = "permit_inspection"
    __table_args__ = (Index("permit_inspection_permit_id_idx", "permit_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    permit_id: Mapped[int] = mapped_column(ForeignKey("permit.id"))
    client_key: Mapped[str] = mapped_column(Text, unique=True)
    code: Mapped[str] = mapped_column(Text)
    result: Mapped[InspectionResult] = mapped_column(Word(InspectionResult))
    note: Mapped[str] = mapped_column(Text, server_default="")
    inspector_id: Mapped[int | None] = mapped_column(BigInteger)
    inspected_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    received_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    geom: Mapped[WKBElement | None] = mapped_column(city_geometry("POINT"))
    accuracy_m: Mapped[float | None] = mapped_column(Float)
    photos: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
