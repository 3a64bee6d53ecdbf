"""What nobody foresaw: the asker gets a number, the log the traceback, and nobody the secrets."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from accounts.permissions import Role
from core.web import public
from tests.people import make_person, sign_in
from webmap import create_app


@pytest.fixture
def failing(app: Flask) -> Flask:
    """An application of its own with a view that breaks with a secret at hand."""
    made = create_app(app.config["SETTINGS"])

    @made.get("/breaks")
    @public
    def breaks() -> str:
        secret = made.config["SECRET_KEY"]
        raise RuntimeError(f"broken at length {len(secret)}")

    return made


def test_an_unforeseen_error_is_told_by_number_and_logged_without_secrets(
    failing: Flask, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = failing.test_client().get("/breaks", headers={"Accept": "application/json"})
    assert answer.status_code == 500
    assert answer.json is not None
    number = answer.headers["X-Request-ID"]
    assert number in answer.json["title"]
    assert "broken at length" not in answer.text
    logged = capfd.readouterr().err
    assert number in logged
    assert "RuntimeError: broken at length 32" in logged
    assert failing.config["SECRET_KEY"] not in logged


def test_whoever_was_overtaken_is_led_back_to_the_page_and_nowhere_else(
    client: FlaskClient, session: Session, city: Session
) -> None:
    client.set_cookie("lang", "en")
    sign_in(client, make_person(session, Role.ADMINISTRATOR))
    planner = make_person(session, Role.PLANNER)
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', client.get("/account/change").text)
    assert token
    stale = {"csrf_token": token[1], "role": "officer", "reason": "x", "version": "99"}
    for referrer, is_led in (
        (f"http://localhost/people/{planner.id}", True),
        ("https://evil.example/", False),
    ):
        answer = client.post(f"/people/{planner.id}/grant", data=stale, headers={"Referer": referrer})
        assert answer.status_code == 409
        assert (f'href="{referrer}"' in answer.text) == is_led
        assert ("Open the page again" in answer.text) == is_led
        assert "Please check" not in answer.text
