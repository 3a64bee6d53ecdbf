"""The figures, against cases counted by hand; in the calendar of the language spoken."""

import csv
import datetime as dt
import io
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from core.clocks import ClockAct, DayUnit
from core.i18n import speaking
from permits.figures.periods import quarters, year
from permits.figures.queries import count_overdue, list_rows, list_rules, list_stays
from permits.hearing.models import Comment, Stance
from permits.models import Permit, PermitClock, PermitEvent
from permits.states import Clock, Event, Party, State
from tests.permits import NOON, make_case

DAY = dt.timedelta(days=1)


def decided(session: Session, days: float, outcome: State = State.GRANTED, **more: Any) -> Permit:
    """A case decided at noon of the test's day, so many days after it was submitted."""
    given: dict[str, Any] = {"decided_at": NOON, "outcome": outcome, "published_at": NOON - days * DAY}
    return make_case(session, outcome, **(given | {"submitted_at": NOON - days * DAY} | more))


def rows(session: Session, *names: str) -> dict[tuple[str, str], Any]:
    from core.calendar.queries import load

    periods = [each for each in (year(2026), year(2025), *quarters(2026)) if each.key in names]
    return {(row.period, row.type_code): row for row in list_rows(session, periods, load(session).zone)}


def test_periods_are_those_of_the_calendar_spoken() -> None:
    with speaking("fa"):
        assert year(1405).since == dt.date(2026, 3, 21)
        assert year(1405).until == dt.date(2027, 3, 21)
        names = [each.name for each in quarters(1405)]
        assert names == ["بهار ۱۴۰۵", "تابستان ۱۴۰۵", "پاییز ۱۴۰۵", "زمستان ۱۴۰۵"]
        spans = quarters(1405)
        assert [a.until for a in spans[:3]] == [b.since for b in spans[1:]]
        assert spans[3].until == year(1405).until
        assert spans[2].since == dt.date(2026, 9, 23)
    assert [each.since for each in quarters(2026)] == [dt.date(2026, month, 1) for month in (1, 4, 7, 10)]
    assert quarters(2026)[3].until == dt.date(2027, 1, 1)


def test_received_decided_and_how_long_it_took(city: Session) -> None:
    for days in (10, 20, 30, 40, 100):
        decided(city, days)
    decided(city, 5, State.REFUSED, type_code="fence")
    make_case(city, State.CHECKING, submitted_at=NOON, type_code="fence")
    make_case(city, State.DRAFT, type_code="fence")
    # From an earlier register, which knew no steps.
    decided(city, 1000, imported={"type": "x"})
    found = rows(city, "2026", "2026-4")
    new = found["2026", "new_building"]
    assert (new.received, new.decided, new.refused) == (5, 5, 0)
    assert new.median_days == 30
    # Between the fourth and the fifth of five, at 0.9 × 4 = 3.6 steps: 40 + 0.6 × 60.
    assert new.p90_days == 76
    fence = found["2026", "fence"]
    assert (fence.received, fence.decided, fence.refused, fence.median_days) == (2, 1, 1, 5)
    # In the last quarter: submitted since the first of October (all but that of 100 days).
    assert found["2026-4", "new_building"].received == 4


def test_the_day_and_the_year_end_at_the_citys_midnight(city: Session) -> None:
    """In Tehran the new year of 2026 begins at half past eight in the evening of UTC."""
    at = dt.datetime(2025, 12, 31, 20, 30, tzinfo=dt.UTC)
    make_case(city, State.SUBMITTED, submitted_at=at)
    make_case(city, State.SUBMITTED, submitted_at=at - dt.timedelta(seconds=1), type_code="fence")
    found = rows(city, "2026", "2025")
    assert found["2026", "new_building"].received == 1
    assert found["2025", "fence"].received == 1
    assert ("2026", "fence") not in found


def test_comments_and_objections(city: Session) -> None:
    case = decided(city, 10)
    for number, stance in enumerate((Stance.OBJECTION, Stance.SUPPORT, Stance.OBJECTION)):
        city.add(Comment(permit_id=case.id, receipt=f"R{number}", stance=stance, text="x", at=NOON))
    city.flush()
    row = rows(city, "2026")["2026", "new_building"]
    assert (row.comments, row.objections) == (3, 2)


