"""The record: who did what to which thing, one row each, every row holding the hash of the row before it.

``record`` notes an act in the session; the rows are written last of all before its commit, so that the record tells
of exactly what was done and the one lock that orders the chain is held for a moment only. The database fills in the
hashes (``chain_audit``) and refuses UPDATE, DELETE and TRUNCATE. Where the chain ended is also kept in a file outside
the database (``core.anchor``): a tail cut off leaves a chain that is whole in itself.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import BigInteger, DateTime, Identity, Index, LargeBinary, Text, event, func, insert
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column

from core.anchor import Anchor
from core.models import Base

_PENDING = "audit.pending"
_WRITTEN = "audit.written"
_MARKS = "audit.marks"
ANCHOR = "audit.anchor"
"""The key in ``Session.info`` under which the session's :class:`core.anchor.Anchor` is found."""


class Audit(Base):
    """One act. People are named by number (``person:12``), never by name: they may be forgotten, the act may not."""

    __tablename__ = "audit"
    __table_args__ = (Index("audit_subject_idx", "subject"), Index("audit_actor_id_idx", "actor_id"))

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    actor: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    reason: Mapped[str] = mapped_column(Text, server_default="")
    request_id: Mapped[str] = mapped_column(Text, server_default="")
    previous_hash: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


@dataclass(frozen=True)
class Actor:
    """Who acts: a person, a command on the machine or a job. ``id`` is None for all but people."""

    name: str
    id: int | None = None
    request_id: str = ""


COMMAND = Actor("command")
JOB = Actor("job")


def record(
    session: Session,
    actor: Actor,
    action: str,
    subject: str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Note an act (``grant.give``) on a subject (``person:12``), to be written in the session's own transaction.

    ``before`` and ``after`` hold the fields that changed, as JSON can hold them; never secrets.
    """
    if not session.in_transaction():
        session.begin()  # without one, a rollback would pass unnoticed
    session.info.setdefault(_PENDING, []).append(
        {
            "actor_id": actor.id,
            "actor": actor.name,
            "request_id": actor.request_id,
            "action": action,
            "subject": subject,
            "before": None if before is None else dict(before),
            "after": None if after is None else dict(after),
            "reason": reason,
        }
    )


def write_pending(session: Session) -> None:
    """Write what has been noted so far. Every commit does; only a reader within the transaction needs it sooner."""
    acts = session.info.pop(_PENDING, [])
    for act in acts:
        row = session.execute(insert(Audit).values(act).returning(Audit.id, Audit.hash)).one()
        session.info[_WRITTEN] = (row.id, bytes(row.hash))


@event.listens_for(Session, "before_commit")
def _write_before_commit(session: Session) -> None:
    if session.info.get(_PENDING):
        session.flush()
        write_pending(session)


@event.listens_for(Session, "after_commit")
def _anchor_after_commit(session: Session) -> None:
    written = session.info.pop(_WRITTEN, None)
    anchor: Anchor | None = session.info.get(ANCHOR)
    if written and anchor:
        anchor.remember(*written)


@event.listens_for(Session, "after_transaction_create")
def _mark_savepoint(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        marks = session.info.setdefault(_MARKS, WeakKeyDictionary())
        marks[transaction] = len(session.info.get(_PENDING, []))


@event.listens_for(Session, "after_soft_rollback")
def _forget_after_rollback(session: Session, transaction: SessionTransaction) -> None:
    """What is taken back was not done: after a savepoint's rollback only what was noted since it."""
    if transaction.nested:
        del session.info.get(_PENDING, [])[session.info[_MARKS].pop(transaction, 0) :]
        return
    for key in (_PENDING, _WRITTEN, _MARKS):
        session.info.pop(key, None)
