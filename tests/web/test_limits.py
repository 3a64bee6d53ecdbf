"""Rates: counted apart by name and by whom, told when to come back, and never in the way when nobody can count."""

import dataclasses
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from limits.errors import StorageError
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from accounts.sign_in.rates import by_account
from core.errors import AppError, TooOften
from core.i18n import format_duration, speaking
from core.limits import shared
from core.limits import web as limits
from core.limits.web import WRITING, Rate, by_address, count, limited
from core.web import public
from tests.people import make_person, sign_in
from webmap.rates import ACCOUNT_WRITES, WRITES


@pytest.fixture
def small(database_url: str) -> Flask:
    """An application of two views that share a rate."""
    return small_app(database_url)


def small_app(url: str) -> Flask:
    app = Flask("small")
    limits.install(app, url)
    limits.forget(app)
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

    @app.post("/c")
    @limited(Rate("writes", "3 per 1 minute", lambda: request.args.get("who", "")))
    @public
    def third() -> str:
        return "c"

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
    def away(*_arguments: object, **_more: object) -> bool:
        raise StorageError(OSError("no such host"))

    counts = small.extensions["shahrnama.limits"]
    for limiter in (counts.own, counts.shared):
        monkeypatch.setattr(limiter.storage, "acquire_entry", away)
    assert small.test_client().get("/a?who=x").status_code == 200
    assert small.test_client().post("/c?who=x").status_code == 200


def test_what_a_service_counts_itself(small: Flask) -> None:
    rate = Rate("uploads", "1 per 1 hour", lambda: "somebody")
    with small.test_request_context():
        count([rate])
        with pytest.raises(TooOften):
            count([rate])


def test_writes_are_counted_by_all_workers_together(small: Flask, database_url: str) -> None:
    others = [small, small_app(database_url), small_app(database_url)]
    clients = [each.test_client() for each in others]
    answers = [client.post("/c?who=x") for client in clients * 2]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429, 429]
    assert 0 < json.loads(answers[-1].text)["retry_after_s"] <= 61
    assert clients[0].post("/c?who=y").status_code == 200
    # Reading costs no write: each worker counts its own.
    assert [client.get("/a?who=x").status_code for client in clients * 2] == [200] * 6


def test_of_many_at_once_no_more_get_through_than_may(small: Flask, database_url: str) -> None:
    ask = small_app(database_url).test_client
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda _n: ask().post("/c?who=crowd").status_code, range(24)))
    assert sorted(codes) == [200] * 3 + [429] * 21


def test_a_window_moves_and_names_nobody(small: Flask, engine: Engine) -> None:
    client = small.test_client()
    for _ in range(3):
        assert client.post("/c?who=mina@example.org").status_code == 200
    assert client.post("/c?who=mina@example.org").status_code == 429
    with engine.begin() as connection:
        stored = connection.scalar(text("SELECT string_agg(c::text, ' ') FROM rate_count AS c"))
        assert stored
        assert "mina" not in stored
        connection.execute(
            text(
                "UPDATE rate_count SET times[1] = times[1] - interval '61 s', over_at = now() + interval '1 h'"
            )
        )
    assert [client.post("/c?who=mina@example.org").status_code for _ in range(2)] == [200, 429]


def test_what_is_over_is_forgotten(small: Flask, session: Session) -> None:
    assert small.test_client().post("/c?who=x").status_code == 200
    shared.tidy(session)
    assert session.scalar(text("SELECT count(*) FROM rate_count")) == 1
    session.execute(text("UPDATE rate_count SET over_at = now() - interval '1 s'"))
    shared.tidy(session)
    assert session.scalar(text("SELECT count(*) FROM rate_count")) == 0


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


def rates_of(app: Flask, endpoint: str, method: str) -> list[Rate]:
    return [rate for rate in getattr(app.view_functions[endpoint], "rates", ()) if method in rate.methods]


def test_every_write_is_counted_by_address_and_by_account(app: Flask) -> None:
    asked = [
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in set(rule.methods or ()) & WRITING
    ]
    assert len(asked) > 60
    for endpoint, method in asked:
        ways = [rate.by for rate in rates_of(app, endpoint, method)]
        assert by_address in ways, (endpoint, method)
        assert by_account in ways, (endpoint, method)


def test_search_and_uploads_are_counted_by_address_and_by_account(app: Flask) -> None:
    searches = [rates_of(app, f"search.{name}", "GET") for name in ("results", "search_json")]
    posted = [rates_of(app, rule.endpoint, "POST") for rule in app.url_map.iter_rules()]
    uploads = [rates for rates in posted if "uploads" in {rate.name for rate in rates}]
    assert len(uploads) >= 9
    for rates in searches + uploads:
        kind = rates[0].name if rates in searches else "uploads"
        assert {(rate.name, rate.by) for rate in rates} >= {
            (kind, by_address),
            (f"{kind} by account", by_account),
        }


def test_an_account_is_counted_wherever_it_asks_from(
    app: Flask, client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = app.view_functions["account.sign_out_everywhere"]
    low = [dataclasses.replace(rate, most="2 per 1 minute") for rate in (WRITES, ACCOUNT_WRITES)]
    monkeypatch.setattr(view, "rates", low)

    def ask(address: str) -> int:
        return client.post(
            "/account/sign-out-everywhere", environ_base={"REMOTE_ADDR": f"198.51.100.{address}"}
        ).status_code

    # Without a token each is refused, and counted all the same.
    assert [ask(number) for number in "123"] == [400, 400, 400]
    sign_in(client, make_person(session))
    assert [ask(number) for number in "456"] == [400, 400, 429]
    sign_in(client, make_person(session))
    assert [ask(number) for number in "456"] == [400, 400, 429]
