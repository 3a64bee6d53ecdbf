"""The officer's work on a case: asking, checking, recommending, conditions, and the decision by somebody else."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core import audit
from core.audit import Actor
from core.errors import Conflict, NotFound, Unprocessable
from core.i18n import gettext as _
from core.workflow import Mover
from permits.assessment.models import Check, CheckResult, Condition, Message, Request, RequestKind
from permits.models import Permit
from permits.states import Event, Party, State
from permits.types.services import get_settings
from permits.workflow import PERMITS

_LONGEST = 10_000
_MOST_DAYS = 365


@dataclass(frozen=True)
class Ask:
    """One thing to ask of the applicant; a document names its kind."""

    text: str
    document_kind: str = ""


@dataclass(frozen=True)
class ConditionText:
    """One condition as typed; its number is its place in the list."""

    text: str
    before_start: bool = False
    code: str = ""


def ask(
    session: Session, case: Permit, mover: Mover[Party], seen: int, now: dt.datetime, asked: Sequence[Ask]
) -> None:
    """Ask the applicant: while documents are checked, or while the case is assessed. The clock stands still then."""
    PERMITS.hold(session, case, seen)
    for each in asked:
        session.add(
            Request(
                permit_id=case.id,
                kind=RequestKind.DOCUMENT if each.document_kind else RequestKind.INFORMATION,
                text=_needed(each.text, "requests"),
                document_kind=each.document_kind,
                asked_by=mover.actor.id,
                asked_at=now,
            )
        )
    session.flush()
    event = Event.REQUEST if case.state is State.CHECKING else Event.ASK
    reason = " · ".join(each.text.strip() for each in asked)[:500]
    PERMITS.move(session, case, event, mover, seen=seen, now=now, data={"reason": reason})


def answer(session: Session, case: Permit, request_id: int, seen: int, now: dt.datetime, text: str) -> None:
    """Answer one request. The answers are sent to the officer by ``send_answers``, all at once."""
    PERMITS.hold(session, case, seen)
    request = get_request(session, case, request_id)
    if request.taken_back_at is not None:
        raise Conflict(_("This request was taken back."), field="answers")
    request.answer = _needed(text, "answers")
    request.answered_at = now
    case.version += 1
    session.flush()


def send_answers(session: Session, case: Permit, mover: Mover[Party], seen: int, now: dt.datetime) -> None:
    """Hand the answers over: the clock that stood still goes on."""
    PERMITS.move(session, case, Event.ANSWER, mover, seen=seen, now=now)


def take_back(session: Session, case: Permit, request_id: int, seen: int, now: dt.datetime) -> None:
    """Take a request back that is not answered any more needed."""
    PERMITS.hold(session, case, seen)
    request = get_request(session, case, request_id)
    if request.answered_at is not None:
        raise Conflict(_("This request was answered already."), field="requests")
    request.taken_back_at = now
    case.version += 1
    session.flush()


def get_request(session: Session, case: Permit, request_id: int) -> Request:
    """One request of a case. Raises NotFound, for those of other cases, too."""
    found = session.get(Request, request_id)
    if found is None or found.permit_id != case.id:
        raise NotFound(_("There is no such request in this case."), field="request")
    return found


def list_requests(session: Session, case: Permit) -> list[Request]:
    """Everything asked in a case, oldest first."""
    asked = select(Request).where(Request.permit_id == case.id).order_by(Request.id)
    return list(session.scalars(asked))


def list_checks(session: Session, case: Permit) -> list[Check]:
    """The checks of a case in its type's order; those not looked at yet are open, and not rows."""
    settings = get_settings(session, case.type_code, case.type_version)
    kept = {check.code: check for check in session.scalars(select(Check).where(Check.permit_id == case.id))}
    return [
        kept.get(each.code)
        or Check(permit_id=case.id, code=each.code, result=CheckResult.OPEN, note="", version=0)
        for each in settings.checks
    ]


def enter_check(
    session: Session,
    actor: Actor,
    case: Permit,
    code: str,
    seen: int,
    now: dt.datetime,
    result: CheckResult,
    note: str,
) -> Check:
    """Enter what a check found. ``seen`` is the check's own version: two officers may do two checks at once.

    Raises Conflict when somebody else has entered this one meanwhile.
    """
    settings = get_settings(session, case.type_code, case.type_version)
    if code not in {each.code for each in settings.checks}:
        raise NotFound(_("There is no such check for this kind of permit."), field="check")
    PERMITS.hold(session, case, None)
    kept = session.scalars(select(Check).where(Check.permit_id == case.id, Check.code == code)).one_or_none()
    check = kept or Check(permit_id=case.id, code=code, version=0)
    if check.version != seen:
        raise Conflict(
            _("Somebody else has entered this check meanwhile. What you wrote is kept below."),
            field="version",
            details={"seen": seen, "now": check.version},
        )
    check.result, check.note = result, note.strip()[:_LONGEST]
    check.checked_by, check.checked_at = actor.id, now
    check.version += 1
    session.add(check)
    session.flush()
    audit.record(
        session, actor, "permit.check", f"permit:{case.id}", after={"check": code, "result": result.value}
    )
    return check


