"""Days in words, and how far away they are."""

import datetime as dt

from core.i18n import format_date, ngettext
from core.i18n import gettext as _

_DAYS_PER_YEAR = 365.25
_DAYS_PER_MONTH = _DAYS_PER_YEAR / 12
_DAYS_SAY_SOMETHING = 60


def dated(day: dt.date, today: dt.date) -> str:
    """A day with how far away it is: «۲۱ آذر ۱۴۰۵، ۱۹ روز دیگر»."""
    return _("%(day)s, %(far)s", day=format_date(day), far=how_far(day, today))


def how_far(day: dt.date, today: dt.date) -> str:
    """How far away a day is, either way."""
    days = (day - today).days
    if days == 0:
        return _("today")
    return left(days) if days > 0 else _ago(-days)


def left(days: int) -> str:
    """How long until a day to come: in years once days say nothing to anybody."""
    if days > 2 * _DAYS_PER_YEAR:
        return ngettext("in %(n)s year", "in %(n)s years", round(days / _DAYS_PER_YEAR))
    return ngettext("in %(n)s day", "in %(n)s days", days)


def _ago(days: int) -> str:
    """How long ago a day was: nobody counts the days of a deadline that is past."""
    if days > 2 * _DAYS_PER_YEAR:
        # Whole years, as one counts an age.
        return ngettext("%(n)s year ago", "%(n)s years ago", int(days / _DAYS_PER_YEAR))
    if days > _DAYS_SAY_SOMETHING:
        return ngettext("%(n)s month ago", "%(n)s months ago", round(days / _DAYS_PER_MONTH))
    return ngettext("%(n)s day ago", "%(n)s days ago", days)
