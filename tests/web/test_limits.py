"""Rates: counted apart by name and by whom, told when to come back, and never in the way when nobody can count."""

import json

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from limits.errors import StorageError

from core.errors import AppError, TooOften
from core.i18n import format_duration, speaking
from core.limits import web as limits
from core.limits.web import Rate, by_address, count, limited
from core.settings import Settings, SettingsError
from core.web import public


@pytest.fixture
def small() -> Flask:
    """An application of two views that share a rate, and one that has none."""
    app = Flask("small")
    limits.install(app, "memory://")
    rate = Rate("search", "2 per 1 minute", lambda: request.args.get("who", ""), frozenset({"GET"}))

    @app.get("/a")
    @limited(rate)
    @public
    def first() -> str:
        return "a"

    @app.get("/b")
    @public
    @limited(rate)
    def second() -> str:
        return "b"

    @app.errorhandler(AppError)
    def answer(error: AppError) -> tuple[str, int]:
        return json.dumps(error.details), error.status

    return app


def test_rates_of_one_name_are_counted_together_and_people_apart(small: Flask) -> None:
    client = small.test_client()
    asked = ["/a?who=x", "/b?who=x", "/a?who=x", "/b?who=x", "/a?who=y"]
    assert [client.get(path).status_code for path in asked] == [200, 200, 429, 429, 200]
    wait_s = json.loads(client.get("/a?who=x").text)["retry_after_s"]
    assert 0 < wait_s <= 61
    limits.forget(small)
    assert client.get("/a?who=x").status_code == 200


def test_nobody_in_particular_and_other_methods_are_not_counted(small: Flask) -> None:
    client = small.test_client()
    assert {client.get("/a").status_code for _ in range(5)} == {200}
    assert {client.head("/a?who=x").status_code for _ in range(5)} == {200}


def test_a_household_of_ipv6_is_one(small: Flask) -> None:
    told = set()
    for address in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"):
        with small.test_request_context(environ_base={"REMOTE_ADDR": address}):
            told.add(by_address())
    assert told == {"2001:db8:1:2::/64"}
    with small.test_request_context(environ_base={"REMOTE_ADDR": "198.51.100.7"}):
        assert by_address() == "198.51.100.7"


def test_a_city_whose_counter_is_away_is_still_reached(small: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_arguments: object) -> bool:
        raise StorageError(OSError("no such host"))

    monkeypatch.setattr(small.extensions["shahrnama.limits"], "hit", away)
    assert small.test_client().get("/a?who=x").status_code == 200


def test_what_a_service_counts_itself(small: Flask) -> None:
    rate = Rate("uploads", "1 per 1 hour", lambda: "somebody")
    with small.test_request_context():
        count([rate])
        with pytest.raises(TooOften):
            count([rate])


def test_a_setting_that_cannot_count_is_named(tmp_path: object) -> None:
    with pytest.raises(SettingsError, match="RATE_LIMIT_URL"):
        Settings.load({"RATE_LIMIT_URL": "mongodb://x", "DATA_DIR": str(tmp_path)})


@pytest.mark.parametrize(
    ("seconds", "en", "fa"),
    [
        (1, "1 second", "۱ ثانیه"),
        (59, "59 seconds", "۵۹ ثانیه"),
        (61, "2 minutes", "۲ دقیقه"),
        (3600, "1 hour", "۱ ساعت"),
        (5400, "90 minutes", "۹۰ دقیقه"),
        (10800, "3 hours", "۳ ساعت"),
        (172800, "2 days", "۲ روز"),
    ],
)
def test_a_wait_in_words(seconds: int, en: str, fa: str) -> None:
    with speaking("en"):
        assert format_duration(seconds) == en
    with speaking("fa"):
        assert format_duration(seconds) == fa


def test_every_way_in_has_a_rate(app: Flask, client: FlaskClient) -> None:
    ways = "login register forgot_password send_confirmation reset_password two_factor_token_validation mf_recovery"
    for name in (ways + " verify change_password wan_signin_response").split():
        assert getattr(app.view_functions[f"security.{name}"], "rates", ()), name
