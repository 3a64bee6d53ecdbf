"""What an applicant does in their case: answering all that is asked at once, and each step that is theirs."""

import datetime as dt
from collections.abc import Iterable, Mapping

from sqlalchemy.orm import Session

from core.errors import AppError, Unprocessable
from core.i18n import gettext as _
from core.workflow import Attempt
from permits.applying.access import Holder
from permits.assessment import services as desk
from permits.assessment.models import Request, RequestKind
from permits.models import Permit
from permits.states import Event, Party
from permits.workflow import PERMITS

_LONGEST_REASON = 2_000
_OWN = frozenset({Party.APPLICANT})
_ASKED_WITH_CONSENT = {Event.EXTEND, Event.ANSWER, Event.SUBMIT}
"""Steps that have forms of their own, at what they answer."""


def list_open(session: Session, case: Permit) -> list[Request]:
    """What is asked of the applicant now, extensions last."""
    found = [
        each
        for each in desk.list_requests(session, case)
        if each.taken_back_at is None and (each.answered_at is None or _may_still_change(case, each))
    ]
    return sorted(found, key=lambda each: (each.kind is RequestKind.EXTENSION, each.id))


def _may_still_change(case: Permit, request: Request) -> bool:
    """An answer that is written and not yet sent."""
    return request.kind is not RequestKind.EXTENSION and PERMITS.find(case.state, Event.ANSWER) is not None


def answer_all(
    session: Session,
    holder: Holder,
    seen: int,
    now: dt.datetime,
    texts: Mapping[int, str],
    *,
    brought: Iterable[int],
    is_sent: bool,
) -> list[AppError]:
    """Keep the answers to what is asked, and send them if they are all there.

    ``brought`` are the requests that a paper was brought for. What is missing is answered, each by the field of its
    request (``answer-12``): then nothing is to be kept. Raises Conflict.
    """
    case, with_paper = holder.case, set(brought)
    PERMITS.hold(session, case, seen)
    problems: list[AppError] = []
    asked = [each for each in list_open(session, case) if each.kind is not RequestKind.EXTENSION]
    for request in asked:
        text = texts.get(request.id, "").strip() or (
            _("See the document.") if request.id in with_paper else ""
        )
        field = f"answer-{request.id}"
        if text:
            try:
                desk.answer(session, case, request.id, case.version, now, text)
            except Unprocessable as wrong:
                problems.append(Unprocessable(wrong.message, field=field))
        elif is_sent and not request.answer:
            problems.append(Unprocessable(_("Please answer this, or add the document."), field=field))
    if is_sent and not problems:
        desk.send_answers(session, case, holder.mover, case.version, now)
    return problems


def take(
    session: Session, holder: Holder, event: Event, seen: int, now: dt.datetime, reason: str = ""
) -> None:
    """Withdraw, appeal or report the start of works. Raises what the workflow raises, and Unprocessable."""
    if len(reason) > _LONGEST_REASON:
        raise Unprocessable(
            _("This is too long: %(most)s characters at most.", most=_LONGEST_REASON), field="reason"
        )
    data = {"reason": reason.strip()} if reason.strip() else {}
    PERMITS.move(session, holder.case, event, holder.mover, seen=seen, now=now, data=data)


def list_possible(session: Session, holder: Holder, now: dt.datetime) -> dict[Event, list[str]]:
    """The steps that the applicant may take now, each with what must still be met before it (apart from a reason).

    A step is left out where what it lacks is nothing that anybody could still mend: the period is over, or there is
    no permission.
    """
    case = holder.case
    found: dict[Event, list[str]] = {}
    for line in PERMITS.list_steps(case.state, _OWN):
        if line.event in _ASKED_WITH_CONSENT:
            continue
        attempt = Attempt(session, case, holder.actor, now, {"reason": "as will be given"})
        unmet = PERMITS.unmet(attempt, line)
        if not any(guard.code in ("in_appeal_period", "stands") for guard in unmet):
            found[line.event] = [str(guard.unmet) for guard in unmet]
    return found
