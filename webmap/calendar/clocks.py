"""A clock as a page draws it: its sentence, a bar of days used, and the facts behind it. Drawn by ``clocks.html``."""

import datetime as dt
from dataclasses import dataclass
from math import ceil

from core.clocks import ClockState, DayUnit, Reading, explain, say_days
from core.i18n import format_date, format_number
from core.i18n import gettext as _


@dataclass(frozen=True)
class DrawnClock:
    """What ``clock`` of ``clocks.html`` shows. ``used`` and ``whole`` are halves of days, for the bar alone."""

    name: str
    state: str
    state_name: str
    sentence: str
    used: int
    whole: int
    used_words: str
    facts: list[tuple[str, str]]
    look_at: dt.date | None


def draw(reading: Reading, name: str) -> DrawnClock:
    """A reading of a clock, to be shown to anybody. ``name`` in the language spoken."""
    period = say_days(reading.period, reading.unit)
    used = min(reading.days_used, reading.period)
    return DrawnClock(
        name=name,
        state=_look(reading),
        state_name=_state_name(reading),
        sentence=explain(reading, name),
        used=ceil(used * 2),
        whole=reading.period * 2,
        used_words=_("%(used)s of %(period)s used", used=format_number(used, 1), period=period),
        facts=_facts(reading, period),
        look_at=reading.due_on or reading.due_if_resumed_today or reading.started_on,
    )


def _look(reading: Reading) -> str:
    """How it is coloured; one that ended late is as one that is late."""
    return "overdue" if reading.kept is False else reading.state.value


def _state_name(reading: Reading) -> str:
    if reading.state is ClockState.STOPPED:
        return _("Ended in time") if reading.kept else _("Ended late")
    return {
        ClockState.NOT_STARTED: _("Not begun"),
        ClockState.RUNNING: _("Running"),
        ClockState.PAUSED: _("Paused"),
        ClockState.OVERDUE: _("Overdue"),
    }[reading.state]


def _facts(reading: Reading, period: str) -> list[tuple[str, str]]:
    """What one may want to check the sentence by, in the order of time."""
    if reading.started_on is None:
        return []
    facts = [(_("Began"), format_date(reading.started_on)), (_("Period"), period)]
    if reading.extended_by:
        facts.append((_("Extended by"), say_days(reading.extended_by, reading.unit)))
    if reading.paused_days:
        facts.append((_("Stood still"), say_days(reading.paused_days, DayUnit.CALENDAR)))
    if reading.due_if_resumed_today:
        facts.append((_("Due if it resumed today"), format_date(reading.due_if_resumed_today)))
    elif reading.due_on:
        facts.append((_("Last day"), format_date(reading.due_on)))
    if reading.stopped_on:
        facts.append((_("Ended on"), format_date(reading.stopped_on)))
    return facts
