"""Everything the city knows of a person, as they may take it along: each room tells its part."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from accounts.models import Person
from accounts.queries import list_grants
from core.audit import Audit

Teller = Callable[[Session, Person], Any]
"""Tells what a room knows of a person, as JSON can hold it; no secrets."""

_tellers: dict[str, Teller] = {}


def register(part: str, teller: Teller) -> None:
    """Have a room tell its part. Registering it again changes nothing."""
    _tellers[part] = teller


def tell_all(session: Session, person: Person) -> dict[str, Any]:
    """Every room's part, under its name."""
    return {part: teller(session, person) for part, teller in _tellers.items()}


def _account(session: Session, person: Person) -> dict[str, Any]:
    return {
        "email": person.email,
        "name": person.name,
        "language": person.language,
        "since": person.created_at.isoformat(),
        "confirmed": person.confirmed_at.isoformat() if person.confirmed_at else None,
        "last_signed_in": person.last_seen_at.isoformat() if person.last_seen_at else None,
        "second_factor": bool(person.tf_primary_method),
        "passkeys": [
            {"name": passkey.name, "since": passkey.create_datetime.isoformat()}
            for passkey in person.webauthn
        ],
        "roles": [
            {
                "role": grant.role,
                "given": grant.granted_at.isoformat(),
                "reason": grant.reason,
                "taken_back": grant.revoked_at.isoformat() if grant.revoked_at else None,
                "taken_back_because": grant.revoked_reason or None,
            }
            for grant in list_grants(session, person.id)
        ],
    }


def _record(session: Session, person: Person) -> list[dict[str, Any]]:
    """What the person did, and what was done to the account."""
    theirs = (Audit.actor_id == person.id) | (Audit.subject == f"person:{person.id}")
    acts = session.scalars(select(Audit).where(theirs).order_by(Audit.id))
    return [
        {
            "at": act.at.isoformat(),
            "by_you": act.actor_id == person.id,
            "action": act.action,
            "subject": act.subject,
            "before": act.before,
            "after": act.after,
            "reason": act.reason,
        }
        for act in acts
    ]


_WAITING = text("""
    SELECT args ->> 'subject' AS subject FROM procrastinate_jobs
    WHERE task_name = 'mail.send' AND lower(args ->> 'to') = lower(:email) ORDER BY id
""")


def _letters(session: Session, person: Person) -> list[str]:
    """The subjects of letters that have not yet left (one that is sent is forgotten)."""
    return list(session.execute(_WAITING, {"email": person.email}).scalars())


register("account", _account)
register("letters_waiting", _letters)
register("record", _record)
