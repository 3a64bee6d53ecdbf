"""The city's calendar: its file, with the days that the city keeps otherwise."""

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import local_time
from core.calendar.days import Calendar, DayKind, Holiday, OwnDay
from core.calendar.files import CalendarFileError, iran, read_calendar
from core.calendar.models import CalendarDay

_chosen: Calendar | None = None


def use(path: Path | None) -> None:
    """Count by this file from here on, in this process; None: by Iran's.

    Raises CalendarFileError for a file that cannot be read or understood.
    """
    global _chosen
    try:
        _chosen = None if path is None else read_calendar(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CalendarFileError(f"{path}: {error}") from error


def load(session: Session) -> Calendar:
    """The city's calendar as it is now. One short query: load it once for a list of clocks."""
    rows = session.execute(
        select(CalendarDay.day, CalendarDay.kind, CalendarDay.name_fa, CalendarDay.name_en)
    )
    own = {row.day: OwnDay(DayKind(row.kind), Holiday(row.name_fa, row.name_en)) for row in rows}
    return (_chosen or iran()).with_own(own, ZoneInfo(local_time.zone_name()))


def find_own_day(session: Session, day: dt.date) -> CalendarDay | None:
    """What the city says of one day, if it says anything."""
    return session.get(CalendarDay, day)
