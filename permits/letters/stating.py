"""What a letter says, in both languages at once: worked out when it is issued, and kept with it."""

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from core.i18n import LANGUAGES, format_date, speaking
from core.i18n import gettext as _
from core.local_time import to_local
from permits import clocks
from permits.assessment.services import list_conditions
from permits.inspections.services import list_inspections
from permits.models import Permit, PermitEvent
from permits.register.case import figures_of
from permits.states import STATE_NAMES, Clock, Event, State
from permits.types.services import get_settings
from permits.types.settings import Period


def state_letter(session: Session, case: Permit, event: PermitEvent) -> dict[str, Any]:
    """The facts of a letter, and its words by language."""
    words = {}
    for code in LANGUAGES:
        with speaking(code):
            words[code] = _words(session, case, event)
    return {
        "reference": case.reference,
        "parcel": case.parcel_number,
        "type": case.type_code,
        "outcome": event.target.value,
        "on": to_local(event.at).date().isoformat(),
        "conditions": _conditions(session, case, event),
        "words": words,
    }


def _words(session: Session, case: Permit, event: PermitEvent) -> dict[str, Any]:
    settings = get_settings(session, case.type_code, case.type_version)
    is_completion = event.event is Event.COMPLETE
    return {
        "title": _("Completion certificate") if is_completion else _("Decision on the application"),
        "type": settings.name,
        "decision": _completion(case) if is_completion else _decision(event),
        "facts": _facts(case, event),
        "figures": [[each.label, each.shown] for each in figures_of(case.proposal)],
        "reason": str(event.data.get("reason") or ""),
        "notes": _visits(session, case) if is_completion else _deadlines(session, case, event),
    }


def _decision(event: PermitEvent) -> str:
    if event.event is Event.DEEM:
        return _(
            "The period for a decision passed; the law takes this as: %(state)s.",
            state=STATE_NAMES[event.target],
        )
    return _("The municipality has decided: %(state)s.", state=STATE_NAMES[event.target])


def _completion(case: Permit) -> str:
    return _(
        "The works of the permit %(reference)s were inspected and are completed as permitted.",
        reference=case.reference or "",
    )


def _facts(case: Permit, event: PermitEvent) -> list[list[str]]:
    facts = [
        [_("Case"), case.reference or ""],
        [_("Applicant"), case.applicant_name or "–"],
        [_("Parcel"), case.parcel_number],
        [_("Address"), case.address or "–"],
        [_("Date"), format_date(event.at)],
    ]
    if case.zoning_day is not None:
        facts.append([_("Judged by the zoning of"), format_date(case.zoning_day)])
    return facts


def _deadlines(session: Session, case: Permit, event: PermitEvent) -> list[str]:
    """Until when one may appeal, and until when works must begin."""
    settings, told = get_settings(session, case.type_code, case.type_version), []
    appeal = clocks.read_period(session, event.at, settings.periods[Period.APPEAL_FILING], event.at)
    if appeal.due_on is not None:
        told.append(
            _(
                "The applicant and whoever commented may appeal until %(day)s.",
                day=format_date(appeal.due_on),
            )
        )
    if event.target is not State.REFUSED:
        beginning = clocks.read_period(
            session, event.at, settings.periods[Period(Clock.BEGINNING.value)], event.at
        )
        if beginning.due_on is not None:
            told.append(
                _(
                    "Works must begin by %(day)s; after it the permit lapses.",
                    day=format_date(beginning.due_on),
                )
            )
    return told


def _visits(session: Session, case: Permit) -> list[str]:
    """The visits that were passed, by name and day."""
    names = {
        each.code: each.name for each in get_settings(session, case.type_code, case.type_version).inspections
    }
    passed: dict[str, dt.datetime] = {}
    for visit in list_inspections(session, case):
        if visit.result.value == "passed":
            passed[visit.code] = visit.inspected_at
    return [
        _("%(visit)s: passed on %(day)s", visit=names.get(code, code), day=format_date(at))
        for code, at in passed.items()
    ]


def _conditions(session: Session, case: Permit, event: PermitEvent) -> list[dict[str, Any]]:
    """The conditions of the decision, as the event keeps them, else as they stand."""
    if event.event is Event.COMPLETE:
        return []
    kept = event.data.get("conditions")
    if isinstance(kept, list):
        return kept
    if event.target is not State.GRANTED_CONDITIONS:
        return []
    return [
        {"number": each.number, "text": each.text, "before_start": each.before_start}
        for each in list_conditions(session, case)
    ]
