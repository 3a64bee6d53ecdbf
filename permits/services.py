"""A case from its first page to its registration: opening, saving, submitting, the fee, and what it is judged by.

Every change holds the case's row and the caller to the version they saw; every step goes through ``PERMITS.move``.
"""

import datetime as dt
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Person
from accounts.permissions import Permission
from core import audit, local_time
from core.audit import Actor
from core.errors import Conflict, NotAllowed, NotFound, Unprocessable
from core.i18n import gettext as _
from core.registers import take_number
from core.workflow import Mover
from parcels.certificates.queries import list_zone_versions
from parcels.models import Parcel
from permits.models import Permit, PermitEvent
from permits.states import UNDECIDED, Event, Party, State
from permits.types.services import get_settings, get_type
from permits.types.settings import reckon_fee
from permits.workflow import PERMITS, PermitStep

# Without letters and digits that are taken for one another; 12 of them are 58 bits, behind a rate limit.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH = 12
_LONGEST_TEXT = 10_000
_LONGEST_LINE = 300


@dataclass(frozen=True)
class Draft:
    """What an applicant fills in; None leaves a field as it is."""

    parcel_number: str | None = None
    applicant_name: str | None = None
    contact_email: str | None = None
    description: str | None = None
    proposal: Mapping[str, Any] | None = None
    answers: Mapping[str, Any] | None = None
    precheck: Mapping[str, Any] | None = None


def open_case(
    session: Session,
    actor: Actor,
    type_code: str,
    *,
    applicant: Person | None,
    language: str,
    parent: Permit | None = None,
) -> Permit:
    """Begin an application; whoever holds its tracking code goes on with it. Raises NotFound for no such type.

    A child (``parent``) begins on its parent's parcel.
    """
    settings = get_type(session, type_code)
    case = Permit(
        tracking_code="".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH)),
        type_code=settings.code,
        type_version=settings.version,
        state=State.DRAFT,
        version=1,
        applicant_id=applicant.id if applicant else None,
        applicant_name=applicant.name if applicant else "",
        contact_email=applicant.email if applicant else "",
        language=language,
    )
    if parent is not None:
        case.parent_id = parent.id
        choose_parcel(session, case, parent.parcel_number)
    session.add(case)
    session.flush()
    audit.record(session, actor, "permit.open", f"permit:{case.id}", after={"type": settings.code})
    return case


def claim(session: Session, actor: Actor, case: Permit, person: Person) -> None:
    """Make an application one's own that was begun without an account. Raises NotAllowed when it is another's."""
    PERMITS.hold(session, case, None)
    if case.applicant_id not in (None, person.id):
        raise NotAllowed(_("This application belongs to another account."))
    if case.applicant_id == person.id:
        return
    case.applicant_id = person.id
    case.applicant_name = case.applicant_name or person.name
    case.contact_email = case.contact_email or person.email
    case.version += 1
    session.flush()
    audit.record(session, actor, "permit.claim", f"permit:{case.id}")


def save(session: Session, case: Permit, seen: int, draft: Draft) -> None:
    """Keep what has been filled in so far. Raises Conflict once it was submitted or changed elsewhere meanwhile."""
    PERMITS.hold(session, case, seen)
    if case.state is not State.DRAFT:
        raise Conflict(_("The application was submitted already: it is changed by answering a request."))
    if draft.parcel_number is not None:
        choose_parcel(session, case, draft.parcel_number)
    for name, most in (("applicant_name", _LONGEST_LINE), ("contact_email", _LONGEST_LINE)):
        given = getattr(draft, name)
        if given is not None:
            setattr(case, name, _fitting(given, most, name))
    if draft.description is not None:
        case.description = _fitting(draft.description, _LONGEST_TEXT, "description")
    if draft.proposal is not None:
        case.proposal = dict(draft.proposal)
    if draft.answers is not None:
        case.answers = dict(draft.answers)
    if draft.precheck is not None:
        case.precheck = dict(draft.precheck)
    case.version += 1
    session.flush()


def choose_parcel(session: Session, case: Permit, number: str) -> None:
    """Set a case on a parcel that stands now, by its number. Raises Unprocessable when there is none."""
    asked = select(Parcel.id, Parcel.number, Parcel.address, Parcel.geom.ST_PointOnSurface()).where(
        Parcel.number == number, Parcel.valid_to.is_(None)
    )
    found = session.execute(asked).one_or_none()
    if found is None:
        raise Unprocessable(
            _("There is no parcel with the number %(number)s.", number=number[:_LONGEST_LINE]), field="parcel"
        )
    case.parcel_id, case.parcel_number, case.address, case.geom = found


