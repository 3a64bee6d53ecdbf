"""Clocks against the table worked out by hand, what cannot be, and the sentences in both languages."""

import dataclasses
import datetime as dt
import re
from typing import Any

import pytest
from persiantools.jdatetime import JalaliDate

from core.calendar import Calendar, DayKind, Holiday, OwnDay, iran
from core.clocks import ClockAct, ClockError, ClockEvent, DayUnit, Reading, explain, read, say_days
from core.i18n import speaking
from tests.clock_cases import CASES, Case

WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = 2, 3, 4, 5, 6


def day(text: str) -> dt.date:
    """A Jalali day (1405/9/1) or a Gregorian one (2026-11-22)."""
    if "-" in text:
        return dt.date.fromisoformat(text)
    found: dt.date = JalaliDate(*map(int, text.split("/"))).to_gregorian()  # type: ignore[no-untyped-call]
    return found


def own(text: str, kind: DayKind) -> Calendar:
    return dataclasses.replace(iran(), own={day(text): OwnDay(kind, Holiday("روز شهر", "City day"))})


CALENDARS = {
    "iran": iran(),
    "half_thursday": Calendar(weekend=frozenset({FRIDAY}), half_weekdays=frozenset({THURSDAY})),
    "two_halves": Calendar(weekend=frozenset({FRIDAY}), half_weekdays=frozenset({WEDNESDAY, THURSDAY})),
    "own_half_3": own("1405/9/3", DayKind.HALF),
    "own_work_5": own("1405/9/5", DayKind.WORKING),
    "own_off_3": own("1405/9/3", DayKind.HOLIDAY),
    "own_work_dey_2": own("1405/10/2", DayKind.WORKING),
    "western": Calendar(weekend=frozenset({SATURDAY, SUNDAY})),
    "christmas": Calendar(
        weekend=frozenset({SATURDAY, SUNDAY}), gregorian={(12, 25): Holiday("کریسمس", "Christmas")}
    ),
    "every_day": Calendar(),
}


def at(text: str, hour: int = 12) -> dt.datetime:
    return dt.datetime.combine(day(text), dt.time(hour), iran().zone)


def event(text: str, reason: str = "") -> ClockEvent:
    """An event written ``extend 1405/9/3 2`` or ``start 1405/9/1 7c``."""
    act, on, *rest = text.split()
    unit = DayUnit.CALENDAR if rest and rest[0].endswith("c") else None
    days = int(rest[0].rstrip("c")) if rest else None
    return ClockEvent(ClockAct(act), at(on), days, unit, reason)


def events(text: str) -> list[ClockEvent]:
    return [event(each) for each in text.split(";") if each.strip()]


def wanted(value: Any) -> Any:
    is_a_day = isinstance(value, str) and re.match(r"\d{4}[-/]", value)
    return day(value) if is_a_day else value


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_by_hand(case: Case) -> None:
    reading = read(events(case.events), CALENDARS[case.calendar], day(case.today))
    said = {key: getattr(reading, key) for key in case.said}
    assert said == {key: wanted(value) for key, value in case.said.items()}


def test_the_table_is_long_enough_and_says_nothing_twice() -> None:
    assert len(CASES) >= 40
    assert len({case.name for case in CASES}) == len(CASES)


def test_a_moment_is_of_the_citys_own_day() -> None:
    late = dt.datetime(2026, 11, 22, 20, 0, tzinfo=dt.UTC)  # 23:30 in Tehran, 1 Azar
    later = dt.datetime(2026, 11, 22, 21, 0, tzinfo=dt.UTC)  # 0:30 in Tehran, 2 Azar
    for moment, due in ((late, "1405/9/2"), (later, "1405/9/3")):
        reading = read([ClockEvent(ClockAct.START, moment, 1)], iran(), day("1405/9/2"))
        assert reading.due_on == day(due)


def test_at_a_moment_of_a_day_later_acts_of_that_day_are_not_yet_done() -> None:
    told = events("start 1405/9/1 3; pause 1405/9/3")
    eleven, noon = at("1405/9/3", 11), at("1405/9/3", 12)
    assert read(told, iran(), eleven).state == "running"
    assert read(told, iran(), noon).state == "paused"
    assert read(told, iran(), noon.astimezone(dt.UTC)) == read(told, iran(), day("1405/9/3"))


