"""What an officer asks, checks, attaches to a decision and hears from others."""

import datetime as dt
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.models import Base, Word


class RequestKind(StrEnum):
    """What the applicant is asked for."""

    DOCUMENT = "document"
    INFORMATION = "information"
    EXTENSION = "extension"


class CheckResult(StrEnum):
    """How one of the officer's checks came out."""

    OPEN = "open"
    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not_applicable"


class Request(Base):
    """Something asked of the applicant: open until it is answered or taken back.

    An extension asks for an agreement: ``days`` more, and an answer agrees to it.
    """

    __tablename__ = "permit_request"
    __table_args__ = (Index("permit_request_permit_id_idx", "permit_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    permit_id: Mapped[int] = mapped_column(ForeignKey("permit.id"))
    kind: Mapped[RequestKind] = mapped_column(Word(RequestKind))
    text: Mapped[str] = mapped_column(Text)
    document_kind: Mapped[str] = mapped_column(Text, server_default="")
    days: Mapped[int | None]
    asked_by: Mapped[int | None] = mapped_column(BigInteger)
    asked_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    answer: Mapped[str] = mapped_column(Text, server_default="")
    answered_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    taken_back_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))


class Check(Base):
    """One point of the type's list of checks, with what the officer found."""

    __tablename__ = "permit_check"
    __table_args__ = (UniqueConstraint("permit_id", "code", name="permit_check_permit_id_code_key"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    permit_id: Mapped[int] = mapped_column(ForeignKey("permit.id"))
    code: Mapped[str] = mapped_column(Text)
    result: Mapped[CheckResult] = mapped_column(Word(CheckResult), server_default=CheckResult.OPEN.value)
    note: Mapped[str] = mapped_column(Text, server_default="")
    checked_by: Mapped[int | None] = mapped_column(BigInteger)
    checked_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    version: Mapped[int] = mapped_column(server_default="1")


class Condition(Base):
    """A numbered condition of a decision. One ``before_start`` must be met before works begin."""

    __tablename__ = "permit_condition"
    __table_args__ = (UniqueConstraint("permit_id", "number", name="permit_condition_permit_id_number_key"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    permit_id: Mapped[int] = mapped_column(ForeignKey("permit.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    code: Mapped[str] = mapped_column(Text, server_default="")
    text: Mapped[str] = mapped_column(Text)
    before_start: Mapped[bool] = mapped_column(server_default="false")
    met_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    met_by: Mapped[int | None] = mapped_column(BigInteger)
    met_note: Mapped[str] = mapped_column(Text, server_default="")


class Consultee(Base):
    """Somebody outside who is asked for an opinion, by a signed link and without an account."""

    __tablename__ = "permit_consultee"
    __table_args__ = (Index("permit_consultee_permit_id_idx", "permit_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    permit_id: Mapped[int] = mapped_column(ForeignKey("permit.id"))
    name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    question: Mapped[str] = mapped_column(Text, server_default="")
    asked_by: Mapped[int | None] = mapped_column(BigInteger)
    asked_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    due_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    opinion: Mapped[str] = mapped_column(Text, server_default="")
    answered_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))


class Message(Base):
    """A message on a case between the applicant and the city."""

    __tablename__ = "permit_message"
    __table_args__ = (Index("permit_message_permit_id_idx", "permit_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    permit_id: Mapped[int] = mapped_column(ForeignKey("permit.id"))
    from_city: Mapped[bool]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    read_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
