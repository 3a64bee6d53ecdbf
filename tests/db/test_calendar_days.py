"""The city's own days in the database: kept, taken back, held to the version seen, and counted at once."""

import datetime as dt
import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from core import audit, calendar, local_time
from core.audit import COMMAND
from core.calendar import CalendarFileError, DayKind, Holiday
from core.calendar.services import forget_day, set_day
from core.database import make_engine, transaction
from core.errors import Conflict, NotFound, Unprocessable
from tests.conftest import DatabaseMaker

TUESDAY, WEDNESDAY, THURSDAY = dt.date(2026, 11, 24), dt.date(2026, 11, 25), dt.date(2026, 11, 26)
SNOW = Holiday("تعطیلی برف", "Snow day")


def keep(session: Session, day: dt.date, kind: DayKind = DayKind.HOLIDAY, seen: int = 0) -> None:
    set_day(session, COMMAND, day, kind, SNOW, seen=seen, reason="for the test")


def test_a_citys_own_days_count_at_once(session: Session) -> None:
    keep(session, WEDNESDAY)
    keep(session, THURSDAY, DayKind.WORKING)
    kept = calendar.load(session)
    assert kept.holiday(WEDNESDAY) == SNOW
    assert kept.is_working(THURSDAY)
    assert kept.add_working_days(TUESDAY, 1) == THURSDAY
    keep(session, THURSDAY, DayKind.HALF, seen=1)
    assert calendar.load(session).count_working_days(TUESDAY, THURSDAY) == 0.5
    forget_day(session, COMMAND, WEDNESDAY, seen=1, reason="it thawed")
    assert calendar.load(session).is_working(WEDNESDAY)


def test_each_change_is_in_the_record(session: Session) -> None:
    keep(session, WEDNESDAY)
    keep(session, WEDNESDAY, DayKind.HALF, seen=1)
    forget_day(session, COMMAND, WEDNESDAY, seen=2, reason=" it thawed ")
    audit.write_pending(session)
    rows = session.execute(
        text("SELECT action, before ->> 'kind' AS was, after ->> 'kind' AS is, reason FROM audit ORDER BY id")
    )
    assert [tuple(row) for row in rows] == [
        ("calendar.set", None, "holiday", "for the test"),
        ("calendar.set", "holiday", "half", "for the test"),
        ("calendar.forget", "half", None, "it thawed"),
    ]


def test_what_somebody_else_changed_is_not_written_over(session: Session) -> None:
    keep(session, WEDNESDAY)
    with pytest.raises(Conflict):
        keep(session, WEDNESDAY, DayKind.HALF, seen=0)
    keep(session, WEDNESDAY, DayKind.HALF, seen=1)
    with pytest.raises(Conflict):
        forget_day(session, COMMAND, WEDNESDAY, seen=1, reason="x")
    forget_day(session, COMMAND, WEDNESDAY, seen=2, reason="x")
    with pytest.raises(Conflict):
        forget_day(session, COMMAND, WEDNESDAY, seen=2, reason="x")
    with pytest.raises(NotFound):
        forget_day(session, COMMAND, WEDNESDAY, seen=0, reason="x")


@pytest.mark.parametrize(
    ("day", "kind", "name", "reason", "field"),
    [
        (dt.date(1999, 12, 31), DayKind.HOLIDAY, SNOW, "x", "day"),
        (dt.date(2100, 1, 1), DayKind.HOLIDAY, SNOW, "x", "day"),
        (WEDNESDAY, DayKind.WEEKEND, SNOW, "x", "kind"),
        (WEDNESDAY, DayKind.HOLIDAY, Holiday("", "Snow"), "x", "name_fa"),
        (WEDNESDAY, DayKind.HOLIDAY, Holiday("برف", ""), "x", "name_en"),
        (WEDNESDAY, DayKind.HOLIDAY, SNOW, "  ", "reason"),
    ],
)
def test_what_cannot_be_names_its_field(
    session: Session, day: dt.date, kind: DayKind, name: Holiday, reason: str, field: str
) -> None:
    with pytest.raises(Unprocessable) as refused:
        set_day(session, COMMAND, day, kind, name, seen=0, reason=reason)
    assert refused.value.field == field


def test_two_people_at_one_new_day_go_one_after_the_other(make_database: DatabaseMaker) -> None:
    """Neither finds a row: the second must be told of the first, not of a key that is there twice."""
    engine = make_engine(make_database())  # the record of a committed change cannot be cleared away
    ready = threading.Barrier(2)
    told: list[str] = []

    def change() -> None:
        ready.wait()
        try:
            with transaction(engine) as own:
                keep(own, WEDNESDAY)
            told.append("kept")
        except Conflict:
            told.append("conflict")

    both = [threading.Thread(target=change) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    engine.dispose()
    assert sorted(told) == ["conflict", "kept"]


def test_another_countrys_file(session: Session, tmp_path: Path) -> None:
    file = tmp_path / "calendar.toml"
    file.write_text('weekend = ["saturday", "sunday"]', encoding="utf-8")
    try:
        calendar.use(file)
        assert calendar.load(session).is_working(THURSDAY)
        keep(session, THURSDAY)
        assert not calendar.load(session).is_working(THURSDAY)
        for text_of_it in (b'weekend = "friday"', b"\xff\xfe"):
            file.write_bytes(text_of_it)
            with pytest.raises(CalendarFileError):
                calendar.use(file)
        with pytest.raises(CalendarFileError, match="nowhere"):
            calendar.use(tmp_path / "nowhere.toml")
        assert calendar.load(session).is_working(WEDNESDAY), "a bad file changes nothing"
    finally:
        calendar.use(None)
    assert calendar.load(session).kind(THURSDAY + dt.timedelta(days=7)) == DayKind.WEEKEND


def test_its_days_are_of_the_citys_time_zone(session: Session) -> None:
    """Half past nine in the evening of the 22nd in London is past midnight of the 23rd in Tehran."""
    moment = dt.datetime(2026, 11, 22, 21, 30, tzinfo=dt.UTC)
    try:
        for zone, day in (("Asia/Tehran", 23), ("Europe/London", 22)):
            local_time.use(zone)
            assert calendar.load(session).day_of(moment) == dt.date(2026, 11, day)
    finally:
        local_time.use(local_time.DEFAULT_ZONE)
