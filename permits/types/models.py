"""The kinds of permits, and every version that their settings ever had."""

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Integer, SmallInteger, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.models import Base


class PermitType(Base):
    """A kind of permit; ``version`` is the one that new cases are opened under. One not ``is_offered`` takes none."""

    __tablename__ = "permit_type"

    code: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    ordinal: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    is_offered: Mapped[bool] = mapped_column(server_default="true")


class PermitTypeVersion(Base):
    """What a version said (``permits.types.schemas``), who made it and why: only ever added to."""

    __tablename__ = "permit_type_version"
    __table_args__ = (CheckConstraint("version > 0", name="version"),)

    code: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB)
    made_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    made_by: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text, server_default="")