def test_what_is_going_and_what_is_overdue() -> None:
    def said(text: str, today: str) -> tuple[bool, bool]:
        found = read(events(text), iran(), day(today))
        return found.is_going, found.is_overdue

    assert said("", "1405/9/1") == (False, False)
    assert said("start 1405/9/1 3", "1405/9/4") == (True, False)
    assert said("start 1405/9/1 3; pause 1405/9/4", "1405/9/30") == (True, False)
    assert said("start 1405/9/1 3; pause 1405/9/7", "1405/9/30") == (True, True)
    assert said("start 1405/9/1 3; stop 1405/9/7", "1405/9/30") == (False, False)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("pause 1405/9/1", "not started"),
        ("resume 1405/9/1", "not started"),
        ("extend 1405/9/1 3", "not started"),
        ("stop 1405/9/1", "not started"),
        ("start 1405/9/1 3; start 1405/9/2 3", "running"),
        ("start 1405/9/1 3; resume 1405/9/2", "running"),
        ("start 1405/9/1 3; pause 1405/9/2; pause 1405/9/3", "paused"),
        ("start 1405/9/1 3; pause 1405/9/2; start 1405/9/3 3", "paused"),
        ("start 1405/9/1 3; stop 1405/9/2; start 1405/9/3 3", "stopped"),
        ("start 1405/9/1 3; stop 1405/9/2; pause 1405/9/3", "stopped"),
        ("start 1405/9/1 3; stop 1405/9/2; resume 1405/9/3", "stopped"),
        ("start 1405/9/1 3; stop 1405/9/2; extend 1405/9/3 3", "stopped"),
        ("start 1405/9/1 3; stop 1405/9/2; stop 1405/9/3", "stopped"),
        ("start 1405/9/2 3; pause 1405/9/1", "earlier"),
        ("start 1405/9/1", "days"),
        ("start 1405/9/1 0", "days"),
        ("start 1405/9/1 36501", "days"),
        ("start 1405/9/1 36500; extend 1405/9/2 1", "36500"),
        ("start 1405/9/1 3; extend 1405/9/2", "days"),
        ("start 1405/9/1 3; pause 1405/9/2 3", "days"),
        ("start 1405/9/1 3; extend 1405/9/2 3c", "days of its period"),
    ],
)
def test_what_cannot_be_is_refused(text: str, words: str) -> None:
    with pytest.raises(ClockError, match=words):
        read(events(text), iran(), day("1405/8/1"))  # even on a day before any of it


def test_a_moment_without_its_zone_is_refused() -> None:
    with pytest.raises(ClockError, match="time zone"):
        read([ClockEvent(ClockAct.START, dt.datetime(2026, 11, 22), 3)], iran(), day("1405/9/1"))


def test_an_extension_need_not_name_its_unit() -> None:
    told = [ClockEvent(ClockAct.START, at("1405/9/1"), 5, DayUnit.CALENDAR)]
    for unit in (None, DayUnit.CALENDAR):
        more = [*told, ClockEvent(ClockAct.EXTEND, at("1405/9/2"), 2, unit)]
        assert read(more, iran(), day("1405/9/2")).due_on == day("1405/9/8")


PAUSE = "در انتظار نقشهٔ متقاضی"


def reading(text: str, today: str, calendar: str = "iran", reason: str = "") -> Reading:
    told = [
        dataclasses.replace(each, reason=reason) if each.act is ClockAct.PAUSE else each
        for each in events(text)
    ]
    return read(told, CALENDARS[calendar], day(today))


