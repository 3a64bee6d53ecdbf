"""The letters of a case: who is written to at a step, in their own language, by a job of the step's transaction."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Person
from core import jobs, mail
from core.i18n import format_date, speaking
from core.i18n import gettext as _
from layers.words import isolated
from permits import clocks
from permits.hearing.models import Comment, Neighbour
from permits.models import Permit, PermitEvent
from permits.notice_words import DEADLINES, SUBJECTS
from permits.states import STATE_NAMES, Notice
from permits.types.services import get_settings

NOTICE_JOB = "permits.notice"
_address: list[str] = [""]


def lead_to(public_url: str) -> None:
    """Have the links of letters begin with the city's own address."""
    _address[:] = [public_url.rstrip("/")]


@dataclass(frozen=True)
class Reader:
    """Somebody who is written to; ``is_party`` gets the link that opens the case to its applicant."""

    email: str
    language: str
    is_party: bool = False


_APPLICANT = frozenset(
    {
        Notice.RECEIPT,
        Notice.REQUEST,
        Notice.RETURNED,
        Notice.VALID,
        Notice.REFERRED,
        Notice.DECISION,
        Notice.EXTENDED,
        Notice.ENDED,
        Notice.APPEALED,
        Notice.RULED,
        Notice.INSPECTED,
        Notice.CERTIFICATE,
        Notice.LOST,
    }
)
_OFFICER = frozenset({Notice.ANSWERED, Notice.SENT_BACK, Notice.EXTENDED, Notice.APPEALED, Notice.RULED})
_COMMENTERS = frozenset({Notice.REFERRED, Notice.DECISION, Notice.ENDED, Notice.APPEALED, Notice.RULED})


@jobs.task(NOTICE_JOB)
def write_notice(session: Session, permit_id: int, event_id: int, notice: str) -> None:
    """Write the letters of one step; what it tells is the case as it stood then."""
    case, event = session.get_one(Permit, permit_id), session.get_one(PermitEvent, event_id)
    kind = Notice(notice)
    for reader in _readers(session, case, kind):
        with speaking(reader.language):
            subject = str(SUBJECTS[kind]) % {"reference": case.reference or case.tracking_code}
            mail.send(session, mail.Letter(reader.email, subject, _text(session, case, event, reader)))
    if kind is Notice.NEIGHBOURS:
        _mark_written(session, case, event.at)


def _readers(session: Session, case: Permit, kind: Notice) -> Iterator[Reader]:
    """Everybody once, the applicant first."""
    seen: set[str] = set()
    for reader in _candidates(session, case, kind):
        if reader.email and reader.email.lower() not in seen:
            seen.add(reader.email.lower())
            yield reader


def _candidates(session: Session, case: Permit, kind: Notice) -> Iterator[Reader]:
    if kind in _APPLICANT:
        yield Reader(case.contact_email, case.language, is_party=True)
        agent = session.get(Person, case.agent_id) if case.agent_id else None
        if agent is not None and agent.active:
            yield Reader(agent.email, agent.language, is_party=True)
    officer = session.get(Person, case.officer_id) if case.officer_id and kind in _OFFICER else None
    if officer is not None and officer.active:
        yield Reader(officer.email, officer.language)
    if kind in _COMMENTERS:
        asked = select(Comment.email, Comment.language).where(
            Comment.permit_id == case.id, Comment.email != ""
        )
        for email, spoken in session.execute(asked.order_by(Comment.id)):
            yield Reader(email, spoken)
    if kind is Notice.NEIGHBOURS:
        near = select(Neighbour.email).where(Neighbour.permit_id == case.id, Neighbour.email != "")
        for email in session.scalars(near):
            yield Reader(email, case.language)


def _mark_written(session: Session, case: Permit, at: dt.datetime) -> None:
    near = select(Neighbour).where(Neighbour.permit_id == case.id, Neighbour.email != "")
    for neighbour in session.scalars(near):
        neighbour.written_at = at


def _text(session: Session, case: Permit, event: PermitEvent, reader: Reader) -> str:
    settings = get_settings(session, case.type_code, case.type_version)
    lines = [
        _(
            "Case: %(type)s, %(reference)s",
            type=settings.name,
            reference=case.reference or case.tracking_code,
        ),
        _(
            "Parcel: %(number)s %(address)s",
            number=isolated(case.parcel_number),
            address=isolated(case.address),
        ).strip(),
        _("It stands now: %(state)s", state=STATE_NAMES[event.target]),
    ]
    reason = str(event.data.get("reason") or "").strip()
    if reason:
        lines.append(_("What was said: %(reason)s", reason=isolated(reason)))
    lines += _deadlines(session, case, event.at)
    lines += ["", _("Everything about this case, and what happens next:"), _link(case, reader)]
    if reader.is_party:
        lines += ["", _("Your tracking code: %(code)s", code=case.tracking_code)]
    return "\n".join(lines) + "\n"


def _deadlines(session: Session, case: Permit, at: dt.datetime) -> list[str]:
    told = []
    for clock, reading in clocks.read_clocks(session, case, at).items():
        if clock in DEADLINES and reading.due_on and not reading.stopped_on:
            told.append(str(DEADLINES[clock]) % {"day": format_date(reading.due_on)})
    return told


def link_of(case: Permit) -> str:
    """The address that opens a case to its applicant."""
    return f"{_address[0]}/permits/track/{case.tracking_code}"


def _link(case: Permit, reader: Reader) -> str:
    """The page on which one can act: a party's own, by the code that only they are told; the public's for others."""
    if reader.is_party:
        return f"{_address[0]}/permits/track/{case.tracking_code}"
    if case.published_at is not None:
        return f"{_address[0]}/permits/{case.reference}"
    return f"{_address[0]}/permits/desk"
