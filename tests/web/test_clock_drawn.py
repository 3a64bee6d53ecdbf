"""A clock as pages draw it: what it says in each state, in both languages, and that its words are only words."""

import pytest
from flask import Flask, get_template_attribute
from sqlalchemy.orm import Session

from core.calendar import iran
from core.clocks import Reading, read
from core.i18n import speaking
from tests.unit.test_clocks import day, events
from webmap.calendar.clocks import DrawnClock, draw


def reading(text: str, today: str) -> Reading:
    return read(events(text), iran(), day(today))


@pytest.mark.parametrize(
    ("text", "today", "state", "state_name", "used", "facts"),
    [
        ("", "1405/9/1", "not_started", "Not begun", 0, []),
        ("start 1405/9/1 10", "1405/9/4", "running", "Running", 6, ["Began", "Period", "Last day"]),
        (
            "start 1405/9/1 10; pause 1405/9/4",
            "1405/9/8",
            "paused",
            "Paused",
            6,
            ["Began", "Period", "Stood still", "Due if it resumed today"],
        ),
        ("start 1405/9/1 3", "1405/9/11", "overdue", "Overdue", 6, ["Began", "Period", "Last day"]),
        (
            "start 1405/9/1 3; extend 1405/9/3 2; stop 1405/9/7",
            "1405/9/9",
            "stopped",
            "Ended in time",
            8,
            ["Began", "Period", "Extended by", "Last day", "Ended on"],
        ),
        (
            "start 1405/9/1 3; stop 1405/9/7",
            "1405/9/9",
            "overdue",
            "Ended late",
            6,
            ["Began", "Period", "Last day", "Ended on"],
        ),
    ],
)
def test_what_is_drawn_in_each_state(
    text: str, today: str, state: str, state_name: str, used: int, facts: list[str]
) -> None:
    with speaking("en"):
        drawn = draw(reading(text, today), "Decision")
    assert (drawn.state, drawn.state_name, drawn.used) == (state, state_name, used)
    assert [label for label, _words in drawn.facts] == facts
    assert drawn.used <= drawn.whole


def test_the_facts_are_those_of_the_reading() -> None:
    with speaking("en"):
        drawn = draw(reading("start 1405/9/1 10; pause 1405/9/4", "1405/9/8"), "Decision")
        assert dict(drawn.facts) == {
            "Began": "22 November 2026",
            "Period": "10 working days",
            "Stood still": "4 days",
            "Due if it resumed today": "8 December 2026",
        }
        assert drawn.used_words == "3 of 10 working days used"
    with speaking("fa"):
        drawn = draw(reading("start 1405/9/1 10; pause 1405/9/4", "1405/9/8"), "تصمیم")
        assert dict(drawn.facts)["سررسید در صورت ازسرگیری امروز"] == "۱۷ آذر ۱۴۰۵"


def shown(app: Flask, drawn: DrawnClock) -> str:
    with app.test_request_context("/"):
        return str(get_template_attribute("clocks.html", "clock")(drawn))


def test_it_is_said_and_not_only_drawn(app: Flask, session: Session) -> None:
    with speaking("en"):
        html = shown(app, draw(reading("start 1405/9/1 10", "1405/9/4"), "Decision"))
    assert "Decision by 6 December 2026; 7 working days left." in html
    assert '<progress value="6" max="20" aria-label="3 of 10 working days used">' in html
    assert "/calendar?on=2026-12-06" in html


def test_a_reason_is_words_and_nothing_else(app: Flask, session: Session) -> None:
    told = events("start 1405/9/1 10")
    paused = [
        *told,
        type(told[0])(act=events("pause 1405/9/3")[0].act, at=told[0].at, reason="<b>drawing</b>"),
    ]
    with speaking("en"):
        html = shown(app, draw(read(paused, iran(), day("1405/9/8")), "<i>Decision</i>"))
    assert "<b>" not in html
    assert "<i>" not in html
    assert "&lt;b&gt;drawing&lt;/b&gt;" in html


def test_one_not_begun_has_no_bar(app: Flask, session: Session) -> None:
    with speaking("en"):
        html = shown(app, draw(reading("", "1405/9/1"), "Decision"))
    assert "<progress" not in html
    assert "has not begun" in html
