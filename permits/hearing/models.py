"""The neighbours of a case as they were when comments opened, and the comments."""

import datetime as dt
from enum import StrEnum

from geoalchemy2 import WKBElement
from sqlalchemy import BigInteger, DateTime, Float, ForeignKey, Identity, Index, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from core.models import Base, Word, city_geometry


class Stance(StrEnum):
    """What a comment is."""

    SUPPORT = "support"
    COMMENT = "comment"
    OBJECTION = "objection"


class Neighbour(Base):
    """A parcel near a case, frozen when comments opened; ``written_at``: when a letter to it was queued.

    ``email`` is where its owner or occupier is written to, if the city knows one.
    """

    __tablename__ = "permit_neighbour"

    permit_id: Mapped[int] = mapped_column(ForeignKey("permit.id"), primary_key=True)
    parcel_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    parcel_number: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text, server_default="")
    distance_m: Mapped[float] = mapped_column(Float)
    email: Mapped[str] = mapped_column(Text, server_default="")
    written_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))


class Comment(Base):
    """What somebody said of a case. ``geom`` is the spot it is about, in the city's grid.

    ``receipt`` is the code that its author was given. ``name`` and ``email`` are for the staff alone. ``answer`` is
    what the city says to it; ``group_id`` names the comment that is answered for several.
    """

    __tablename__ = "permit_comment"
    __table_args__ = (Index("permit_comment_permit_id_at_idx", "permit_id", "at"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    permit_id: Mapped[int] = mapped_column(ForeignKey("permit.id"))
    receipt: Mapped[str] = mapped_column(Text, unique=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(Text, server_default="")
    email: Mapped[str] = mapped_column(Text, server_default="")
    language: Mapped[str] = mapped_column(Text, server_default="fa")
    stance: Mapped[Stance] = mapped_column(Word(Stance))
    text: Mapped[str] = mapped_column(Text)
    geom: Mapped[WKBElement | None] = mapped_column(city_geometry("POINT"))
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    must_answer: Mapped[bool] = mapped_column(server_default="false")
    answer: Mapped[str] = mapped_column(Text, server_default="")
    answered_by: Mapped[int | None] = mapped_column(BigInteger)
    answered_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("permit_comment.id"))
    version: Mapped[int] = mapped_column(server_default="1")
