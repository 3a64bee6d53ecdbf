"""Which days count: the municipality's calendar, its weekend, holidays and half days. The rules: docs/clocks.md."""

from core.calendar.days import Calendar, DayKind, Holiday, OwnDay
from core.calendar.files import CalendarFileError, iran, read_calendar
from core.calendar.queries import load, use

__all__ = [
    "Calendar",
    "CalendarFileError",
    "DayKind",
    "Holiday",
    "OwnDay",
    "iran",
    "load",
    "read_calendar",
    "use",
]
