"""Letters as issued."""

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, Index, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.models import Base, Word


class LetterKind(StrEnum):
    """What a letter tells."""

    DECISION = "decision"
    COMPLETION = "completion"


class PermitLetter(Base):
    """One letter as it was issued for one event of a case; a trigger keeps it from ever changing.

    ``public_id`` is what its address is made of and cannot be guessed; ``number`` is what people read out. ``stated``
    is what it says, in both languages; ``document`` is the SHA-256 of its bytes. Whether it still holds is the case's.
    """

    __tablename__ = "permit_letter"
    __table_args__ = (
        CheckConstraint("document ~ '^[0-9a-f]{64}$'", name="document"),
        Index("permit_letter_permit_id_idx", "permit_id"),
        Index("permit_letter_document_idx", "document"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    number: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[LetterKind] = mapped_column(Word(LetterKind))
    permit_id: Mapped[int] = mapped_column(ForeignKey("permit.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("permit_event.id"), unique=True)
    stated: Mapped[dict[str, Any]] = mapped_column(JSONB)
    document: Mapped[str] = mapped_column(Text)
    issued_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
