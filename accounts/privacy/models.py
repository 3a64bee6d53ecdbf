"""For how long things of each kind are kept, where the administrator has said otherwise than we do."""

import datetime as dt

from sqlalchemy import CheckConstraint, DateTime, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from core.models import Base


class RetentionPeriod(Base):
    """How many days things of a kind are kept; null: for ever. A kind without a row keeps to its own default."""

    __tablename__ = "retention_period"
    __table_args__ = (CheckConstraint("days IS NULL OR days > 0", name="days"),)

    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    days: Mapped[int | None]
    changed_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    version: Mapped[int] = mapped_column(server_default="1")
