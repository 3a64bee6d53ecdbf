"""Erasing a person: nothing that names them is left, and the record stays whole, for it never named them.

The record knows people by number (``person:12``). The account's row stays, so that a number is never given twice,
but holds no address, no name and no way in.
"""

import datetime as dt
import secrets

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from accounts.models import Passkey, Person
from accounts.permissions import Role
from core import audit
from core.audit import Actor
from core.errors import Conflict
from core.i18n import gettext as _


def erase(session: Session, actor: Actor, person: Person) -> None:
    """Take everything that names a person off the account and close it for good.

    Raises Conflict for somebody who holds a role of the city's: that has to be taken back first, by another person,
    since what they did in office must be answered for.
    """
    if person.erased_at is not None:
        return
    if person.held - {Role.CITIZEN}:
        raise Conflict(
            _("You hold a role of the city's. Ask an administrator to take it back, then erase the account."),
            field="roles",
        )
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
    return _erase_all(
        session, [person for person in session.scalars(unused) if not person.held - {Role.CITIZEN}]
    )


def _erase_all(session: Session, people: list[Person]) -> int:
    for person in people:
        erase(session, audit.JOB, person)
    return len(people)


def _forget_letters(session: Session, person: Person) -> None:
    # Whoever erases their account wants no more letters, and those waiting hold address and name.
    session.execute(
        text(
            "DELETE FROM procrastinate_jobs WHERE task_name = 'mail.send' AND status IN ('todo', 'failed')"
            " AND lower(args ->> 'to') = lower(:email)"
        ),
        {"email": person.email},
    )