def submit(
    session: Session, case: Permit, mover: Mover[Party], seen: int, now: dt.datetime, calendar: str
) -> None:
    """Hand an application in: it gets its reference and its fee. ``calendar``: the one that the city numbers by."""
    PERMITS.hold(session, case, seen)
    if case.reference is None:
        case.reference = take_number(session, "permit", local_time.to_local(now).date(), calendar)
    settings = get_settings(session, case.type_code, case.type_version)
    area, use = case.proposal.get("floor_area_m2"), case.proposal.get("use")
    case.fee_rials = sum(line.amount for line in reckon_fee(settings.fee, area, use))
    session.flush()
    PERMITS.move(session, case, Event.SUBMIT, mover, seen=seen, now=now)


def declare(session: Session, case: Permit, seen: int, now: dt.datetime) -> None:
    """The applicant declares that what is said is true."""
    PERMITS.hold(session, case, seen)
    case.declared_at = now
    case.version += 1
    session.flush()


def settle_fee(
    session: Session, actor: Actor, case: Permit, seen: int, now: dt.datetime, *, waived: str = ""
) -> None:
    """Enter that the fee was paid, or why it was waived. Raises Conflict when it was settled already."""
    PERMITS.hold(session, case, seen)
    if case.fee_settled_at is not None or case.fee_waived_reason:
        raise Conflict(_("The fee was settled already."), field="fee")
    if waived:
        case.fee_waived_reason = _fitting(waived, _LONGEST_LINE, "reason")
    else:
        case.fee_settled_at = now
    case.version += 1
    session.flush()
    told = {"fee_rials": case.fee_rials, "waived": bool(waived)}
    audit.record(session, actor, "permit.fee", f"permit:{case.id}", after=told, reason=waived)


def validate(
    session: Session, case: Permit, mover: Mover[Party], seen: int, now: dt.datetime, day: dt.date
) -> None:
    """Register a case as complete, to be judged by the zoning in force on a day, which it keeps."""
    PERMITS.hold(session, case, seen)
    if case.parcel_id is not None:
        case.zone_ids = sorted(list_zone_versions(session, case.parcel_id, day).values())
        case.zoning_day = day
        session.flush()
    PERMITS.move(session, case, Event.VALIDATE, mover, seen=seen, now=now)


def assign(
    session: Session, actor: Actor, case: Permit, officer: Person, seen: int, *, note: str = ""
) -> None:
    """Give a case to an officer, or hand it over; the note is kept in the record.

    Raises Unprocessable when the case is that person's own, or they are no officer.
    """
    PERMITS.hold(session, case, seen)
    if officer.id in (case.applicant_id, case.agent_id):
        raise Unprocessable(_("Nobody works on their own application."), field="officer")
    if Permission.PERMITS_ASSESS not in officer.permissions:
        raise Unprocessable(_("Only an officer can hold a case."), field="officer")
    if case.state not in UNDECIDED:
        raise Conflict(_("The case is decided already."), field="officer")
    before, case.officer_id = case.officer_id, officer.id
    case.version += 1
    session.flush()
    audit.record(
        session,
        actor,
        "permit.assign",
        f"permit:{case.id}",
        before={"officer": before},
        after={"officer": officer.id},
        reason=_fitting(note, _LONGEST_LINE, "note"),
    )


def get_case(session: Session, reference: str) -> Permit:
    """The case with a reference. Raises NotFound."""
    found = session.scalars(select(Permit).where(Permit.reference == reference)).one_or_none()
    if found is None:
        raise NotFound(_("There is no permit with this reference."), field="reference")
    return found


def get_by_code(session: Session, code: str) -> Permit:
    """The case that a tracking code opens, however it was typed. Raises NotFound."""
    typed = "".join(code.upper().split()).replace("-", "")
    found = session.scalars(select(Permit).where(Permit.tracking_code == typed)).one_or_none()
    if found is None:
        raise NotFound(_("There is no application with this tracking code."), field="code")
    return found


def list_steps(session: Session, case: Permit) -> list[PermitStep]:
    """What happened to a case, in order."""
    rows = session.scalars(
        select(PermitEvent).where(PermitEvent.permit_id == case.id).order_by(PermitEvent.ordinal)
    )
    return [PermitStep(row.event, row.source, row.target, row.party, row.at, row.data) for row in rows]


def rebuild(session: Session, case: Permit) -> State:
    """The state worked out from the events alone. Raises ValueError where they are no way through the table."""
    return PERMITS.replay(list_steps(session, case))


def _fitting(text: str, most: int, field: str) -> str:
    told = text.strip()
    if len(told) > most:
        raise Unprocessable(_("This is too long: %(most)s characters at most.", most=most), field=field)
    return told
