"""Issuing a letter once for its event, and telling whether what it says still stands."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from core import local_time
from core.documents import DocumentStore
from core.errors import NotFound
from core.i18n import gettext as _
from core.registers import make_public_id, take_number
from permits.letters.models import LetterKind, PermitLetter
from permits.letters.stating import state_letter
from permits.models import Permit, PermitEvent
from permits.states import Event, State
from permits.workflow import PERMITS

EVENTS: dict[LetterKind, frozenset[Event]] = {
    LetterKind.DECISION: frozenset({Event.DECIDE, Event.DEEM}),
    LetterKind.COMPLETION: frozenset({Event.COMPLETE}),
}


class LetterState(StrEnum):
    """Whether what a letter says may be relied on."""

    VALID = "valid"
    APPEALED = "appealed"
    CHANGED = "changed"
    LAPSED = "lapsed"
    REVOKED = "revoked"


@dataclass(frozen=True)
class Standing:
    """How a letter stands today, since which day, and how the case ended on appeal."""

    state: LetterState
    since: dt.date | None = None
    ruling: State | None = None


@dataclass(frozen=True)
class Draft:
    """What is about to be issued, with the number and the address it will have."""

    kind: LetterKind
    case: Permit
    stated: dict[str, Any]
    number: str
    public_id: str
    issued_on: dt.date


def get_or_issue(
    session: Session,
    store: DocumentStore,
    case: Permit,
    kind: LetterKind,
    calendar: str,
    render: Callable[[Draft], bytes],
) -> PermitLetter:
    """The letter of a case's last decision or of its completion, issued when it is asked for first.

    Numbered by the year of ``calendar`` (jalali or gregorian). Raises NotFound before there is anything to tell.
    """
    PERMITS.hold(session, case, None)
    event = _last_event(session, case, kind)
    found = session.scalars(select(PermitLetter).where(PermitLetter.event_id == event.id)).one_or_none()
    if found is not None:
        return found
    today = local_time.get_today(session)
    number = take_number(session, "permit_letter", today, calendar)
    draft = Draft(kind, case, state_letter(session, case, event), number, make_public_id(), today)
    letter = PermitLetter(
        public_id=draft.public_id,
        number=number,
        kind=kind,
        permit_id=case.id,
        event_id=event.id,
        stated=draft.stated,
        document=store.keep(render(draft)),
    )
    session.add(letter)
    session.flush()
    return letter


def has_letter(session: Session, case: Permit, kind: LetterKind) -> bool:
    """Whether there is something to tell by such a letter."""
    told = exists().where(PermitEvent.permit_id == case.id, PermitEvent.event.in_(EVENTS[kind]))
    return bool(session.scalar(select(told)))


def _last_event(session: Session, case: Permit, kind: LetterKind) -> PermitEvent:
    asked = select(PermitEvent).where(PermitEvent.permit_id == case.id, PermitEvent.event.in_(EVENTS[kind]))
    found = session.scalars(asked.order_by(PermitEvent.ordinal.desc()).limit(1)).one_or_none()
    if found is None:
        raise NotFound(_("There is no such letter in this case yet."), field="kind")
    return found


def get_letter(session: Session, public_id: str) -> PermitLetter:
    """The letter at an address. Raises NotFound."""
    found = session.scalars(select(PermitLetter).where(PermitLetter.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound(
            _("There is no such letter here. Whoever shows you one with this address may have made it up."),
            details={"reason": "no_such_letter"},
        )
    return found


def is_letter(session: Session, sha256: str) -> bool:
    """Whether these bytes are a letter that was issued: they are never forgotten."""
    return session.scalar(select(exists().where(PermitLetter.document == sha256))) is True


def standing_of(session: Session, letter: PermitLetter) -> Standing:
    """How a letter stands, from what happened to its case after the event that it tells of."""
    event = session.get_one(PermitEvent, letter.event_id)
    later = select(PermitEvent).where(
        PermitEvent.permit_id == letter.permit_id, PermitEvent.ordinal > event.ordinal
    )
    standing = Standing(LetterState.VALID)
    for after in session.scalars(later.order_by(PermitEvent.ordinal)):
        on = local_time.to_local(after.at).date()
        if after.event is Event.REVOKE:
            standing = Standing(LetterState.REVOKED, on)
        elif after.event is Event.LAPSE:
            standing = Standing(LetterState.LAPSED, on)
        elif after.event is Event.APPEAL:
            standing = Standing(LetterState.APPEALED, on)
        elif after.event is Event.RULE:
            is_upheld = after.target is State.UPHELD
            standing = Standing(
                LetterState.VALID if is_upheld else LetterState.CHANGED, on, State(after.target)
            )
    return standing