def test_how_long_cases_stood_in_a_state(city: Session) -> None:
    case = make_case(city, State.GRANTED)
    steps = [
        (Event.VALIDATE, State.CHECKING, State.VALID, 20),
        (Event.ASSESS, State.VALID, State.ASSESSMENT, 16),
        # An extension leaves the case where it stands, and is no end of its stay.
        (Event.EXTEND, State.ASSESSMENT, State.ASSESSMENT, 10),
        (Event.RECOMMEND, State.ASSESSMENT, State.RECOMMENDED, 4),
    ]
    for ordinal, (event, source, target, ago) in enumerate(steps, start=1):
        city.add(
            PermitEvent(
                permit_id=case.id, ordinal=ordinal, event=event, source=source, target=target,
                party=Party.OFFICER, at=NOON - ago * DAY,
            )
        )  # fmt: skip
    city.flush()
    from core.calendar.queries import load

    stays = {stay.state: stay for stay in list_stays(city, year(2026), load(city).zone)}
    assert stays[State.VALID].median_days == 4
    assert (stays[State.ASSESSMENT].steps, stays[State.ASSESSMENT].median_days) == (1, 12)


def test_refused_by_rule(city: Session) -> None:
    def kept(*failed: str) -> dict[str, Any]:
        checks = [{"rule": rule, "outcome": "fail"} for rule in failed]
        return {"checks": [*checks, {"rule": "parking", "outcome": "pass"}]}

    decided(city, 5, State.REFUSED, precheck=kept("floors", "coverage"))
    decided(city, 5, State.REFUSED, precheck=kept("coverage", "coverage"))
    decided(city, 5, State.GRANTED, precheck=kept("height"))
    from core.calendar.queries import load

    assert list_rules(city, year(2026), load(city).zone) == [("coverage", 2), ("floors", 1)]


def test_overdue_counts_undecided_cases_past_their_last_day(city: Session) -> None:
    def running(state: State, ago: int, days: int) -> None:
        case = make_case(city, state)
        event = PermitEvent(
            permit_id=case.id, ordinal=1, event=Event.VALIDATE, source=State.CHECKING, target=State.VALID,
            party=Party.INTAKE, at=NOON - ago * DAY,
        )  # fmt: skip
        city.add(event)
        city.flush()
        city.add(
            PermitClock(
                permit_id=case.id, event_id=event.id, clock=Clock.DECISION, act=ClockAct.START, days=days,
                at=NOON - ago * DAY, unit=DayUnit.CALENDAR,
            )
        )  # fmt: skip
        city.flush()

    running(State.ASSESSMENT, 11, 10)
    running(State.ASSESSMENT, 10, 10)
    running(State.GRANTED, 50, 10)
    assert count_overdue(city, NOON) == {"new_building": 1}


def test_the_page_and_the_file_in_both_languages(client: FlaskClient, city: Session) -> None:
    assert client.get("/permits/figures").status_code == 200
    decided(city, 12)
    english, persian = (client.get(f"/permits/figures?lang={lang}").text for lang in ("en", "fa"))
    assert "Figures on permits, 2026" in english
    assert "New building" in english
    assert "آمار پروانه‌ها در سال ۱۴۰۵" in persian
    assert "پاییز ۱۴۰۵" in persian
    assert client.get("/permits/figures?year=1205").status_code == 400
    # The language is changed on the page of a year: the other calendar's year is shown.
    other = client.get("/permits/figures?year=2026&lang=fa")
    assert other.status_code == 200
    assert "۱۴۰۵" in other.text
    assert client.get("/permits/figures?year=1405&lang=en").status_code == 200
    assert client.get("/permits/figures?year=x").status_code == 400
    text = client.get("/permits/figures.csv?lang=en").data.decode("utf-8-sig")
    read = list(csv.DictReader(io.StringIO(text)))
    assert [(row["period"], row["type"], row["received"], row["median_days"]) for row in read] == [
        ("2026-4", "new_building", "1", "12.0")
    ]
