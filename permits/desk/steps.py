"""The form of each step that the staff takes: one description per event, which page and server both read."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from accounts.models import Person
from core.audit import Actor
from core.errors import Unprocessable
from core.i18n import gettext
from core.i18n import lazy_gettext as _
from core.workflow import Mover
from permits.access import STAFF_PARTIES
from permits.assessment import services as assessment
from permits.desk.fields import Field, Kind
from permits.hearing import services as hearing
from permits.models import Permit
from permits.services import validate
from permits.states import STATE_NAMES, Event, Party, State
from permits.table import TABLE
from permits.workflow import PERMITS


@dataclass(frozen=True)
class Doing:
    """Somebody doing something in a case: ``given`` is what they typed, as ``read_fields`` read it."""

    session: Session
    case: Permit
    mover: Mover[Party]
    person: Person
    seen: int
    now: dt.datetime
    today: dt.date
    given: dict[str, Any] = field(default_factory=dict)

    @property
    def actor(self) -> Actor:
        """Who does it, as the record names them."""
        return self.mover.actor


@dataclass(frozen=True)
class StepForm:
    """What is asked for to take a step. ``told``: the guards that the form itself meets; ``is_grave``: it ends a case.

    ``take`` does it where that is more than to move the case with what was typed.
    """

    fields: tuple[Field, ...] = ()
    told: frozenset[str] = frozenset()
    take: Callable[[Doing], None] | None = None
    is_grave: bool = False


_REASON = Field("reason", _("Reasons"))
_ORDER = Field("order", _("Order (number and date)"), Kind.LINE)


def _outcomes(*states: State) -> Callable[[Session, Permit], list[tuple[str, str]]]:
    return lambda _session, _case: [(state.value, str(STATE_NAMES[state])) for state in states]


def move(event: Event, doing: Doing) -> None:
    """Take a step with what was typed: where it leads stands in ``outcome``, the rest is what the event tells."""
    line = PERMITS.find(doing.case.state, event)
    given, target = dict(doing.given), None
    if line is not None and len(line.targets) > 1:
        target = State(given.pop("outcome"))
    PERMITS.move(
        doing.session,
        doing.case,
        event,
        doing.mover,
        seen=doing.seen,
        now=doing.now,
        target=target,
        data=given,
    )


def _ask(doing: Doing) -> None:
    assessment.ask(doing.session, doing.case, doing.mover, doing.seen, doing.now, doing.given["requests"])


def _validate(doing: Doing) -> None:
    validate(doing.session, doing.case, doing.mover, doing.seen, doing.now, doing.today)


def _publicise(doing: Doing) -> None:
    hearing.publicise(doing.session, doing.case, doing.mover, doing.seen, doing.now)


def _decide(doing: Doing) -> None:
    """A decision without conditions lets those fall that were proposed; the event keeps their words."""
    PERMITS.hold(doing.session, doing.case, doing.seen)
    proposed = assessment.list_conditions(doing.session, doing.case)
    if proposed and doing.given["outcome"] != State.GRANTED_CONDITIONS:
        doing.given["conditions_dropped"] = [each.text for each in proposed]
        assessment.drop_conditions(doing.session, doing.case)
    elif proposed:
        doing.given["conditions"] = [
            {"number": each.number, "text": each.text, "before_start": each.before_start} for each in proposed
        ]
    move(Event.DECIDE, doing)


def _refer(doing: Doing) -> None:
    if doing.given["meeting_on"] < doing.today.isoformat():
        raise Unprocessable(gettext("The meeting would be in the past."), field="meeting_on")
    move(Event.REFER, doing)


_REQUESTS = (Field("requests", _("What is missing"), Kind.REQUESTS),)
STEPS: dict[Event, StepForm] = {
    Event.ACCEPT: StepForm(),
    Event.REQUEST: StepForm(_REQUESTS, frozenset({"asks_something"}), _ask),
    Event.VALIDATE: StepForm(told=frozenset({"zoning_pinned"}), take=_validate),
    Event.PUBLICISE: StepForm(told=frozenset({"neighbours_frozen"}), take=_publicise),
    Event.ASSESS: StepForm(),
    Event.ASK: StepForm(_REQUESTS, frozenset({"asks_something"}), _ask),
    Event.RECOMMEND: StepForm(
        (
            Field(
                "outcome",
                _("What you recommend"),
                Kind.CHOICE,
                options=_outcomes(State.GRANTED, State.GRANTED_CONDITIONS, State.REFUSED),
            ),
            _REASON,
        ),
        frozenset({"recommends", "has_reason"}),
    ),
    Event.SEND_BACK: StepForm((Field("reason", _("What is still to be done")),), frozenset({"has_reason"})),
    Event.REFER: StepForm(
        (Field("meeting_on", _("Day of the meeting"), Kind.DAY), _REASON),
        frozenset({"has_reason", "meeting_dated"}),
        _refer,
    ),
    Event.DECIDE: StepForm(
        (
            Field(
                "outcome",
                _("The decision"),
                Kind.CHOICE,
                options=_outcomes(State.GRANTED, State.GRANTED_CONDITIONS, State.REFUSED),
            ),
            _REASON,
        ),
        frozenset({"has_reason", "conditions_fit"}),
        _decide,
    ),
    Event.RULE: StepForm(
        (
            Field(
                "outcome",
                _("The ruling"),
                Kind.CHOICE,
                options=_outcomes(State.UPHELD, State.VARIED, State.REVERSED),
            ),
            _ORDER,
            _REASON,
        ),
        frozenset({"order_filed"}),
    ),
    Event.INSPECT: StepForm(told=frozenset({"visit_told"})),
    Event.COMPLETE: StepForm(),
    Event.RETURN: StepForm((_REASON,), frozenset({"has_reason"}), is_grave=True),
    Event.CLOSE: StepForm((_REASON,), frozenset({"has_reason"}), is_grave=True),
    Event.REVOKE: StepForm((_ORDER, _REASON), frozenset({"has_reason", "order_filed"}), is_grave=True),
}
"""In the table's order, the grave ones last. A visit is entered on the inspector's own page."""


def events_of_staff() -> frozenset[Event]:
    """The events that somebody of the staff may bring about."""
    return frozenset(line.event for line in TABLE if line.parties & STAFF_PARTIES)
