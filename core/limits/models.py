"""Counts of requests, of which nothing is left after a day, nor after the server's crash."""

import datetime as dt

from sqlalchemy import DateTime, LargeBinary
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from core.models import Base


class RateCount(Base):
    """When somebody asked of late, within one rate's window; ``key`` is a digest, so that nobody is named here.

    Unlogged: a count is written in a fraction of a millisecond, and lost if the database server crashes.
    """

    __tablename__ = "rate_count"
    __table_args__ = ({"prefixes": ["UNLOGGED"], "postgresql_with": {"fillfactor": 70}},)

    key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    times: Mapped[list[dt.datetime]] = mapped_column(ARRAY(DateTime(timezone=True)))
    over_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
