"""The conditions of the steps of a permit's case: each asks the database one thing and says how to mend it."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.sql.elements import ColumnElement

from core.i18n import lazy_gettext as _
from core.workflow import Attempt, Guard
from permits import clocks
from permits.assessment.models import Check, CheckResult, Condition, Request, RequestKind
from permits.documents.queries import list_missing
from permits.hearing.models import Comment
from permits.inspections.models import Inspection, InspectionResult
from permits.models import Permit, PermitEvent
from permits.states import GRANTED, Clock, Event, Party, State
from permits.types.services import get_settings
from permits.types.settings import Period, TypeSettings

Try = Attempt[Permit]


def _settings(attempt: Try) -> TypeSettings:
    return get_settings(attempt.session, attempt.case.type_code, attempt.case.type_version)


def _has(attempt: Try, *conditions: ColumnElement[bool]) -> bool:
    return bool(attempt.session.scalar(select(exists().where(*conditions))))


def _tells(*names: str) -> Callable[[Try], bool]:
    """Whether the step's own data holds these, and none of them is blank."""

    def holds(attempt: Try) -> bool:
        return all(str(attempt.data.get(name) or "").strip() for name in names)

    return holds


def _open_request(attempt: Try, *kinds: RequestKind) -> bool:
    return _has(
        attempt,
        Request.permit_id == attempt.case.id,
        Request.kind.in_(kinds),
        Request.answered_at.is_(None),
        Request.taken_back_at.is_(None),
    )


def _asks_something(attempt: Try) -> bool:
    return _open_request(attempt, RequestKind.DOCUMENT, RequestKind.INFORMATION)


def _documents_complete(attempt: Try) -> bool:
    return not list_missing(attempt.session, attempt.case, _settings(attempt))


def _fee_settled(attempt: Try) -> bool:
    case = attempt.case
    return case.fee_settled_at is not None or bool(case.fee_waived_reason) or case.fee_rials == 0


def _publicity_held(attempt: Try) -> bool:
    if not _settings(attempt).is_publicity_required:
        return True
    return clocks.has_started(attempt.session, attempt.case, Clock.COMMENT)


def _comments_closed(attempt: Try) -> bool:
    return not clocks.is_within(attempt.session, attempt.case, Clock.COMMENT, attempt.now)


def _checks_done(attempt: Try) -> bool:
    done = set(
        attempt.session.scalars(
            select(Check.code).where(Check.permit_id == attempt.case.id, Check.result != CheckResult.OPEN)
        )
    )
    return all(check.code in done for check in _settings(attempt).checks if check.is_required)


def _comments_answered(attempt: Try) -> bool:
    return not _has(
        attempt,
        Comment.permit_id == attempt.case.id,
        Comment.must_answer.is_(True),
        Comment.answer == "",
        Comment.group_id.is_(None),
    )


def _decided_by_another(attempt: Try) -> bool:
    """Who recommended, or holds the case as its officer, does not decide it; nor who applied for it."""
    case, by = attempt.case, attempt.actor.id
    if by is None or by in (case.officer_id, case.applicant_id, case.agent_id):
        return False
    return not _has(
        attempt,
        PermitEvent.permit_id == case.id,
        PermitEvent.event.in_((Event.ASSESS, Event.RECOMMEND, Event.DECIDE))
        # Who holds a case's code may have acted as its applicant, and their account never claimed it.
        | (PermitEvent.party == Party.APPLICANT),
        PermitEvent.actor_id == by,
    )


def _conditions_fit(attempt: Try) -> bool:
    """Conditions are there if and only if it is granted with conditions."""
    there = _has(attempt, Condition.permit_id == attempt.case.id)
    return there == (attempt.target == State.GRANTED_CONDITIONS)


def _agreed(attempt: Try) -> bool:
    """The officer has asked for more days, in writing, and the applicant's agreement names that very request."""
    return _has(
        attempt,
        Request.id == _number(attempt.data.get("request_id")),
        Request.permit_id == attempt.case.id,
        Request.kind == RequestKind.EXTENSION,
        Request.answered_at.is_not(None),
        Request.taken_back_at.is_(None),
    )


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _clock_runs(attempt: Try) -> bool:
    return bool(clocks.list_going(attempt.session, attempt.case))


def _in_appeal_period(attempt: Try) -> bool:
    case = attempt.case
    if case.decided_at is None:
        return False
    period = _settings(attempt).periods[Period.APPEAL_FILING]
    return clocks.is_within_days(attempt.session, case.decided_at, period, attempt.now)


def _stands(attempt: Try) -> bool:
    return attempt.case.outcome in GRANTED


def _before_start_met(attempt: Try) -> bool:
    return not _has(
        attempt,
        Condition.permit_id == attempt.case.id,
        Condition.before_start.is_(True),
        Condition.met_at.is_(None),
    )


def _inspections_passed(attempt: Try) -> bool:
    """The last visit for each required inspection was passed."""
    last = (
        select(Inspection.code, Inspection.result)
        .where(Inspection.permit_id == attempt.case.id)
        .ext(distinct_on(Inspection.code))
        .order_by(Inspection.code, Inspection.inspected_at.desc(), Inspection.id.desc())
    )
    results = {row.code: row.result for row in attempt.session.execute(last)}
    needed = [each.code for each in _settings(attempt).inspections if each.is_required]
    return all(results.get(code) is InspectionResult.PASSED for code in needed)


