"""The sentence that explains a clock to whoever waits for it, in the language spoken."""

from math import ceil

from core.clocks.events import DayUnit
from core.clocks.reading import ClockState, Reading
from core.i18n import format_date, format_number, ngettext
from core.i18n import gettext as _


def explain(reading: Reading, name: str) -> str:
    """How a clock stands, as a sentence or two. ``name`` is what it is about, in the same language (``Decision``)."""
    if reading.state is ClockState.NOT_STARTED:
        return _("%(name)s: the period has not begun.", name=name)
    if reading.state is ClockState.STOPPED:
        return _ended(reading, name)
    if reading.state is ClockState.PAUSED:
        return f"{_standing_still(reading, name)} {_left_after(reading)}"
    return _late(reading, name) if reading.state is ClockState.OVERDUE else _running(reading, name)


def say_days(days: float, unit: DayUnit) -> str:
    """A number of days in words: ``12 working days``, «۴٫۵ روز کاری»."""
    if unit is DayUnit.CALENDAR:
        return ngettext("%(n)s day", "%(n)s days", ceil(days))
    # Half a day is said in the plural, as in "0.5 working days".
    plural = 1 if days == 1 else max(2, ceil(days))
    told = {"days": format_number(days, 1)}
    return ngettext("%(days)s working day", "%(days)s working days", plural, **told)


def _running(reading: Reading, name: str) -> str:
    assert reading.due_on is not None
    day = format_date(reading.due_on)
    if reading.due_on == reading.today:
        return _("%(name)s is due today, %(day)s.", name=name, day=day)
    left = say_days(reading.days_left, reading.unit)
    return _("%(name)s by %(day)s; %(left)s left.", name=name, day=day, left=left)


def _late(reading: Reading, name: str) -> str:
    assert reading.due_on is not None
    day = format_date(reading.due_on)
    if reading.days_late:
        late = say_days(reading.days_late, reading.unit)
        said = _("%(name)s was due on %(day)s; that is %(late)s ago.", name=name, day=day, late=late)
    else:
        said = _("%(name)s was due on %(day)s.", name=name, day=day)
    if reading.paused_since is None:
        return said
    since = format_date(reading.paused_since)
    return said + " " + _("The pause since %(day)s gives no days back: it came after the end.", day=since)


def _standing_still(reading: Reading, name: str) -> str:
    assert reading.paused_since is not None
    stood = (reading.today - reading.paused_since).days
    reason = reading.paused_for.strip().rstrip(".")
    days = say_days(stood, DayUnit.CALENDAR)
    if reason and stood:
        return _("%(name)s paused for %(days)s: %(reason)s.", name=name, days=days, reason=reason)
    if reason:
        return _("%(name)s paused today: %(reason)s.", name=name, reason=reason)
    if stood:
        return _("%(name)s paused for %(days)s.", name=name, days=days)
    return _("%(name)s paused today.", name=name)


def _left_after(reading: Reading) -> str:
    if not reading.days_left:
        return _("The day it resumes is the last one.")
    return _("%(left)s will be left when it resumes.", left=say_days(reading.days_left, reading.unit))


def _ended(reading: Reading, name: str) -> str:
    assert reading.stopped_on is not None
    day = format_date(reading.stopped_on)
    if reading.kept:
        return _("%(name)s: ended on %(day)s, in time.", name=name, day=day)
    if not reading.days_late:
        return _("%(name)s: ended on %(day)s, after the last day.", name=name, day=day)
    late = say_days(reading.days_late, reading.unit)
    return _("%(name)s: ended on %(day)s, %(late)s late.", name=name, day=day, late=late)
