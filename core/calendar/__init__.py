"""Which days count: the municipality's calendar, its weekend, holidays and half days. The rules: docs/clocks.md."""

from core.calendar.days import Calendar, DayKind, Holiday, OwnDay
from core.calendar.files import CalendarFileError, iran, read_calendar

__all__ = ["Calendar", "CalendarFileError", "DayKind", "Holiday", "OwnDay", "iran", "read_calendar"]
