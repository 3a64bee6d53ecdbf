"""Judging an application before it is sent, and sending it whole: declaration, pre-check, reference and fee."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Person
from core.errors import AppError
from permits import services
from permits.applying.access import Holder
from permits.applying.schemas import proposal_of
from permits.applying.steps import Missing, Step, list_unready, steps_of
from permits.models import Permit
from permits.precheck.checks import Precheck
from permits.precheck.schemas import stored_json
from permits.precheck.services import check, get_srid
from permits.services import Draft
from permits.types.settings import TypeSettings

_MOST_LISTED = 200


def judge(session: Session, case: Permit, settings: TypeSettings, day: dt.date) -> Precheck | None:
    """The pre-check of what is proposed so far; None for kinds that are not judged by it, or without a parcel."""
    if Step.RULES not in steps_of(settings) or case.parcel_id is None:
        return None
    return check(session, case.parcel_id, proposal_of(case, get_srid(session)), day)


def find_unready(session: Session, case: Permit, settings: TypeSettings, day: dt.date) -> Sequence[Missing]:
    """What keeps an application from being sent as things stand on a day."""
    found = _judge_if_any(session, case, settings, day)
    return list_unready(session, case, settings, is_failing=found is not None and bool(found.failed))


def _judge_if_any(session: Session, case: Permit, settings: TypeSettings, day: dt.date) -> Precheck | None:
    """As :func:`judge`; a parcel that has since been closed is judged by nothing, and is told by its step."""
    try:
        return judge(session, case, settings, day)
    except AppError:
        return None


def send(
    session: Session,
    holder: Holder,
    settings: TypeSettings,
    seen: int,
    now: dt.datetime,
    day: dt.date,
    calendar: str,
) -> None:
    """Declare and submit, with the pre-check as it was then kept for the officer. Raises what ``submit`` raises."""
    case = holder.case
    services.declare(session, case, seen, now)
    found = _judge_if_any(session, case, settings, day)
    if found is not None:
        services.save(session, case, case.version, Draft(precheck=stored_json(found, get_srid(session))))
    services.submit(session, case, holder.mover, case.version, now, calendar)


def list_own(session: Session, person: Person) -> list[Permit]:
    """The cases that a person applied for, themselves or as an agent, newest first."""
    own = (Permit.applicant_id == person.id) | (Permit.agent_id == person.id)
    return list(session.scalars(select(Permit).where(own).order_by(Permit.id.desc()).limit(_MOST_LISTED)))