def _overdue(clock: Clock) -> Callable[[Try], bool]:
    return lambda attempt: clocks.is_overdue(attempt.session, attempt.case, clock, attempt.now)


def _validity_over(attempt: Try) -> bool:
    clock = Clock.VALIDITY if attempt.case.state is State.BUILDING else Clock.BEGINNING
    return clocks.is_overdue(attempt.session, attempt.case, clock, attempt.now)


def _silence_decides(attempt: Try) -> bool:
    return attempt.target is not None and _settings(attempt).silence == attempt.target


PARCEL_CHOSEN = Guard[Permit](
    "parcel_chosen",
    lambda attempt: attempt.case.parcel_id is not None,
    _("Please choose the parcel."),
    "parcel",
)
DOCUMENTS_COMPLETE = Guard[Permit](
    "documents_complete", _documents_complete, _("Required documents are missing."), "documents"
)
DECLARED = Guard[Permit](
    "declared",
    lambda attempt: attempt.case.declared_at is not None,
    _("Please confirm the declaration."),
    "declaration",
)
FEE_SETTLED = Guard[Permit](
    "fee_settled", _fee_settled, _("The fee has been neither paid nor waived."), "fee"
)
ASKS_SOMETHING = Guard[Permit](
    "asks_something", _asks_something, _("Please say what is missing: at least one request."), "requests"
)
ALL_ANSWERED = Guard[Permit](
    "all_answered",
    lambda attempt: not _asks_something(attempt),
    _("Some requests have not been answered yet."),
    "answers",
)
ANSWER_OVERDUE = Guard[Permit]("answer_overdue", _overdue(Clock.ANSWER), _("The applicant may still answer."))
ZONING_PINNED = Guard[Permit](
    "zoning_pinned",
    lambda attempt: attempt.case.zoning_day is not None,
    _("The zoning that the case is judged by has not been fixed."),
)
NEIGHBOURS_FROZEN = Guard[Permit](
    "neighbours_frozen",
    lambda attempt: attempt.case.neighbours_frozen_at is not None,
    _("The list of neighbours has not been drawn up."),
)
OFFICER_ASSIGNED = Guard[Permit](
    "officer_assigned",
    lambda attempt: attempt.case.officer_id is not None,
    _("Please assign an officer first."),
    "officer",
)
HAS_REASON = Guard[Permit]("has_reason", _tells("reason"), _("Please give the reason."), "reason")
PUBLICITY_HELD = Guard[Permit](
    "publicity_held", _publicity_held, _("This kind of permit must be opened for comments first.")
)
COMMENTS_CLOSED = Guard[Permit]("comments_closed", _comments_closed, _("Comments may still be sent."))
CHECKS_DONE = Guard[Permit]("checks_done", _checks_done, _("Some checks are still open."), "checks")
COMMENTS_ANSWERED = Guard[Permit](
    "comments_answered",
    _comments_answered,
    _("Some comments marked for an answer have none yet."),
    "comments",
)
NOTHING_ASKED = Guard[Permit](
    "nothing_asked",
    lambda attempt: not _asks_something(attempt),
    _("A request to the applicant is still open."),
    "requests",
)
RECOMMENDS = Guard[Permit](
    "recommends",
    lambda attempt: attempt.data.get("outcome") in {State.GRANTED, State.GRANTED_CONDITIONS, State.REFUSED},
    _("Please say what you recommend."),
    "outcome",
)
MEETING_DATED = Guard[Permit](
    "meeting_dated", _tells("meeting_on"), _("Please give the date of the meeting."), "meeting_on"
)
DECIDED_BY_ANOTHER = Guard[Permit](
    "decided_by_another",
    _decided_by_another,
    _("Whoever assessed or recommended it, or applied for it, does not decide it: ask another reviewer."),
)
CONDITIONS_FIT = Guard[Permit](
    "conditions_fit",
    _conditions_fit,
    _("“Granted with conditions” needs at least one condition; the other outcomes have none."),
    "conditions",
)
CLOCK_RUNS = Guard[Permit]("clock_runs", _clock_runs, _("No period is running that could be extended."))
AGREED = Guard[Permit](
    "agreed",
    _agreed,
    _("Officer and applicant have not both agreed to the extension in writing."),
    "request_id",
)
IN_APPEAL_PERIOD = Guard[Permit](
    "in_appeal_period", _in_appeal_period, _("The period for an appeal is over.")
)
ORDER_FILED = Guard[Permit](
    "order_filed", _tells("order"), _("Please name the order: its number or document."), "order"
)
STANDS = Guard[Permit]("stands", _stands, _("There is no permission in force in this case."))
BEFORE_START_MET = Guard[Permit](
    "before_start_met",
    _before_start_met,
    _("Some conditions must be met before works begin, and are not marked as met."),
    "conditions",
)
VISIT_TOLD = Guard[Permit](
    "visit_told", _tells("inspection_id"), _("Please enter the visit: what was found, and where."), "result"
)
INSPECTIONS_PASSED = Guard[Permit](
    "inspections_passed",
    _inspections_passed,
    _("Not all required inspections have been passed."),
    "inspections",
)
VALIDITY_OVER = Guard[Permit]("validity_over", _validity_over, _("The permit is still valid."))
DECISION_OVERDUE = Guard[Permit](
    "decision_overdue", _overdue(Clock.DECISION), _("The period for a decision is not over.")
)
SILENCE_DECIDES = Guard[Permit](
    "silence_decides", _silence_decides, _("For this kind of permit, silence is not a decision.")
)
