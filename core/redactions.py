"""Taking words out of the public's sight: the text leaves its place, its original is kept apart, who and why is told.

A room names the texts that may be redacted (``register``). Redacting one **moves** it: its own column is emptied, so
that no page, answer, search or export can tell it any more, whichever forgot to ask; the original stands in a table of
its own that only the staff's page reads. What is shown in its place says that it was redacted.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Text,
    delete,
    func,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from core import audit
from core.audit import Actor
from core.errors import Conflict, NotFound, Unprocessable
from core.i18n import gettext as _
from core.models import Base


class Redaction(Base):
    """That a text was taken out of sight, by whom and why, and when it was put back. Tells nothing of the text."""

    __tablename__ = "redaction"
    __table_args__ = (
        Index(
            "redaction_in_force_key", "subject", "field", unique=True, postgresql_where="lifted_at IS NULL"
        ),
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint("(lifted_at IS NULL) = (lifted_reason IS NULL)", name="lifted"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    subject: Mapped[str] = mapped_column(Text)
    field: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    redacted_by: Mapped[int | None] = mapped_column(BigInteger)
    redacted_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    lifted_by: Mapped[int | None] = mapped_column(BigInteger)
    lifted_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    lifted_reason: Mapped[str | None] = mapped_column(Text)


class RedactedText(Base):
    """The words that were taken out, apart from everything that is shown."""

    __tablename__ = "redacted_text"

    redaction_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("redaction.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    text: Mapped[str] = mapped_column(Text)


@dataclass(frozen=True)
class Redactable:
    """Things of a kind, and which of their texts may be redacted. ``find`` locks the one of a number."""

    code: str
    fields: frozenset[str]
    find: Callable[[Session, int], Any | None]


_kinds: dict[str, Redactable] = {}


def register(kind: Redactable) -> None:
    """Have texts of these things be redactable. Registering it again changes nothing."""
    _kinds[kind.code] = kind


def redact(session: Session, actor: Actor, code: str, number: int, field: str, reason: str) -> Redaction:
    """Take a text of a thing (``permit_comment``, 12, ``text``) out of sight. Permission is the caller's matter.

    Raises NotFound for a thing or a text that there is not, Unprocessable without a reason, Conflict for a text that
    is empty or redacted already.
    """
    thing = _get_thing(session, code, number, field)
    told = _reason(reason)
    words = getattr(thing, field) or ""
    if not words:
        raise Conflict(_("There is no text here, or it is redacted already."), field=field)
    made = Redaction(subject=f"{code}:{number}", field=field, reason=told, redacted_by=actor.id)
    session.add(made)
    session.flush()
    session.add(RedactedText(redaction_id=made.id, text=words))
    _write(session, thing, field, "")
    audit.record(session, actor, "text.redact", made.subject, after={"field": field}, reason=told)
    return made


def lift(session: Session, actor: Actor, redaction_id: int, reason: str) -> Redaction:
    """Put a redacted text back.

    Raises NotFound, Conflict when it is back already, another text stands there, or its words are held no longer.
    """
    told = _reason(reason)
    found = session.get(Redaction, redaction_id, with_for_update=True)
    if found is None:
        raise NotFound(_("There is no such redaction."), field="redaction")
    code, _colon, number = found.subject.rpartition(":")
    thing = _get_thing(session, code, int(number), found.field)
    if found.lifted_at is not None or getattr(thing, found.field):
        raise Conflict(_("The text is no longer redacted."), field=found.field)
    kept = session.get(RedactedText, redaction_id)
    if kept is None:
        raise Conflict(_("The text was kept for its period and is no longer held."), field=found.field)
    _write(session, thing, found.field, kept.text)
    session.delete(kept)
    found.lifted_at, found.lifted_by, found.lifted_reason = dt.datetime.now(dt.UTC), actor.id, told
    session.flush()
    audit.record(session, actor, "text.restore", found.subject, after={"field": found.field}, reason=told)
    return found


def let_go(session: Session, code: str, number: int) -> None:
    """Forget the words that were taken out of a thing that is kept no longer; that they were taken out, stays."""
    of_thing = select(Redaction.id).where(Redaction.subject == f"{code}:{number}")
    session.execute(delete(RedactedText).where(RedactedText.redaction_id.in_(of_thing)))


def fields_redacted(session: Session, code: str, numbers: Iterable[int]) -> dict[int, frozenset[str]]:
    """Which texts of these things are redacted: in their place is said that they are."""
    subjects = {f"{code}:{number}": number for number in numbers}
    in_force = select(Redaction.subject, Redaction.field).where(
        Redaction.subject.in_(subjects), Redaction.lifted_at.is_(None)
    )
    found: dict[int, set[str]] = defaultdict(set)
    for row in session.execute(in_force):
        found[subjects[row.subject]].add(row.field)
    return {number: frozenset(names) for number, names in found.items()}


def originals_of(session: Session, code: str, number: int) -> list[tuple[Redaction, str]]:
    """The redactions in force on a thing, with the words that were taken out: for the staff's eyes only."""
    rows = session.execute(
        select(Redaction, RedactedText.text)
        .join(RedactedText, RedactedText.redaction_id == Redaction.id)
        .where(Redaction.subject == f"{code}:{number}", Redaction.lifted_at.is_(None))
        .order_by(Redaction.id)
    )
    return [(row[0], row[1]) for row in rows]


def redacted_words() -> str:
    """What is shown in the place of a redacted text."""
    return _("[redacted]")


def _get_thing(session: Session, code: str, number: int, field: str) -> Any:
    kind = _kinds.get(code)
    thing = kind.find(session, number) if kind is not None and field in kind.fields else None
    if thing is None:
        raise NotFound(_("There is no such text."), field="field")
    return thing


def _write(session: Session, thing: Any, field: str, words: str) -> None:
    setattr(thing, field, words)
    # Whoever edits what they saw before is told that it has changed.
    if hasattr(thing, "version"):
        thing.version += 1
    session.flush()


def _reason(reason: str) -> str:
    told = reason.strip()
    if not told:
        raise Unprocessable(_("Please say why: it is kept in the record."), field="reason")
    return told
