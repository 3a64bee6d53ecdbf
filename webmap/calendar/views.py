"""Which days count: a month at a time for everybody; the administrator keeps single days otherwise, with a reason."""

import datetime as dt

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from accounts.permissions import Permission
from accounts.web import actor
from core import calendar
from core.calendar import DayKind, Holiday
from core.calendar.queries import find_own_day
from core.calendar.services import FIRST_DAY, KINDS, LAST_DAY, forget_day, set_day
from core.errors import BadInput, Unprocessable
from core.i18n import gettext as _
from core.i18n import language
from core.inputs import read_count, read_day, read_words
from core.limits.web import limited
from core.local_time import get_today
from core.web import db, public, requires
from webmap.calendar import clocks
from webmap.calendar.months import View, date_in, month_of, weekday_names
from webmap.rates import WRITES

blueprint = Blueprint("calendar", __name__)
# Rooms below this one draw a reading of a clock in their own pages.
blueprint.add_app_template_global(clocks.draw, "draw_clock")

_LONGEST_NAME = 100
_LONGEST_REASON = 500
_MOST_DAYS = 1000


@blueprint.get("/calendar")
@public
def page() -> str:
    """A month with one day of it looked at closely, and how far so many working days reach from it."""
    today = get_today(db.session)
    on = _within(read_day(request.args.get("on")) or today)
    view = _view(request.args.get("view"))
    kept = calendar.load(db.session)
    days = read_count(request.args.get("days"), "days", 0, _MOST_DAYS)
    return render_template(
        "calendar/page.html",
        today=today,
        on=on,
        view=view,
        kept=kept,
        month=month_of(on, view, kept),
        own=find_own_day(db.session, on),
        days=days,
        end=kept.add_working_days(on, days) if days else None,
        kinds=KINDS,
        words=_kind_words(),
        weekend=_weekdays(kept.weekend),
        half_weekdays=_weekdays(kept.half_weekdays),
        date_in=date_in,
        weekday=lambda day: weekday_names(day.weekday())[0],
        first=FIRST_DAY,
        last=LAST_DAY,
    )


@blueprint.post("/calendar/<day>")
@requires(Permission.SETTINGS_MANAGE)
@limited(WRITES)
def keep(day: str) -> Response:
    """Keep a day as a holiday, a half day or a working day from now on."""
    form = request.form
    kept = set_day(
        db.session,
        actor(),
        _day(day),
        _kind(form.get("kind")),
        Holiday(
            fa=read_words(form.get("name_fa"), "name_fa", _LONGEST_NAME),
            en=read_words(form.get("name_en"), "name_en", _LONGEST_NAME),
        ),
        seen=_seen(),
        reason=read_words(form.get("reason"), "reason", _LONGEST_REASON),
    )
    return _back_to(kept.day)


@blueprint.post("/calendar/<day>/forget")
@requires(Permission.SETTINGS_MANAGE)
@limited(WRITES)
def forget(day: str) -> Response:
    """Let a day be again what it is without the city's word."""
    on = _day(day)
    reason = read_words(request.form.get("reason"), "reason", _LONGEST_REASON)
    forget_day(db.session, actor(), on, seen=_seen(), reason=reason)
    return _back_to(on)


def _back_to(day: dt.date) -> Response:
    flash(_("It is done, and in the record."))
    view = request.form.get("view")
    return redirect(url_for("calendar.page", on=day, view=view if view in set(View) else None), 303)


def _day(text: str) -> dt.date:
    day = read_day(text, "day")
    assert day is not None  # an address has no empty part
    return _within(day, "day")


def _within(day: dt.date, field: str = "on") -> dt.date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise Unprocessable(_("The calendar is kept for the years 2000 to 2099."), field=field)
    return day


def _seen() -> int:
    version = request.form.get("version", "")
    return 0 if version == "0" else read_count(version, "version", 0, 10**9)


def _view(word: str | None) -> View:
    if not word:
        return View.JALALI if language() == "fa" else View.GREGORIAN
    if word not in set(View):
        raise BadInput(_("There is no such view of the calendar."), field="view")
    return View(word)


def _kind(word: str | None) -> DayKind:
    if word not in set(DayKind):
        raise BadInput(_("Please choose what the day is."), field="kind")
    return DayKind(word)


def _weekdays(numbers: frozenset[int]) -> list[str]:
    return [weekday_names(number)[0] for number in sorted(numbers)]


def _kind_words() -> dict[DayKind, tuple[str, str]]:
    """What each kind of day is called, and how it counts."""
    return {
        DayKind.WORKING: (_("Working day"), _("It counts.")),
        DayKind.HALF: (_("Half day"), _("The offices close at noon: it counts half.")),
        DayKind.WEEKEND: (_("Weekend"), _("It does not count.")),
        DayKind.HOLIDAY: (_("Holiday"), _("It does not count.")),
    }
