"""The days that the city itself keeps otherwise than its calendar's file says."""

import datetime as dt

from sqlalchemy import CheckConstraint, Date, DateTime, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from core.models import Base


class CalendarDay(Base):
    """One day: a holiday, a half day or a working day, whatever it would be otherwise, with its name."""

    __tablename__ = "calendar_day"
    __table_args__ = (CheckConstraint("kind IN ('holiday', 'half', 'working')", name="kind"),)

    day: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    name_fa: Mapped[str] = mapped_column(Text, server_default="")
    name_en: Mapped[str] = mapped_column(Text, server_default="")
    changed_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    version: Mapped[int] = mapped_column(server_default="1")
