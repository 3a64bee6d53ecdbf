"""A permit's case, what happened to it, and what its clocks were told: the last two are only ever added to."""

import datetime as dt
from typing import Any

from geoalchemy2 import WKBElement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.clocks import ClockAct, DayUnit
from core.models import WEB_MERCATOR, Base, Word, city_geometry, gist_index
from permits.states import Clock, Event, Party, State
from permits.types import models as _types  # noqa: F401  (its foreign key names their table)

_IS_PUBLISHED = "published_at IS NOT NULL"


class Permit(Base):
    """One case. ``state`` is what its events lead to, kept here so that it can be asked for.

    ``reference`` is what people read out and is given at submission; ``tracking_code`` opens the case to whoever
    holds it and cannot be guessed. ``outcome`` is the decision that holds now, appeals included. ``geom`` is a spot
    of the case in the city's grid. ``proposal`` is the proposal as :class:`permits.precheck.Proposal` writes it.
    ``zone_ids`` are the zone versions it is judged by, pinned at ``zoning_day``. ``imported`` is what an existing
    register said of it, column by column; None for a case that began here.
    """

    __tablename__ = "permit"
    __table_args__ = (
        CheckConstraint("version > 0", name="version"),
        ForeignKeyConstraint(
            ["type_code", "type_version"], ["permit_type_version.code", "permit_type_version.version"]
        ),
        Index("permit_state_submitted_at_idx", "state", "submitted_at"),
        Index("permit_submitted_at_idx", "submitted_at"),
        Index("permit_published_at_idx", "published_at", "id", postgresql_where=_IS_PUBLISHED),
        Index(
            "permit_type_code_published_at_idx",
            "type_code",
            "published_at",
            "id",
            postgresql_where=_IS_PUBLISHED,
        ),
        Index("permit_state_published_at_idx", "state", "published_at", "id", postgresql_where=_IS_PUBLISHED),
        Index("permit_type_code_submitted_at_idx", "type_code", "submitted_at"),
        Index("permit_parcel_id_idx", "parcel_id"),
        Index("permit_parcel_number_idx", "parcel_number"),
        Index("permit_applicant_id_idx", "applicant_id"),
        Index("permit_agent_id_idx", "agent_id", postgresql_where="agent_id IS NOT NULL"),
        Index("permit_officer_id_idx", "officer_id", postgresql_where="officer_id IS NOT NULL"),
        Index("permit_parent_id_idx", "parent_id", postgresql_where="parent_id IS NOT NULL"),
        Index(
            "permit_words_idx",
            "words",
            postgresql_using="gin",
            postgresql_ops={"words": "gin_trgm_ops"},
        ),
        gist_index("permit", "geom"),
        gist_index("permit", "geom_3857"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    reference: Mapped[str | None] = mapped_column(Text, unique=True)
    tracking_code: Mapped[str] = mapped_column(Text, unique=True)
    type_code: Mapped[str] = mapped_column(Text)
    type_version: Mapped[int] = mapped_column(server_default="1")
    state: Mapped[State] = mapped_column(Word(State), server_default=State.DRAFT.value)
    outcome: Mapped[State | None] = mapped_column(Word(State))
    version: Mapped[int] = mapped_column(server_default="1")
    applicant_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("permit.id"))
    applicant_name: Mapped[str] = mapped_column(Text, server_default="")
    contact_email: Mapped[str] = mapped_column(Text, server_default="")
    language: Mapped[str] = mapped_column(Text, server_default="fa")
    parcel_id: Mapped[int | None] = mapped_column(BigInteger)
    parcel_number: Mapped[str] = mapped_column(Text, server_default="")
    address: Mapped[str] = mapped_column(Text, server_default="")
    geom: Mapped[WKBElement | None] = mapped_column(city_geometry("POINT"))
    geom_3857: Mapped[WKBElement | None] = mapped_column(
        WEB_MERCATOR, Computed("ST_Transform(geom, 3857)", persisted=True)
    )
    description: Mapped[str] = mapped_column(Text, server_default="")
    # What the register is searched by: nothing that names a person.
    words: Mapped[str] = mapped_column(
        Text,
        Computed(
            "fold_text(coalesce(reference, '') || ' ' || parcel_number || ' ' || address || ' ' || description)",
            persisted=True,
        ),
        deferred=True,
    )
    proposal: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    precheck: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    answers: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    declared_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    fee_rials: Mapped[int | None] = mapped_column(BigInteger)
    fee_settled_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    fee_waived_reason: Mapped[str] = mapped_column(Text, server_default="")
    zoning_day: Mapped[dt.date | None] = mapped_column(Date)
    zone_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default="{}")
    opened_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    submitted_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    published_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    neighbours_frozen_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    decided_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    meeting_on: Mapped[dt.date | None] = mapped_column(Date)
    imported: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class PermitEvent(Base):
    """A step that was taken. ``ordinal`` counts from 1 within a case; ``data`` is what the step told."""

    __tablename__ = "permit_event"
    __table_args__ = (
        UniqueConstraint("permit_id", "ordinal", name="permit_event_permit_id_ordinal_key"),
        Index("permit_event_at_idx", "at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    permit_id: Mapped[int] = mapped_column(ForeignKey("permit.id"))
    ordinal: Mapped[int] = mapped_column(SmallInteger)
    event: Mapped[Event] = mapped_column(Word(Event))
    source: Mapped[State] = mapped_column(Word(State))
    target: Mapped[State] = mapped_column(Word(State))
    party: Mapped[Party] = mapped_column(Word(Party))
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")


class PermitClock(Base):
    """What a step did to a clock of a case; ``permits.clocks`` reads them by the city's calendar."""

    __tablename__ = "permit_clock"
    __table_args__ = (Index("permit_clock_permit_id_clock_idx", "permit_id", "clock", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    permit_id: Mapped[int] = mapped_column(ForeignKey("permit.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("permit_event.id"))
    clock: Mapped[Clock] = mapped_column(Word(Clock))
    act: Mapped[ClockAct] = mapped_column(Word(ClockAct))
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    days: Mapped[int | None]
    unit: Mapped[DayUnit | None] = mapped_column(Word(DayUnit))
    reason: Mapped[str] = mapped_column(Text, server_default="")
