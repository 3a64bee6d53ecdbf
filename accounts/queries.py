"""Finding people, and what they were granted."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session, aliased, selectinload

from accounts.models import Grant, Person
from accounts.permissions import Role
from core.errors import NotFound
from core.i18n import gettext as _


@dataclass(frozen=True)
class GrantTold:
    """One grant in words: who gave it to whom, when and why, and who took it back."""

    email: str
    role: str
    granted_at: dt.datetime
    granted_by: str
    reason: str
    revoked_at: dt.datetime | None
    revoked_by: str
    revoked_reason: str


def find_person(session: Session, email: str) -> Person | None:
    """The person of an address, however its letters are cased."""
    return session.scalars(
        select(Person).where(func.lower(Person.email) == email.strip().lower())
    ).one_or_none()


def get_person(session: Session, person_id: int, *, to_change: bool = False) -> Person:
    """A person by number. Raises NotFound."""
    found = session.get(Person, person_id, with_for_update=to_change)
    if found is None or found.erased_at is not None:
        raise NotFound(_("There is no such account."), field="person")
    return found


def list_people(
    session: Session, *, words: str = "", role: Role | None = None, most: int = 200, after: int = 0
) -> list[Person]:
    """People by number, filtered by what their address or name holds and by a role they hold; a page at a time."""
    statement = select(Person).where(Person.erased_at.is_(None), Person.id > after)
    if words:
        like = f"%{_escaped(words)}%"
        statement = statement.where(
            or_(Person.email.ilike(like, escape="\\"), Person.name.ilike(like, escape="\\"))
        )
    if role is not None:
        held = exists().where(
            Grant.person_id == Person.id, Grant.role == role.value, Grant.revoked_at.is_(None)
        )
        statement = statement.where(held)
    statement = statement.options(selectinload(Person.grants)).order_by(Person.id).limit(most)
    return list(session.scalars(statement))


def emails_of(session: Session, numbers: Iterable[int | None]) -> dict[int, str]:
    """The addresses of people by number; an erased one has none."""
    wanted = {number for number in numbers if number is not None}
    known = select(Person.id, Person.email).where(Person.id.in_(wanted), Person.erased_at.is_(None))
    return {row.id: row.email for row in session.execute(known)}


def list_grants(session: Session, person_id: int) -> list[GrantTold]:
    """Everything a person was ever granted, newest first."""
    return [GrantTold(*row) for row in session.execute(_grants().where(Grant.person_id == person_id))]


def _grants() -> Any:
    holder, giver, taker = aliased(Person), aliased(Person), aliased(Person)
    return (
        select(
            holder.email,
            Grant.role,
            Grant.granted_at,
            func.coalesce(giver.email, ""),
            Grant.reason,
            Grant.revoked_at,
            func.coalesce(taker.email, ""),
            func.coalesce(Grant.revoked_reason, ""),
        )
        .join(holder, holder.id == Grant.person_id)
        .outerjoin(giver, giver.id == Grant.granted_by)
        .outerjoin(taker, taker.id == Grant.revoked_by)
        .order_by(Grant.id.desc())
    )


def count_holders(session: Session, role: Role) -> int:
    """How many active people hold a role."""
    statement = (
        select(func.count())
        .select_from(Grant)
        .join(Person, Person.id == Grant.person_id)
        .where(Grant.role == role.value, Grant.revoked_at.is_(None), Person.active)
    )
    return session.scalar(statement) or 0


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
