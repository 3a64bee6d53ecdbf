"""The calendar's page: what anybody reads, who may change it, and what each refusal says."""

import dataclasses
import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from accounts.permissions import Role
from core import audit, calendar
from core.calendar import Calendar, iran
from core.i18n import speaking
from core.settings import Settings, SettingsError
from tests.people import make_person, post, sign_in
from webmap import create_app
from webmap.calendar.months import View, date_in, first_weekday, month_of

DAY = "2026-11-25"
FIELDS: dict[str, Any] = {
    "kind": "holiday",
    "name_fa": "تعطیلی برف",
    "name_en": "Snow day",
    "reason": "snow",
    "version": "0",
}


@pytest.fixture
def desk(client: FlaskClient, session: Session, city: Session) -> FlaskClient:
    client.set_cookie("lang", "en")
    return sign_in(client, make_person(session, Role.ADMINISTRATOR))


@pytest.fixture
def visitor(client: FlaskClient, city: Session) -> FlaskClient:
    client.set_cookie("lang", "en")
    return client


def kind_of(page: str, day: str) -> str:
    [cell] = re.findall(rf'<td data-kind="(\w+)"[^>]*>\s*<a [^>]*>\s*<time datetime="{day}">', page)
    return str(cell)


def test_anybody_reads_a_month(visitor: FlaskClient) -> None:
    page = visitor.get(f"/calendar?on={DAY}").text
    assert "November 2026" in page
    assert kind_of(page, DAY) == "working"
    assert kind_of(page, "2026-11-26") == "weekend"
    assert kind_of(page, "2026-11-13") == "holiday"  # a Friday too
    assert "Working days of this month: 22" in page  # thirty, and four weekends
    assert "<form" not in page.partition("calendar-count")[2].partition("</form>")[2], (
        "no form that changes anything"
    )


def test_a_month_by_the_other_calendar(visitor: FlaskClient) -> None:
    page = visitor.get(f"/calendar?on={DAY}&view=jalali").text
    assert "Azar 1405" in page
    assert "Working days of this month: 22" in page
    assert "22 November 2026 to 21 December 2026" in page
    persian = visitor.get(f"/calendar?on={DAY}&lang=fa").text
    assert "آذر ۱۴۰۵" in persian
    assert "روزهای کاری این ماه: ۲۲" in persian


def test_how_far_so_many_days_reach(visitor: FlaskClient) -> None:
    page = visitor.get(f"/calendar?on={DAY}&days=10").text
    assert "10 working days end on" in page
    assert "Wednesday 9 December 2026" in page
    assert "1 working day ends on" in visitor.get(f"/calendar?on={DAY}&days=۱").text


def test_a_year_whose_moon_is_not_known_says_so(visitor: FlaskClient) -> None:
    said = "are not entered for all of this time"
    assert said in visitor.get("/calendar?on=2031-01-01").text
    assert said not in visitor.get(f"/calendar?on={DAY}").text


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ({"on": "yesterday"}, 400, "on"),
        ({"on": "2026-02-30"}, 422, "on"),
        ({"on": "1999-12-31"}, 422, "on"),
        ({"on": "9999-12-31"}, 422, "on"),
        ({"view": "mayan"}, 400, "view"),
        ({"days": "0"}, 400, "days"),
        ({"days": "1001"}, 400, "days"),
        ({"days": "many"}, 400, "days"),
    ],
)
def test_a_bad_question_names_its_field(
    visitor: FlaskClient, query: dict[str, str], status: int, field: str
) -> None:
    answer = visitor.get("/calendar", query_string=query, headers={"Accept": "application/json"})
    assert answer.status_code == status
    assert answer.json is not None
    assert answer.json["field"] == field


@pytest.mark.parametrize("day", ["2000-01-01", "2099-12-31"])
@pytest.mark.parametrize("view", list(View))
def test_its_first_and_last_month(visitor: FlaskClient, day: str, view: View) -> None:
    assert visitor.get(f"/calendar?on={day}&view={view}").status_code == 200


def test_the_administrator_keeps_a_day_and_takes_it_back(desk: FlaskClient, session: Session) -> None:
    assert post(desk, f"/calendar/{DAY}", **FIELDS).status_code == 303
    page = desk.get(f"/calendar?on={DAY}").text
    assert kind_of(page, DAY) == "holiday"
    assert "Snow day" in page
    assert not calendar.load(session).is_working(dt.date.fromisoformat(DAY))
    changed = post(desk, f"/calendar/{DAY}", **{**FIELDS, "kind": "half", "version": "1", "view": "jalali"})
    assert changed.location.endswith(f"on={DAY}&view=jalali")
    assert kind_of(desk.get(f"/calendar?on={DAY}").text, DAY) == "half"
    assert post(desk, f"/calendar/{DAY}/forget", version="2", reason="thaw").status_code == 303
    assert kind_of(desk.get(f"/calendar?on={DAY}").text, DAY) == "working"
    audit.write_pending(session)
    rows = session.execute(text("SELECT action FROM audit WHERE subject LIKE 'calendar:%' ORDER BY id"))
    assert list(rows.scalars()) == ["calendar.set", "calendar.set", "calendar.forget"]