@pytest.mark.parametrize(
    ("text", "today", "fa", "en"),
    [
        (
            "start 1405/9/3 12",
            "1405/9/4",
            "تصمیم تا ۲۱ آذر ۱۴۰۵؛ ۱۱ روز کاری مانده.",
            "Decision by 12 December 2026; 11 working days left.",
        ),
        (
            "start 1405/9/1 3",
            "1405/9/3",
            "تصمیم تا ۴ آذر ۱۴۰۵؛ ۱ روز کاری مانده.",
            "Decision by 25 November 2026; 1 working day left.",
        ),
        (
            "start 1405/9/1 3",
            "1405/9/4",
            "امروز، ۴ آذر ۱۴۰۵، آخرین روز مهلت تصمیم است.",
            "Decision is due today, 25 November 2026.",
        ),
        (
            "start 1405/9/1 12; pause 1405/9/4",
            "1405/9/10",
            "مهلت تصمیم ۶ روز است که متوقف است: در انتظار نقشهٔ متقاضی. پس از ازسرگیری ۹ روز کاری می‌ماند.",
            "Decision paused for 6 days: waiting for the applicant's drawing. "
            "9 working days will be left when it resumes.",
        ),
        (
            "start 1405/9/1 3; pause 1405/9/4",
            "1405/9/4",
            "مهلت تصمیم امروز متوقف شد: در انتظار نقشهٔ متقاضی. روز ازسرگیری، آخرین روز مهلت است.",
            "Decision paused today: waiting for the applicant's drawing. The day it resumes is the last one.",
        ),
        (
            "start 1405/9/1 3",
            "1405/9/8",
            "مهلت تصمیم در ۴ آذر ۱۴۰۵ به پایان رسید؛ ۲ روز کاری از آن گذشته است.",
            "Decision was due on 25 November 2026; that is 2 working days ago.",
        ),
        (
            "start 1405/9/1 3; pause 1405/9/7",
            "1405/9/7",
            "مهلت تصمیم در ۴ آذر ۱۴۰۵ به پایان رسید؛ ۱ روز کاری از آن گذشته است. "
            "توقف از ۷ آذر ۱۴۰۵ روزی به مهلت نمی‌افزاید، زیرا پس از پایان آن بوده است.",
            "Decision was due on 25 November 2026; that is 1 working day ago. "
            "The pause since 28 November 2026 gives no days back: it came after the end.",
        ),
        (
            "start 1405/9/1 3",
            "1405/9/6",
            "مهلت تصمیم در ۴ آذر ۱۴۰۵ به پایان رسید.",
            "Decision was due on 25 November 2026.",
        ),
        (
            "start 1405/9/1 3; stop 1405/9/4",
            "1405/9/9",
            "تصمیم: در ۴ آذر ۱۴۰۵ و در مهلت پایان یافت.",
            "Decision: ended on 25 November 2026, in time.",
        ),
        (
            "start 1405/9/1 3; stop 1405/9/8",
            "1405/9/9",
            "تصمیم: در ۸ آذر ۱۴۰۵ با ۲ روز کاری تأخیر پایان یافت.",
            "Decision: ended on 29 November 2026, 2 working days late.",
        ),
        (
            "start 1405/9/1 3; stop 1405/9/5",
            "1405/9/9",
            "تصمیم: در ۵ آذر ۱۴۰۵ و پس از آخرین روز مهلت پایان یافت.",
            "Decision: ended on 26 November 2026, after the last day.",
        ),
        (
            "start 1405/9/1 7c",
            "1405/9/5",
            "تصمیم تا ۸ آذر ۱۴۰۵؛ ۳ روز مانده.",
            "Decision by 29 November 2026; 3 days left.",
        ),
        ("", "1405/9/1", "مهلت تصمیم هنوز آغاز نشده است.", "Decision: the period has not begun."),
    ],
)
def test_the_sentence_in_both_languages(text: str, today: str, fa: str, en: str) -> None:
    with speaking("fa"):
        assert explain(reading(text, today, reason=PAUSE), "تصمیم") == fa
    with speaking("en"):
        assert explain(reading(text, today, reason="waiting for the applicant's drawing."), "Decision") == en


def test_a_pause_without_a_reason_needs_none() -> None:
    with speaking("en"):
        assert explain(reading("start 1405/9/1 9; pause 1405/9/4", "1405/9/4"), "Check").startswith(
            "Check paused today. "
        )
        assert explain(reading("start 1405/9/1 9; pause 1405/9/4", "1405/9/5"), "Check").startswith(
            "Check paused for 1 day. "
        )


@pytest.mark.parametrize(
    ("days", "fa", "en"),
    [
        (1, "۱ روز کاری", "1 working day"),
        (0.5, "۰٫۵ روز کاری", "0.5 working days"),
        (4.5, "۴٫۵ روز کاری", "4.5 working days"),
    ],
)
def test_half_days_are_said(days: float, fa: str, en: str) -> None:
    with speaking("fa"):
        assert say_days(days, DayUnit.WORKING) == fa
    with speaking("en"):
        assert say_days(days, DayUnit.WORKING) == en
