"""What nobody foresaw: the asker gets a number, the log the traceback, and nobody the secrets."""

import pytest
from flask import Flask

from core.web import public
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