def test_what_somebody_else_changed_is_not_written_over(desk: FlaskClient) -> None:
    assert post(desk, f"/calendar/{DAY}", **FIELDS).status_code == 303
    stale = post(desk, f"/calendar/{DAY}", **{**FIELDS, "kind": "half"})
    assert stale.status_code == 409
    assert "meanwhile" in stale.text
    assert post(desk, f"/calendar/{DAY}/forget", version="7", reason="x").status_code == 409


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"kind": "weekend"}, 422),
        ({"kind": "party"}, 400),
        ({"name_fa": ""}, 422),
        ({"name_en": " "}, 422),
        ({"name_en": "x" * 101}, 400),
        ({"reason": ""}, 422),
        ({"version": "-1"}, 400),
        ({"version": "one"}, 400),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    desk: FlaskClient, session: Session, change: dict[str, str], status: int
) -> None:
    assert post(desk, f"/calendar/{DAY}", **{**FIELDS, **change}).status_code == status
    assert session.scalar(text("SELECT count(*) FROM calendar_day")) == 0


@pytest.mark.parametrize(("day", "status"), [("someday", 400), ("2026-02-30", 422), ("1999-01-01", 422)])
def test_a_day_that_is_none(desk: FlaskClient, day: str, status: int) -> None:
    assert post(desk, f"/calendar/{day}", **FIELDS).status_code == status
    assert post(desk, f"/calendar/{day}/forget", version="1", reason="x").status_code == status


def test_a_day_of_which_the_city_says_nothing_cannot_be_taken_back(desk: FlaskClient) -> None:
    assert post(desk, f"/calendar/{DAY}/forget", version="0", reason="x").status_code == 404


def test_a_name_is_shown_and_not_run(desk: FlaskClient) -> None:
    evil = "<script>alert(1)</script>"
    assert post(desk, f"/calendar/{DAY}", **{**FIELDS, "name_en": evil}).status_code == 303
    page = desk.get(f"/calendar?on={DAY}").text
    assert evil not in page
    assert "&lt;script&gt;" in page


def test_only_the_administrator_changes_it(client: FlaskClient, session: Session, city: Session) -> None:
    officer = sign_in(client, make_person(session, Role.OFFICER))
    assert "/calendar/" + DAY not in officer.get(f"/calendar?on={DAY}").text
    assert post(officer, f"/calendar/{DAY}", **FIELDS).status_code == 403


@pytest.mark.parametrize(
    ("weekend", "lang", "first"),
    [
        ({3, 4}, "fa", 5),
        ({4}, "fa", 5),
        ({5, 6}, "en", 0),
        (set(), "fa", 5),
        (set(), "en", 0),
        ({6}, "en", 0),
    ],
)
def test_the_week_begins_after_the_weekend(weekend: set[int], lang: str, first: int) -> None:
    with speaking(lang):
        assert first_weekday(Calendar(weekend=frozenset(weekend))) == first


def test_every_day_of_some_years_stands_once_in_its_month() -> None:
    for view in View:
        day, seen = dt.date(2024, 3, 20), []
        while day < dt.date(2030, 3, 21):
            month = month_of(day, view, iran())
            seen += [cell.day for week in month.weeks for cell in week if cell]
            assert all(len(week) == 7 for week in month.weeks)
            assert all(
                cell.day.weekday() == (5 + place) % 7
                for week in month.weeks
                for place, cell in enumerate(week)
                if cell
            )
            assert (
                month_of(month.following, view, iran()).previous == seen[-1].replace(day=1)
                or view is View.JALALI
            )
            day = month.following
        assert seen == sorted(set(seen))


def test_leap_esfand_has_thirty_days() -> None:
    lengths = {}
    for year in (2025, 2026, 2030):
        month = month_of(dt.date(year, 3, 10), View.JALALI, iran())
        lengths[month.title] = sum(cell is not None for week in month.weeks for cell in week)
    assert lengths == {"Esfand 1403": 30, "Esfand 1404": 29, "Esfand 1408": 30}


def test_a_day_by_either_calendar_in_either_language() -> None:
    day = dt.date(2026, 11, 26)
    said = {}
    for lang in ("fa", "en"):
        with speaking(lang):
            said[lang] = [date_in(day, view) for view in View]
    assert said == {"fa": ["۵ آذر ۱۴۰۵", "۲۶ نوامبر ۲۰۲۶"], "en": ["5 Azar 1405", "26 November 2026"]}


def test_a_half_day_counts_half_in_the_months_sum() -> None:
    half = dataclasses.replace(iran(), weekend=frozenset({4}), half_weekdays=frozenset({3}))
    month = month_of(dt.date(2026, 11, 25), View.JALALI, half)
    assert month.working == 24  # 22 days, and four Thursdays of Azar 1405: 5, 12, 19, 26


def test_a_city_elsewhere_names_its_own_file(app: Flask, tmp_path: Path, session: Session) -> None:
    settings: Settings = dataclasses.replace(
        app.config["SETTINGS"], data_dir=tmp_path, calendar_file="calendar.toml"
    )
    try:
        (tmp_path / "calendar.toml").write_text('weekend = ["saturday", "sunday"]', encoding="utf-8")
        create_app(settings)
        assert calendar.load(session).is_working(dt.date(2026, 11, 27))  # a Friday
        (tmp_path / "calendar.toml").write_text('weekend = ["freeday"]', encoding="utf-8")
        with pytest.raises(SettingsError, match="CALENDAR_FILE: weekend: 'freeday'"):
            create_app(settings)
    finally:
        calendar.use(None)
