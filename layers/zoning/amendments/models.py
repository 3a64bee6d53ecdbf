"""An amendment, the zones it began with, every save of its change set, what they come to, and what happened to it.

Saves and events are only ever added to: the database refuses all else.
"""

import datetime as dt
from typing import Any

from geoalchemy2 import WKBElement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.models import Base, Word, geometry_column
from layers.zoning.amendments.states import Event, Party, State
from layers.zoning.models import PLAN


class Amendment(Base):
    """One amendment. ``state`` is what its events lead to, kept here so that it can be asked for.

    ``checked_version``: the version of the save that a second planner has checked. ``ordinance``: the document's
    SHA-256 (core.documents). ``recorded_at``: the moment at which all of it was recorded in the plan.
    """

    __tablename__ = "amendment"
    __table_args__ = (
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("ordinance ~ '^[0-9a-f]{64}$'", name="ordinance"),
        CheckConstraint("effective_on >= resolution_on", name="effective_on"),
        Index("amendment_state_idx", "state"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    plan: Mapped[str] = mapped_column(Text, server_default=PLAN)
    title_fa: Mapped[str] = mapped_column(Text, server_default="")
    title_en: Mapped[str] = mapped_column(Text, server_default="")
    purpose_fa: Mapped[str] = mapped_column(Text, server_default="")
    purpose_en: Mapped[str] = mapped_column(Text, server_default="")
    state: Mapped[State] = mapped_column(Word(State), server_default=State.DRAFT.value)
    version: Mapped[int] = mapped_column(server_default="1")
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    submitted_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    checked_version: Mapped[int | None]
    comments_until: Mapped[dt.date | None] = mapped_column(Date)
    ordinance: Mapped[str | None] = mapped_column(ForeignKey("document_file.sha256"))
    resolution: Mapped[str] = mapped_column(Text, server_default="")
    resolution_on: Mapped[dt.date | None] = mapped_column(Date)
    effective_on: Mapped[dt.date | None] = mapped_column(Date)
    recorded_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))


class AmendmentBase(Base):
    """The version of a zone that an amendment began with; neighbours that only get corners are not editable."""

    __tablename__ = "amendment_base"
    __table_args__ = (Index("amendment_base_zone_id_idx", "zone_id"),)

    amendment_id: Mapped[int] = mapped_column(ForeignKey("amendment.id"), primary_key=True)
    zone_key: Mapped[str] = mapped_column(Text, primary_key=True)
    zone_id: Mapped[int] = mapped_column(ForeignKey("zone.id"))
    is_editable: Mapped[bool]


class AmendmentSave(Base):
    """The operations of a change set as somebody saved them. ``version``: the amendment's, from this save on."""

    __tablename__ = "amendment_save"
    __table_args__ = (
        UniqueConstraint("amendment_id", "version", name="amendment_save_amendment_id_version_key"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    amendment_id: Mapped[int] = mapped_column(ForeignKey("amendment.id"))
    version: Mapped[int]
    done: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    undone: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    # What the editable zones together cover by then.
    ground: Mapped[WKBElement] = geometry_column("MULTIPOLYGON")
    saved_by: Mapped[int | None] = mapped_column(BigInteger)
    saved_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class AmendmentZone(Base):
    """A zone as the last save makes it. Worked out once, so that what is adopted is what was checked, to the byte."""

    __tablename__ = "amendment_zone"
    __table_args__ = (Index("amendment_zone_geom_idx", "geom", postgresql_using="gist"),)

    amendment_id: Mapped[int] = mapped_column(ForeignKey("amendment.id"), primary_key=True)
    zone_key: Mapped[str] = mapped_column(Text, primary_key=True)
    class_code: Mapped[str] = mapped_column(Text)
    rule_text_fa: Mapped[str] = mapped_column(Text, server_default="")
    rule_text_en: Mapped[str] = mapped_column(Text, server_default="")
    is_editable: Mapped[bool]
    geom: Mapped[WKBElement] = geometry_column("MULTIPOLYGON")


class AmendmentEvent(Base):
    """A step that was taken. ``ordinal`` counts from 1 within an amendment; ``data`` is what the step told."""

    __tablename__ = "amendment_event"
    __table_args__ = (
        UniqueConstraint("amendment_id", "ordinal", name="amendment_event_amendment_id_ordinal_key"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    amendment_id: Mapped[int] = mapped_column(ForeignKey("amendment.id"))
    ordinal: Mapped[int] = mapped_column(SmallInteger)
    event: Mapped[Event] = mapped_column(Word(Event))
    source: Mapped[State] = mapped_column(Word(State))
    target: Mapped[State] = mapped_column(Word(State))
    party: Mapped[Party] = mapped_column(Word(Party))
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
