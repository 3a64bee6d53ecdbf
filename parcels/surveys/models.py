"""Surveys with their files, what the check found, what it would change, and what happened to each."""

import datetime as dt
from typing import Any

from geoalchemy2 import WKBElement
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.models import Base, city_geometry

Json = dict[str, Any]


class Survey(Base):
    """One upload on its way into the city.

    ``answers``: what the surveyor said that the file does not (crs, encoding, member, columns, close_gaps).
    ``question``: what the check asks, while it waits for an answer. ``summary``: numbers of the last check.
    ``base``: version by number of every parcel that the check looked at; approval holds them against the city.
    ``run``: which check; an older one that comes to its end late changes nothing.
    """

    __tablename__ = "survey"
    __table_args__ = (
        CheckConstraint("valid_from IS NULL OR approved_at IS NOT NULL", name="valid_from"),
        Index("survey_created_by_idx", "created_by"),
        Index("survey_state_idx", "state"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="checking")
    version: Mapped[int] = mapped_column(server_default="1")
    title: Mapped[str] = mapped_column(Text, server_default="")
    created_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    answers: Mapped[Json] = mapped_column(JSONB, server_default="{}")
    question: Mapped[Json | None] = mapped_column(JSONB(none_as_null=True))
    summary: Mapped[Json] = mapped_column(JSONB, server_default="{}")
    base: Mapped[Json] = mapped_column(JSONB, server_default="{}", deferred=True)
    run: Mapped[int] = mapped_column(server_default="1")
    checked_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    submitted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    valid_from: Mapped[dt.date | None] = mapped_column(Date)


class SurveyFile(Base):
    """A file as it was sent: its bytes are kept under ``sha256`` (core.documents). The newest is the one checked."""

    __tablename__ = "survey_file"
    __table_args__ = (Index("survey_file_survey_id_idx", "survey_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    role: Mapped[str] = mapped_column(Text, server_default="data")
    name: Mapped[str] = mapped_column(Text)
    bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(Text)
    sent_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    sent_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class SurveyFinding(Base):
    """One thing that the last check found. Its sentences are made when shown, from the code and ``params``."""

    __tablename__ = "survey_finding"
    __table_args__ = (Index("survey_finding_survey_id_idx", "survey_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    code: Mapped[str] = mapped_column(Text)
    severity: Mapped[str] = mapped_column(Text)
    feature: Mapped[int | None] = mapped_column(Integer)
    member: Mapped[str | None] = mapped_column(Text)
    params: Mapped[Json] = mapped_column(JSONB, server_default="{}")
    lon: Mapped[float | None] = mapped_column(Float)
    lat: Mapped[float | None] = mapped_column(Float)


class SurveyChange(Base):
    """What becomes of one parcel by a survey.

    ``old_id``: the parcel it goes on from; ``parents``: all it came of; ``new_id``: the parcel it became by approval.
    ``geom``: the outline after it, null where it stays or goes. ``geom_before``: a neighbour's, to be put back.
    """

    __tablename__ = "survey_change"
    __table_args__ = (
        Index("survey_change_survey_id_status_idx", "survey_id", "status"),
        Index("survey_change_new_id_idx", "new_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    status: Mapped[str] = mapped_column(Text)
    relation: Mapped[str] = mapped_column(Text)
    group_no: Mapped[int] = mapped_column(Integer)
    feature: Mapped[int | None] = mapped_column(Integer)
    number: Mapped[str] = mapped_column(Text, server_default="")
    old_id: Mapped[int | None] = mapped_column(BigInteger)
    parents: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default="{}")
    fields: Mapped[list[Json]] = mapped_column(JSONB, server_default="[]")
    is_shape_changed: Mapped[bool] = mapped_column(Boolean, server_default="false")
    attributes: Mapped[Json | None] = mapped_column(JSONB(none_as_null=True))
    area_old_m2: Mapped[float | None] = mapped_column(Float)
    area_new_m2: Mapped[float | None] = mapped_column(Float)
    geom: Mapped[WKBElement | None] = mapped_column(city_geometry("MULTIPOLYGON"))
    geom_before: Mapped[WKBElement | None] = mapped_column(city_geometry("MULTIPOLYGON"))
    new_id: Mapped[int | None] = mapped_column(BigInteger)


class SurveyEvent(Base):
    """One step of a survey's life, only ever added to."""

    __tablename__ = "survey_event"
    __table_args__ = (Index("survey_event_survey_id_idx", "survey_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    event: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    target: Mapped[str] = mapped_column(Text)
    party: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    data: Mapped[Json] = mapped_column(JSONB, server_default="{}")


class SurveyProgress(Base):
    """How far a check is. Written apart from the check's own transaction, so that it is seen while that runs."""

    __tablename__ = "survey_progress"

    survey_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    run: Mapped[int]
    step: Mapped[str] = mapped_column(Text)
    done: Mapped[int] = mapped_column(Integer, server_default="0")
    total: Mapped[int | None] = mapped_column(Integer)
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class SurveyorColumns(Base):
    """Which columns a surveyor chose for files with these columns: proposed again the next time."""

    __tablename__ = "surveyor_columns"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    signature: Mapped[str] = mapped_column(Text, primary_key=True)
    columns: Mapped[Json] = mapped_column(JSONB)
    chosen_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
