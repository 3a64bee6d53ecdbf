"""Keeping one day otherwise than the calendar's file says, and taking that back: each with a reason, in the record."""

import datetime as dt
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import audit
from core.audit import Actor
from core.calendar.days import DayKind, Holiday
from core.calendar.models import CalendarDay
from core.errors import Conflict, NotFound, Unprocessable
from core.i18n import gettext as _

KINDS = (DayKind.HOLIDAY, DayKind.HALF, DayKind.WORKING)
"""What the city may say of a day."""
FIRST_DAY, LAST_DAY = dt.date(2000, 1, 1), dt.date(2099, 12, 31)


def set_day(
    session: Session, actor: Actor, day: dt.date, kind: DayKind, name: Holiday, *, seen: int, reason: str
) -> CalendarDay:
    """Keep a day as one of :data:`KINDS` from now on. ``seen`` is the version that was looked at, 0 for none.

    Raises Unprocessable for a day out of reach, a kind that no single day can have, a missing name or reason;
    Conflict when somebody changed the day since.
    """
    if not FIRST_DAY <= day <= LAST_DAY:
        raise Unprocessable(_("Please choose a day of this century."), field="day")
    if kind not in KINDS:
        raise Unprocessable(_("A single day is a holiday, a half day or a working day."), field="kind")
    if not (name.fa and name.en):
        raise Unprocessable(
            _("Please give the day's name in both languages: it explains deadlines to everybody."),
            field="name_en" if name.fa else "name_fa",
        )
    _ask_why(reason)
    row = _locked(session, day, seen)
    before = None if row is None else _told(row)
    if row is None:
        row = CalendarDay(day=day, version=0)
        session.add(row)
    row.kind, row.name_fa, row.name_en = kind.value, name.fa, name.en
    row.version, row.changed_at = row.version + 1, func.now()
    session.flush()
    audit.record(
        session,
        actor,
        "calendar.set",
        f"calendar:{day}",
        before=before,
        after=_told(row),
        reason=reason.strip(),
    )
    return row


def forget_day(session: Session, actor: Actor, day: dt.date, *, seen: int, reason: str) -> None:
    """Let a day be again what the calendar's file says.

    Raises NotFound for a day of which the city says nothing, Conflict when somebody changed it since version ``seen``,
    Unprocessable for a missing reason.
    """
    _ask_why(reason)
    row = _locked(session, day, seen, must_be=True)
    assert row is not None
    session.delete(row)
    session.flush()
    audit.record(
        session, actor, "calendar.forget", f"calendar:{day}", before=_told(row), reason=reason.strip()
    )


def _ask_why(reason: str) -> None:
    if not reason.strip():
        raise Unprocessable(_("Please say why: it is kept in the record."), field="reason")


def _locked(session: Session, day: dt.date, seen: int, *, must_be: bool = False) -> CalendarDay | None:
    """The day's row as it was seen; two people at one day go one after the other, even if neither has a row yet."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"shahrnama.calendar.{day}"))))
    row = session.get(CalendarDay, day, populate_existing=True, with_for_update=True)
    if row is None and must_be and seen == 0:
        raise NotFound(_("The city says nothing of its own about this day."), field="day")
    if (row.version if row else 0) != seen:
        raise Conflict(
            _("Somebody else has changed this day meanwhile. Open it again and look."),
            field="version",
            details={"seen": seen, "now": row.version if row else 0},
        )
    return row


def _told(row: CalendarDay) -> dict[str, Any]:
    return {"kind": row.kind, "name_fa": row.name_fa, "name_en": row.name_en}