def set_conditions(session: Session, case: Permit, seen: int, conditions: Sequence[ConditionText]) -> None:
    """Set the conditions that are proposed or decided, numbered from 1 in their order."""
    PERMITS.hold(session, case, seen)
    if case.state not in (State.ASSESSMENT, State.RECOMMENDED, State.COMMITTEE, State.APPEALED):
        raise Conflict(_("Conditions are set while the case is assessed or decided."), field="conditions")
    session.execute(delete(Condition).where(Condition.permit_id == case.id))
    for number, each in enumerate(conditions, start=1):
        session.add(
            Condition(
                permit_id=case.id,
                number=number,
                code=each.code,
                text=_needed(each.text, "conditions"),
                before_start=each.before_start,
            )
        )
    case.version += 1
    session.flush()


def drop_conditions(session: Session, case: Permit) -> None:
    """Let the proposed conditions fall, for a decision that has none; the case's row is held already."""
    session.execute(delete(Condition).where(Condition.permit_id == case.id))
    session.flush()


def list_conditions(session: Session, case: Permit) -> list[Condition]:
    """The numbered conditions of a case."""
    asked = select(Condition).where(Condition.permit_id == case.id).order_by(Condition.number)
    return list(session.scalars(asked))


def mark_met(
    session: Session, actor: Actor, case: Permit, number: int, seen: int, now: dt.datetime, note: str
) -> None:
    """Mark a condition as met. Raises NotFound, Conflict when it was marked already."""
    PERMITS.hold(session, case, seen)
    condition = session.scalars(
        select(Condition).where(Condition.permit_id == case.id, Condition.number == number)
    ).one_or_none()
    if condition is None:
        raise NotFound(_("There is no such condition."), field="condition")
    if condition.met_at is not None:
        raise Conflict(_("The condition is marked as met already."), field="condition")
    condition.met_at, condition.met_by, condition.met_note = now, actor.id, note.strip()[:_LONGEST]
    case.version += 1
    session.flush()
    audit.record(session, actor, "permit.condition_met", f"permit:{case.id}", after={"condition": number})


def propose_extension(
    session: Session, case: Permit, mover: Mover[Party], seen: int, now: dt.datetime, days: int, reason: str
) -> Request:
    """Ask the applicant, in writing, to agree to more days."""
    PERMITS.hold(session, case, seen)
    if not 1 <= days <= _MOST_DAYS:
        raise Unprocessable(_("An extension has from 1 to %(most)s days.", most=_MOST_DAYS), field="days")
    request = Request(
        permit_id=case.id,
        kind=RequestKind.EXTENSION,
        text=_needed(reason, "reason"),
        days=days,
        asked_by=mover.actor.id,
        asked_at=now,
    )
    session.add(request)
    case.version += 1
    session.flush()
    return request


def agree_extension(
    session: Session, case: Permit, request_id: int, mover: Mover[Party], seen: int, now: dt.datetime
) -> None:
    """The applicant's agreement: the period is longer from now on."""
    PERMITS.hold(session, case, seen)
    request = get_request(session, case, request_id)
    if request.kind is not RequestKind.EXTENSION or request.answered_at or request.taken_back_at:
        raise Conflict(_("There is no open question about an extension."), field="request_id")
    request.answered_at = now
    session.flush()
    data = {"request_id": request.id, "days": request.days, "reason": request.text[:500]}
    PERMITS.move(session, case, Event.EXTEND, mover, seen=seen, now=now, data=data)


def write_message(
    session: Session, case: Permit, author_id: int | None, now: dt.datetime, text: str, *, from_city: bool
) -> Message:
    """A message between the applicant and the city; it moves nothing."""
    message = Message(
        permit_id=case.id, from_city=from_city, author_id=author_id, text=_needed(text, "text"), at=now
    )
    session.add(message)
    session.flush()
    return message


def list_messages(session: Session, case: Permit) -> list[Message]:
    """The messages of a case, oldest first."""
    return list(session.scalars(select(Message).where(Message.permit_id == case.id).order_by(Message.id)))


def mark_read(session: Session, case: Permit, now: dt.datetime, *, from_city: bool) -> None:
    """Note that the messages of one side were shown to the other."""
    session.execute(
        update(Message)
        .where(Message.permit_id == case.id, Message.from_city.is_(from_city), Message.read_at.is_(None))
        .values(read_at=now)
    )


def _needed(text: str, field: str) -> str:
    told = text.strip()
    if not told:
        raise Unprocessable(_("Please fill this in."), field=field)
    if len(told) > _LONGEST:
        raise Unprocessable(_("This is too long: %(most)s characters at most.", most=_LONGEST), field=field)
    return told
