"""Erasing a person: nothing that names them is left, and the record stays whole, for it never named them.

The record knows people by number (``person:12``). The account's row stays, so that a number is never given twice,
but holds no address, no name and no way in. What a room holds of a person beside the account, it forgets by itself
(``register``), or says why the account has to stay for now.
"""

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from accounts.models import Passkey, Person
from accounts.permissions import Role
from core import audit
from core.audit import Actor
from core.errors import Conflict
from core.i18n import gettext as _


@dataclass(frozen=True)
class Holding:
    """What a room does when somebody is erased.

    ``why_not`` says in words why it cannot be yet, empty when it can; ``forget`` takes out what names the person,
    while the account still tells name and address.
    """

    why_not: Callable[[Session, Person], str]
    forget: Callable[[Session, Person], None]


_holdings: dict[str, Holding] = {}


def register(name: str, holding: Holding) -> None:
    """Have a room be asked and told of each erasure. Registering it again changes nothing."""
    _holdings[name] = holding


def why_not(session: Session, person: Person) -> str:
    """Why somebody cannot be erased yet, in words; empty when nothing stands in the way."""
    if person.held - {Role.CITIZEN}:
        return _(
            "You hold a role of the city's. Ask an administrator to take it back, then erase the account."
        )
    return next(filter(None, (each.why_not(session, person) for each in _holdings.values())), "")


def erase(session: Session, actor: Actor, person: Person) -> None:
    """Take everything that names a person off the account and close it for good.

    Raises Conflict for somebody who holds a role of the city's: that has to be taken back first, by another person,
    since what they did in office must be answered for; and for what a room says.
    """
    if person.erased_at is not None:
        return
    if reason := why_not(session, person):
        raise Conflict(reason, field="account")
    for holding in _holdings.values():
        holding.forget(session, person)
    _forget_letters(session, person)
    session.execute(delete(Passkey).where(Passkey.person_id == person.id))
    person.active = False
    person.erased_at = dt.datetime.now(dt.UTC)
    person.email = f"erased-{person.id}@invalid"
    person.name = ""
    person.password = person.tf_primary_method = person.tf_totp_secret = person.tf_phone_number = None
    person.mf_recovery_codes = person.fs_webauthn_user_handle = None
    person.confirmed_at = person.last_seen_at = None
    person.fs_uniquifier = secrets.token_hex(32)
    person.version += 1
    session.flush()
    session.expire(person, ["webauthn"])
    audit.record(session, actor, "person.erase", f"person:{person.id}")


def erase_unconfirmed(session: Session, before: dt.datetime) -> int:
    """Erase accounts that were registered before a moment and never confirmed; say how many."""
    waiting = select(Person).where(
        Person.confirmed_at.is_(None),
        Person.erased_at.is_(None),
        Person.created_at < before,
        Person.password.isnot(None),
    )
    return _erase_all(session, list(session.scalars(waiting)))


def erase_unused(session: Session, before: dt.datetime) -> int:
    """Erase citizens' accounts that nobody has signed in by since a moment; say how many."""
    seen = Person.last_seen_at
    unused = select(Person).where(Person.erased_at.is_(None), Person.confirmed_at.isnot(None), seen < before)
    return _erase_all(session, list(session.scalars(unused)))


def _erase_all(session: Session, people: list[Person]) -> int:
    erased = 0
    for person in people:
        # Asked again on the next night: nobody's role or open case is to stop what is kept of all others.
        if not why_not(session, person):
            erase(session, audit.JOB, person)
            erased += 1
    return erased


def _forget_letters(session: Session, person: Person) -> None:
    # Whoever erases their account wants no more letters, and those waiting hold address and name.
    session.execute(
        text(
            "DELETE FROM procrastinate_jobs WHERE task_name = 'mail.send' AND status IN ('todo', 'failed')"
            " AND lower(args ->> 'to') = lower(:email)"
        ),
        {"email": person.email},
    )
