"""Reading the record: who did what, to what, when; a page at a time, newest first."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from core.audit import Audit

_AT_A_TIME = 2000


@dataclass(frozen=True)
class Asked:
    """Which acts: by the actors' numbers or name, by action, subject and days (the last one included); empty: all.

    ``kinds``: only acts whose name begins with one of these (``"role."``).
    """

    actors: frozenset[int] | None = None
    actor: str = ""
    action: str = ""
    kinds: tuple[str, ...] = ()
    subject: str = ""
    since: dt.date | None = None
    until: dt.date | None = None


def list_acts(session: Session, asked: Asked, *, most: int, before: int | None = None) -> list[Audit]:
    """The newest acts of those asked for, older than row ``before``."""
    statement = _acts(asked).order_by(Audit.id.desc()).limit(most)
    if before is not None:
        statement = statement.where(Audit.id < before)
    return list(session.scalars(statement))


def stream_acts(session: Session, asked: Asked) -> Iterator[Audit]:
    """All of them, oldest first; memory stays flat."""
    statement = _acts(asked).order_by(Audit.id)
    yield from session.scalars(statement, execution_options={"yield_per": _AT_A_TIME})


def list_actions(session: Session) -> list[str]:
    """Every action that the record knows."""
    return list(session.scalars(select(Audit.action).distinct().order_by(Audit.action)))


def _acts(asked: Asked) -> Select[Any]:
    statement = select(Audit)
    if asked.actors is not None or asked.actor:
        by_number = Audit.actor_id.in_(asked.actors or ())
        statement = statement.where(or_(by_number, Audit.actor == asked.actor))
    if asked.action:
        statement = statement.where(Audit.action == asked.action)
    if asked.kinds:
        statement = statement.where(
            or_(*(Audit.action.startswith(kind, autoescape=True) for kind in asked.kinds))
        )
    if asked.subject:
        statement = statement.where(Audit.subject.istartswith(asked.subject, autoescape=True))
    if asked.since:
        statement = statement.where(Audit.at >= asked.since)
    if asked.until:
        statement = statement.where(Audit.at < asked.until + dt.timedelta(days=1))
    return statement
