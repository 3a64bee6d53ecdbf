"""Clocks worked out by hand with a printed calendar, before and without the code. Days are Jalali unless dashed.

The months that the cases stand in, as printed (working days; everything else is off under Iran's calendar):

    Esfand 1403 (30 days: leap)  Wed 1, Sat-Wed 4-8, 11-15, 18-22, Sat-Tue 25-28; 29 oil, 30 last day of the year
    Farvardin 1404               1-4 Nowruz; Tue 5, Wed 6, Sat 9, Sun 10; 11 Eid al-Fitr, 12, 13; Sat-Wed 16-20, 23-27
    Esfand 1404 (29 days)        Sat-Tue 16-19; Wed 20 martyrdom of Imam Ali; Sat-Wed 23-27; 28, 29 weekend
    Farvardin 1405               1-4 Nowruz; Wed 5, Sat-Tue 8-11; 12, 13; Sat-Wed 15-19, Sat-Mon 22-24; 25 Imam Sadiq
    Khordad 1405                 Sat-Tue 2-5; Wed 6 Eid al-Adha; Sat-Wed 9-13; 14, 15 (on a weekend); Sat-Wed 16-20
    Azar 1405                    Sun-Wed 1-4, Sat-Wed 7-11, 14-18, 21-25, Sat-Mon 28-30
    Dey 1405                     Tue 1; Wed 2 birth of Imam Ali; Sat-Wed 5-9, Sat-Tue 12-15; Wed 16 Mab'ath
    Esfand 1407 (29 days)        Mon-Wed 1-3, Sat-Wed 6-10, 13-17, Sat 20; 21 Imam Sadiq; Mon-Wed 22-24, 27, 28; 29 oil
    Farvardin 1408               1-4 Nowruz; Sat-Wed 5-9; Sat 12, Sun 13 off; Mon-Wed 14-16, Sat-Wed 19-23
    Esfand 1408 (30 days: leap)  Tue-Wed 1-2, Sat-Wed 5-9, 12-16, 19-23, Sat-Mon 26-28; Tue 29 oil, Wed 30 last day
    Farvardin 1409               1-4 Nowruz (Thu-Sun); Mon-Wed 5-7, Sat-Sun 10-11; Mon 12, Tue 13; Wed 14
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Case:
    """Events as ``act day [days[c]]`` (c: calendar days), the day it is looked at, and what must be said then."""

    name: str
    events: str
    today: str
    said: dict[str, Any]
    calendar: str = "iran"


def running(due: str, left: float, used: float, **more: Any) -> dict[str, Any]:
    return {"state": "running", "due_on": due, "days_left": left, "days_used": used, "days_late": 0, **more}


def overdue(due: str, late: float, **more: Any) -> dict[str, Any]:
    return {"state": "overdue", "due_on": due, "days_left": 0, "days_late": late, **more}


def paused(since: str, left: float, used: float, if_today: str, **more: Any) -> dict[str, Any]:
    said = {"paused_since": since, "days_left": left, "days_used": used, "due_if_resumed_today": if_today}
    return {"state": "paused", "due_on": None, "days_late": 0, **said, **more}


def stopped(on: str, kept: bool, **more: Any) -> dict[str, Any]:
    return {"state": "stopped", "stopped_on": on, "kept": kept, "due_if_resumed_today": None, **more}


_TEN = "start 1405/9/1 10; "  # 2 3 4, 7 8 9 10 11, 14 15: due on the fifteenth
_THREE = "start 1405/9/1 3; "  # 2 3 4: due on the fourth

CASES = [
    # The week.
    Case("the day of the start does not count", _THREE, "1405/9/1", running("1405/9/4", 3, 0)),
    Case("a weekend does not count", "start 1405/9/3 3", "1405/9/4", running("1405/9/8", 2, 1)),
    Case("started on a Thursday", "start 1405/9/5 1", "1405/9/5", running("1405/9/7", 1, 0)),
    Case("started on a holiday", "start 1405/10/2 2", "1405/10/2", running("1405/10/6", 2, 0)),
    Case("a holiday on a Wednesday", "start 1405/9/30 2", "1405/10/1", running("1405/10/5", 1, 1)),
    Case("nothing yet", "", "1405/9/1", {"state": "not_started", "due_on": None, "kept": None}),
    Case("not yet started", _THREE, "1405/8/30", {"state": "not_started", "due_on": None}),
    # The end.
    Case("due tomorrow", _THREE, "1405/9/3", running("1405/9/4", 1, 2)),
    Case("due today", _THREE, "1405/9/4", running("1405/9/4", 0, 3)),
    Case("overdue on the weekend after", _THREE, "1405/9/5", overdue("1405/9/4", 0)),
    Case("overdue by two working days", _THREE, "1405/9/8", overdue("1405/9/4", 2)),
    # Nowruz and leap Esfand.
    Case("over Nowruz 1404", "start 1403/12/28 3", "1403/12/30", running("1404/1/9", 3, 0)),
    Case("over Nowruz, Eid and thirteen", "start 1403/12/25 10", "1404/1/4", running("1404/1/18", 7, 3)),
    Case("started in Nowruz", "start 1404/1/2 5", "1404/1/10", running("1404/1/16", 1, 4)),
    Case("over Nowruz 1405", "start 1404/12/27 2", "1405/1/5", running("1405/1/8", 1, 1)),
    Case("a feast of the moon in Esfand", "start 1404/12/19 1", "1404/12/20", running("1404/12/23", 1, 0)),
    Case("the thirtieth of a leap Esfand", "start 1408/12/27 2", "1408/12/30", running("1409/1/5", 1, 1)),
    Case("an Esfand of 29 days", "start 1407/12/27 2", "1407/12/28", running("1408/1/5", 1, 1)),
    Case("twelve and thirteen", "start 1408/1/8 3", "1408/1/13", running("1408/1/15", 2, 1)),
    Case("Eid al-Adha", "start 1405/3/5 5", "1405/3/6", running("1405/3/13", 5, 0)),
    Case("holidays on a weekend cost nothing", "start 1405/3/5 10", "1405/3/15", running("1405/3/20", 5, 5)),
    # Calendar days.
    Case("seven calendar days", "start 1405/9/1 7c", "1405/9/5", running("1405/9/8", 3, 4)),
    Case("calendar days ending on a Friday", "start 1405/9/1 5c", "1405/9/5", running("1405/9/7", 2, 4)),
    Case(
        "calendar days ending on 30 Esfand", "start 1403/12/20 10c", "1403/12/30", running("1404/1/5", 5, 10)
    ),
    Case("36 calendar days, leap", "start 1403/12/1 36c", "1404/1/1", running("1404/1/9", 8, 30)),
    Case("36 calendar days, not leap", "start 1407/12/1 36c", "1408/1/1", running("1408/1/8", 7, 29)),
    Case("calendar days, late", "start 1405/9/1 5c", "1405/9/9", overdue("1405/9/7", 2)),
    # 1 to 3 Azar counted two days; three of five are left on the eighth.
    Case(
        "calendar days, paused",
        "start 1405/9/1 5c; pause 1405/9/3; resume 1405/9/8",
        "1405/9/9",
        running("1405/9/11", 2, 3, paused_days=5),
    ),
    # Pauses.
    Case(
        "paused: nothing is due, and what is left stands still",
        _TEN + "pause 1405/9/4",
        "1405/9/8",
        paused("1405/9/4", 7, 3, "1405/9/17", paused_days=4),
    ),
    Case(
        "resumed: the day of the resume does not count",
        _TEN + "pause 1405/9/4; resume 1405/9/9",
        "1405/9/10",
        running("1405/9/18", 6, 4, paused_days=5, paused_since=None),
    ),
    Case(
        "what was said before the pause is still said of that day",
        _TEN + "pause 1405/9/4; resume 1405/9/9",
        "1405/9/3",
        running("1405/9/15", 8, 2, paused_days=0),
    ),
    Case(
        "resumed on the day of the pause",
        _TEN + "pause 1405/9/3; resume 1405/9/3",
        "1405/9/3",
        running("1405/9/15", 8, 2, paused_days=0),
    ),
    Case(
        "a pause over a weekend gives nothing back",
        _TEN + "pause 1405/9/4; resume 1405/9/6",
        "1405/9/7",
        running("1405/9/15", 6, 4, paused_days=2),
    ),
    Case(
        "a pause until Saturday gives Saturday back",
        _TEN + "pause 1405/9/4; resume 1405/9/7",
        "1405/9/7",
        running("1405/9/16", 7, 3, paused_days=3),
    ),
    Case(
        "a pause over Nowruz gives nothing back",
        "start 1403/12/25 10; pause 1403/12/28; resume 1404/1/4",
        "1404/1/4",
        running("1404/1/18", 7, 3, paused_days=6),
    ),
    Case(
        "a pause over Nowruz and three working days gives back three",
        "start 1403/12/25 10; pause 1403/12/28; resume 1404/1/9",
        "1404/1/10",
        running("1404/1/23", 6, 4, paused_days=11),
    ),
    Case(
        "a pause over Eid al-Adha and the weekend after",
        "start 1405/3/3 5; pause 1405/3/5; resume 1405/3/8",
        "1405/3/9",
        running("1405/3/11", 2, 3, paused_days=3),
    ),
    Case(
        "a pause from the holiday itself until Saturday",
        "start 1405/3/3 5; pause 1405/3/6; resume 1405/3/9",
        "1405/3/9",
        running("1405/3/12", 3, 2, paused_days=3),
    ),
    Case(
        "paused on a weekend",
        "start 1405/9/1 5; pause 1405/9/5; resume 1405/9/9",
        "1405/9/9",
        running("1405/9/11", 2, 3, paused_days=4),
    ),
    Case(
        "paused on the day of the start",
        "start 1405/9/1 5; pause 1405/9/1; resume 1405/9/2",
        "1405/9/2",
        running("1405/9/9", 5, 0, paused_days=1),
    ),
    Case(
        "paused on the last day: none is left",
        _THREE + "pause 1405/9/4",
        "1405/9/9",
        paused("1405/9/4", 0, 3, "1405/9/9", paused_days=5),
    ),
    Case(
        "paused on the last day: the day of the resume is the last",
        _THREE + "pause 1405/9/4; resume 1405/9/9",
        "1405/9/9",
        running("1405/9/9", 0, 3),
    ),
    Case(
        "paused on the last day, resumed, and a day let go by",
        _THREE + "pause 1405/9/4; resume 1405/9/9",
        "1405/9/10",
        overdue("1405/9/9", 1),
    ),
    Case(
        "paused on the last day, resumed on a Friday: Saturday is the last",
        _THREE + "pause 1405/9/4; resume 1405/9/6",
        "1405/9/6",
        running("1405/9/7", 1, 3),
    ),
    Case(
        "two pauses",
        _TEN + "pause 1405/9/3; resume 1405/9/7; pause 1405/9/9; resume 1405/9/14",
        "1405/9/21",
        running("1405/9/22", 1, 9, paused_days=9),
    ),
    Case(
        "a pause after the end changes nothing",
        _THREE + "pause 1405/9/9; resume 1405/9/14",
        "1405/9/14",
        overdue("1405/9/4", 6, paused_days=0),
    ),
    Case(
        "late and paused is late",
        _THREE + "pause 1405/9/9",
        "1405/9/10",
        overdue("1405/9/4", 4, paused_since="1405/9/9", paused_days=0),
    ),
    # Extensions.
    Case(
        "extended while it runs",
        _THREE + "extend 1405/9/3 2",
        "1405/9/3",
        running("1405/9/8", 3, 2, period=5, extended_by=2),
    ),
    Case(
        "extended while paused: more is left",
        _THREE + "pause 1405/9/3; extend 1405/9/8 4",
        "1405/9/8",
        paused("1405/9/3", 5, 2, "1405/9/15", period=7),
    ),
    Case(
        "extended while paused, then resumed",
        _THREE + "pause 1405/9/3; extend 1405/9/8 4; resume 1405/9/10",
        "1405/9/14",
        running("1405/9/17", 3, 4, paused_days=7),
    ),
    Case(
        "extended after the end: counted on from it",
        _THREE + "extend 1405/9/9 5",
        "1405/9/9",
        running("1405/9/11", 2, 6),
    ),
    Case("late until it was extended", _THREE + "extend 1405/9/9 5", "1405/9/8", overdue("1405/9/4", 2)),
    Case("extended too little, too late", _THREE + "extend 1405/9/9 1", "1405/9/9", overdue("1405/9/7", 2)),
    Case(
        "extended over Nowruz while paused",
        "start 1403/12/25 3; pause 1403/12/27; extend 1403/12/29 2; resume 1404/1/5",
        "1404/1/6",
        running("1404/1/10", 2, 3, paused_days=8),
    ),
    # The period of five calendar days was full on Friday the sixth; seven days are full on Sunday the eighth.
    Case(
        "extended on a day that put off the end",
        "start 1405/9/1 5c; extend 1405/9/7 2",
        "1405/9/7",
        running("1405/9/8", 1, 6),
    ),
    Case(
        "the same with a pause that was taken back",
        "start 1405/9/1 5c; pause 1405/9/7; resume 1405/9/7; extend 1405/9/7 2",
        "1405/9/7",
        running("1405/9/8", 1, 6),
    ),
    Case(
        "paused on a day that put off the end, and resumed",
        "start 1405/9/1 5c; pause 1405/9/7; resume 1405/9/10",
        "1405/9/10",
        running("1405/9/10", 0, 6),
    ),
    # Stops.
    Case(
        "stopped on the last day",
        _THREE + "stop 1405/9/4",
        "1405/9/9",
        stopped("1405/9/4", True, days_late=0),
    ),
    Case(
        "stopped a day late", _THREE + "stop 1405/9/7", "1405/9/20", stopped("1405/9/7", False, days_late=1)
    ),
    Case(
        "stopped on the weekend after the end",
        _THREE + "stop 1405/9/5",
        "1405/9/5",
        stopped("1405/9/5", False, days_late=0, due_on="1405/9/4"),
    ),
    Case(
        "stopped while paused",
        _THREE + "pause 1405/9/3; stop 1405/9/20",
        "1405/9/25",
        stopped("1405/9/20", True, days_left=1, due_on=None, paused_days=17),
    ),
    Case(
        "stopped at once",
        _THREE + "stop 1405/9/1",
        "1405/9/9",
        stopped("1405/9/1", True, days_left=3, days_used=0),
    ),
    Case(
        "extended after the end, then in time",
        _THREE + "extend 1405/9/9 5; stop 1405/9/11",
        "1405/9/11",
        stopped("1405/9/11", True),
    ),
    Case(
        "not yet stopped on the day looked at",
        _THREE + "stop 1405/9/4",
        "1405/9/3",
        running("1405/9/4", 1, 2, kept=None),
    ),
    # Half days: Friday off, Thursday until noon.
    Case(
        "a half day is half", "start 1405/9/1 4", "1405/9/5", running("1405/9/7", 0.5, 3.5), "half_thursday"
    ),
    Case(
        "half a day fills up with a whole one",
        "start 1405/9/4 1",
        "1405/9/4",
        running("1405/9/7", 1, 0),
        "half_thursday",
    ),
    Case(
        "paused on a half day",
        "start 1405/9/1 4; pause 1405/9/5; resume 1405/9/8",
        "1405/9/8",
        running("1405/9/9", 0.5, 3.5, paused_days=3),
        "half_thursday",
    ),
    Case("late by half a day", "start 1405/9/1 3", "1405/9/6", overdue("1405/9/4", 0.5), "half_thursday"),
    Case(
        "two half days are one", "start 1405/9/3 1", "1405/9/4", running("1405/9/5", 0.5, 0.5), "two_halves"
    ),
    Case(
        "a period may end on a half day",
        "start 1405/9/1 4c",
        "1405/9/1",
        running("1405/9/5", 4, 0),
        "half_thursday",
    ),
    # The city's own days (see the calendars of test_clocks.py).
    Case("the city's own half day", _THREE, "1405/9/3", running("1405/9/7", 1.5, 1.5), "own_half_3"),
    Case(
        "the city's own working Thursday",
        "start 1405/9/3 3",
        "1405/9/3",
        running("1405/9/7", 3, 0),
        "own_work_5",
    ),
    Case("a snow day", _THREE, "1405/9/3", running("1405/9/7", 2, 1), "own_off_3"),
    Case(
        "a holiday that the city works on",
        "start 1405/9/30 2",
        "1405/9/30",
        running("1405/10/2", 2, 0),
        "own_work_dey_2",
    ),
    # Other countries.
    Case("Saturday and Sunday", "start 2026-11-25 3", "2026-11-28", running("2026-11-30", 1, 2), "western"),
    Case("29 February", "start 2028-02-28 2", "2028-02-29", running("2028-03-01", 1, 1), "western"),
    Case("Christmas", "start 2026-12-24 1", "2026-12-25", running("2026-12-28", 1, 0), "christmas"),
    Case("no day off at all", "start 2026-11-25 7", "2026-11-30", running("2026-12-02", 2, 5), "every_day"),
]
