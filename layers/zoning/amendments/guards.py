"""The conditions of an amendment's steps: each asks one thing and says how to mend it."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from sqlalchemy import exists, func, select

from core import local_time
from core.i18n import lazy_gettext as _
from core.workflow import Attempt, Guard
from layers.zoning.amendments import queries
from layers.zoning.amendments.checks import is_blocked
from layers.zoning.amendments.models import Amendment, AmendmentEvent, AmendmentSave
from layers.zoning.amendments.states import Event
from layers.zoning.models import Zone

Try = Attempt[Amendment]


def day_of(value: Any) -> dt.date | None:
    """A day as an event tells it; None where it is none."""
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        return None


def _tells(name: str) -> Callable[[Try], bool]:
    return lambda attempt: bool(str(attempt.data.get(name) or "").strip())


def _today(attempt: Try) -> dt.date:
    return local_time.to_local(attempt.now).date()


def _has_drafted(attempt: Try) -> bool:
    case, by = attempt.case, attempt.actor.id
    saved = exists().where(AmendmentSave.amendment_id == case.id, AmendmentSave.saved_by == by)
    return by == case.created_by or bool(attempt.session.scalar(select(saved)))


def _by_a_second(attempt: Try) -> bool:
    """Whoever drew any of it does not check it; nor does somebody whom nobody knows."""
    return attempt.actor.id is not None and not _has_drafted(attempt)


def _by_a_third(attempt: Try) -> bool:
    """Whoever drew or checked it does not enter its resolution."""
    case, by = attempt.case, attempt.actor.id
    checked = exists().where(
        AmendmentEvent.amendment_id == case.id,
        AmendmentEvent.event == Event.CHECK,
        AmendmentEvent.actor_id == by,
    )
    return _by_a_second(attempt) and not attempt.session.scalar(select(checked))


def _nothing_blocks(attempt: Try) -> bool:
    return not is_blocked(queries.list_findings(attempt.session, attempt.case))


def _checked_as_it_is(attempt: Try) -> bool:
    last = queries.get_last_save(attempt.session, attempt.case)
    return last is not None and attempt.case.checked_version == last.version


def _consultation_over(attempt: Try) -> bool:
    until = attempt.case.comments_until
    return until is not None and until < _today(attempt)


def _deadline_ahead(attempt: Try) -> bool:
    until = day_of(attempt.data.get("comments_until"))
    return until is not None and until > _today(attempt)


def _resolution_told(attempt: Try) -> bool:
    day = day_of(attempt.data.get("resolution_on"))
    return _tells("resolution")(attempt) and day is not None and day <= _today(attempt)


def _effective_ahead(attempt: Try) -> bool:
    day = day_of(attempt.data.get("effective_on"))
    return day is not None and day > _today(attempt)


def _day_come(attempt: Try) -> bool:
    day = attempt.case.effective_on
    return day is not None and day <= _today(attempt)


def _base_stands(attempt: Try) -> bool:
    case = attempt.case
    day = case.effective_on or day_of(attempt.data.get("effective_on")) or _today(attempt)
    return not queries.list_stale(attempt.session, case, day)


def _is_replaced(attempt: Try) -> bool:
    """Nothing of it is the law from some day on: later amendments have put an end to each of its zones."""
    holds = exists().where(
        Zone.amendment_id == attempt.case.id, func.upper_inf(Zone.recorded), func.upper_inf(Zone.valid)
    )
    return not attempt.session.scalar(select(holds))


HAS_REASON = Guard[Amendment]("has_reason", _tells("reason"), _("Please give the reason."), "reason")
SUBMITTED = Guard[Amendment](
    "submitted",
    lambda attempt: attempt.case.submitted_at is not None,
    _("Its planner has not offered it for checking yet."),
)
NOTHING_BLOCKS = Guard[Amendment](
    "nothing_blocks",
    _nothing_blocks,
    _("Something is wrong with it that has to be mended first: see the findings."),
    "findings",
)
BY_A_SECOND = Guard[Amendment](
    "by_a_second", _by_a_second, _("Whoever drew it does not check it: ask a second planner.")
)
BY_A_THIRD = Guard[Amendment](
    "by_a_third", _by_a_third, _("Whoever drew or checked it does not enter its resolution.")
)
CHECKED_AS_IT_IS = Guard[Amendment](
    "checked_as_it_is",
    _checked_as_it_is,
    _("It was changed after it was checked: a second planner has to check it again."),
)
DEADLINE_AHEAD = Guard[Amendment](
    "deadline_ahead",
    _deadline_ahead,
    _("Please give the last day for comments: a day to come."),
    "comments_until",
)
CONSULTATION_OVER = Guard[Amendment](
    "consultation_over", _consultation_over, _("The period for comments is not over.")
)
RESOLUTION_TOLD = Guard[Amendment](
    "resolution_told",
    _resolution_told,
    _("Please give the number and the date of the resolution; the date is not a day to come."),
    "resolution",
)
EFFECTIVE_AHEAD = Guard[Amendment](
    "effective_ahead",
    _effective_ahead,
    _("Please give the effective date: a day to come."),
    "effective_on",
)
DAY_COME = Guard[Amendment]("day_come", _day_come, _("Its effective date has not come yet."))
BASE_STANDS = Guard[Amendment](
    "base_stands",
    _base_stands,
    _("The plan has changed under it since it was drawn: it has to be drawn on the plan as it is now."),
    "base",
)
IS_REPLACED = Guard[Amendment]("is_replaced", _is_replaced, _("Some of its zones are still the law."))
HOLDS_AGAIN = Guard[Amendment](
    "holds_again", lambda attempt: not _is_replaced(attempt), _("None of its zones is the law again.")
)
RECORDED = Guard[Amendment](
    "recorded",
    lambda attempt: attempt.case.recorded_at is not None,
    _("It has never been in force."),
)
