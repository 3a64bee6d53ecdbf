"""A table of attacks, each refused: what strangers send must never become ours, nor end in a 5xx."""

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from accounts.models import Person
from accounts.permissions import Role
from core.defences.web import PublicAddress
from core.limits.web import by_address, forget
from core.web import public
from tests.people import make_person, post, sign_in
from webmap import create_app, rates

HOSTILE = [
    "' OR '1'='1",
    "'; DROP TABLE parcel; --",
    '"><script>alert(1)</script>',
    "<img src=x onerror=alert(1)>",
    "{{7*7}}",
    "%s%n%(x)s",
    "../../../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "a\r\nSet-Cookie: evil=1",
    "‮evil‬",
    "😀" * 30,
    "a\x00b",
    "𝒳" * 50,
    "\\x00",
    "1e999",
    "-1",
    "NaN",
    "9" * 40,
    "",
]
PARAMETERS = [
    *("q", "on", "lon", "lat", "limit", "bbox", "layers", "parcel", "page", "scale", "paper", "z", "x", "y"),
    *(
        "lang",
        "next",
        "only",
        "at",
        "code",
        "days",
        "since",
        "until",
        "actor",
        "subject",
        "before",
        "after",
        "role",
    ),
]


@pytest.fixture
def admin(client: FlaskClient, session: Session, city: Session) -> FlaskClient:
    client.set_cookie("lang", "en")
    return sign_in(client, make_person(session, Role.ADMINISTRATOR))


def readable(app: Flask) -> Iterator[Rule]:
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint != "static":
            yield rule


def address(app: Flask, rule: Rule, word: str) -> str | None:
    values = {
        name: 1 if "Integer" in type(rule._converters[name]).__name__ else word for name in rule.arguments
    }
    with app.test_request_context():
        built = rule.build(values)
    return built[1] if built else None


@pytest.mark.parametrize("word", HOSTILE)
def test_no_word_in_any_parameter_does_harm(
    app: Flask, client: FlaskClient, city: Session, word: str
) -> None:
    asked, broken = 0, []
    for rule in readable(app):
        for where in (address(app, rule, word or "x"), address(app, rule, "1-1-1")):
            if where is None:
                continue
            answer = client.get(
                where, query_string=dict.fromkeys(PARAMETERS, word), headers={"Accept": "text/html"}
            )
            asked += 1
            if answer.status_code >= 500:
                broken.append(rule.rule)
            assert "evil" not in str(answer.headers.get_all("Set-Cookie"))
            if answer.mimetype == "text/html":
                assert "<script>alert" not in answer.text, rule.rule
                assert "onerror=alert(1)>" not in answer.text, rule.rule
                assert "root:x:0" not in answer.text
    assert broken == []
    assert asked > 60
    assert city.scalar(text("SELECT count(*) FROM parcel")) == 6


@pytest.mark.parametrize("word", [word for word in HOSTILE if word])
def test_no_word_in_any_field_does_harm(admin: FlaskClient, session: Session, word: str) -> None:
    planner = make_person(session, Role.PLANNER)
    written: dict[str, dict[str, Any]] = {
        f"/people/{planner.id}/grant": {"role": "officer", "reason": word, "version": planner.version},
        "/people": {
            "email": "x@example.org",
            "name": word,
            "role": "officer",
            "reason": word,
            "language": "fa",
        },
        "/account/login": {"email": word, "password": word},
        "/account/register": {"email": word, "password": word},
        "/account/reset": {"email": word},
    }
    for where, typed in written.items():
        answer = post(admin, where, **typed)
        assert answer.status_code < 500, (where, word)
        page = admin.get(f"/people/{planner.id}").text + admin.get("/people").text
        assert "<script>alert" not in page
        assert "onerror=alert(1)>" not in page
    assert session.scalar(text("SELECT count(*) FROM parcel")) == 6


class TestForeignPages:
    @pytest.fixture
    def planner(self, session: Session, city: Session) -> Person:
        return make_person(session, Role.PLANNER)

    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({"Origin": "https://evil.example"}, 403),
            ({"Origin": "null"}, 403),
            ({"Origin": "http://localhost.evil.example"}, 403),
            ({"Sec-Fetch-Site": "cross-site"}, 403),
            ({"Sec-Fetch-Site": "same-site"}, 403),
            ({}, 400),
            ({"Origin": "http://localhost"}, 400),
            ({"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}, 400),
        ],
    )
    def test_a_write_without_the_token_is_refused_with_and_without_origin(
        self, admin: FlaskClient, planner: Person, headers: dict[str, str], status: int
    ) -> None:
        fields: dict[str, Any] = {"role": "officer", "reason": "x", "version": planner.version}
        answer = admin.post(f"/people/{planner.id}/grant", data=fields, headers=headers)
        assert answer.status_code == status
        assert planner.held == {Role.PLANNER}

    def test_a_foreign_write_is_refused_even_with_the_token(
        self, admin: FlaskClient, planner: Person
    ) -> None:
        fields: dict[str, Any] = {"role": "officer", "reason": "x", "version": planner.version}
        assert (
            post(admin, f"/people/{planner.id}/grant", _origin="https://evil.example", **fields).status_code
            == 403
        )
        assert (
            post(admin, f"/people/{planner.id}/grant", _origin="http://localhost", **fields).status_code
            == 303
        )

    def test_a_token_of_another_session_is_none(
        self, app: Flask, admin: FlaskClient, planner: Person
    ) -> None:
        other = sign_in(app.test_client(), planner)
        fields: dict[str, Any] = {"role": "officer", "reason": "x", "version": planner.version}
        assert post(admin, f"/people/{planner.id}/grant", _token_of=other, **fields).status_code == 400


def test_fields_that_nobody_asked_for_change_nothing(admin: FlaskClient, session: Session) -> None:
    planner = make_person(session, Role.PLANNER)
    extra: dict[str, Any] = {
        "email": "evil@example.org",
        "active": "0",
        "id": "1",
        "password": "x",
        "version": planner.version,
    }
    before = planner.password
    assert post(admin, f"/people/{planner.id}/grant", role="officer", reason="x", **extra).status_code == 303
    session.refresh(planner)
    assert planner.email != "evil@example.org"
    assert planner.active
    assert planner.password == before


@pytest.mark.parametrize("what", ["people", "people/{id}", "record", "jobs", "record.csv"])
def test_numbers_of_others_open_nothing(
    client: FlaskClient, session: Session, city: Session, what: str
) -> None:
    somebody = make_person(session, Role.PLANNER)
    sign_in(client, make_person(session))
    assert client.get("/" + what.format(id=somebody.id)).status_code == 403


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "http:evil.example",
        "javascript:alert(1)",
    ],
)
def test_a_sign_in_leads_nowhere_else(
    client: FlaskClient, session: Session, city: Session, target: str
) -> None:
    page = client.get("/account/login", query_string={"next": target}, headers={"Accept-Language": "en"})
    assert page.status_code < 400
    answer = post(
        client, "/account/login", next=target, email="x@example.org", password="wrong", _page="/account/login"
    )
    assert "evil.example" not in (answer.location or "")
    assert answer.status_code in (200, 302, 400)


@pytest.mark.parametrize(
    "path",
    [
        "/%2e%2e/%2e%2e/etc/passwd",
        "/static/../core/settings.py",
        "/static/%2e%2e/webmap/views.py",
        "/tiles/../../x/8/1/1.mvt",
    ],
)
def test_no_path_leads_out_of_its_folder(client: FlaskClient, city: Session, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in (400, 404)


def test_a_host_of_their_own_reaches_no_letter() -> None:
    seen = {}

    def inner(environ: dict[str, str], _start: object) -> list[bytes]:
        seen.update(environ)
        return []

    ours = PublicAddress(inner, "https://city.example:8443")
    ours({"HTTP_HOST": "evil.example", "wsgi.url_scheme": "http"}, lambda *_: None)
    assert (seen["HTTP_HOST"], seen["wsgi.url_scheme"]) == ("city.example:8443", "https")


def test_json_nested_ten_thousand_deep(client: FlaskClient, city: Session) -> None:
    deep = "[" * 10_000 + "]" * 10_000
    for where in ("/account/login", "/account/register", "/people"):
        answer = client.post(
            where, data=deep, content_type="application/json", headers={"Accept": "application/json"}
        )
        assert 400 <= answer.status_code < 500


class TestSizes:
    @pytest.mark.parametrize("where", ["/account/login", "/search", "/people", "/nowhere"])
    @pytest.mark.parametrize("method", ["POST", "PUT", "GET"])
    def test_a_gigabyte_is_refused_before_a_byte_is_read(
        self, client: FlaskClient, city: Session, where: str, method: str
    ) -> None:
        class Unread:
            def read(self, *_size: int) -> bytes:
                raise AssertionError("the body was read")

            readline = read

        answer = client.open(
            where,
            method=method,
            environ_overrides={
                "wsgi.input": Unread(),
                "CONTENT_LENGTH": str(1 << 30),
                "CONTENT_TYPE": "text/plain",
            },
        )
        assert answer.status_code == 413

    def test_a_form_of_many_fields_is_refused(self, client: FlaskClient, city: Session) -> None:
        answer = client.post("/account/login", data={f"f{n}": "x" for n in range(5000)})
        assert answer.status_code in (400, 413)


def test_headers_of_every_answer(client: FlaskClient, city: Session) -> None:
    for where, status in (("/", 200), ("/search.json?q=1", 200), ("/nowhere", 404), ("/account/login", 200)):
        answer = client.get(where)
        assert answer.status_code == status
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "'strict-dynamic'" in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Strict-Transport-Security" not in answer.headers
    assert "max-age" in client.get("/", base_url="https://localhost").headers["Strict-Transport-Security"]


def test_scripts_carry_the_nonce_of_their_answer(client: FlaskClient, city: Session) -> None:
    first, second = client.get("/"), client.get("/")
    nonce = first.headers["Content-Security-Policy"].split("'nonce-")[1].split("'")[0]
    assert len(nonce) >= 20
    assert nonce not in second.headers["Content-Security-Policy"]
    assert f'<script type="module" nonce="{nonce}"' in first.text


def test_a_session_that_we_did_not_sign_is_none(client: FlaskClient, session: Session, city: Session) -> None:
    somebody = make_person(session)
    client.set_cookie("session", json.dumps({"_user_id": somebody.fs_uniquifier, "_fresh": True}))
    assert client.get("/account/change").status_code == 302


def test_a_flood_from_one_address_is_held_back(
    app: Flask, client: FlaskClient, city: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates, "SEARCH", dataclasses.replace(rates.SEARCH, most="3 per 1 minute"))
    held = vars(app.view_functions["search.results"])
    monkeypatch.setitem(held, "rates", (rates.SEARCH,))
    forget(app)
    answers = [client.get("/search?q=1") for _ in range(4)]
    forget(app)
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 61


def test_every_address_that_is_dear_or_writes_has_a_rate(app: Flask) -> None:
    dear = {"search.results", "keep.print_sheet", "keep.one_file", "keep.download", "certificates.of_parcel"}
    writing = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and not rule.endpoint.startswith(("security.", "account."))
    }
    nameless = {name for name in dear | writing if not vars(app.view_functions[name]).get("rates")}
    assert nameless == set()


@pytest.mark.parametrize(
    ("proxies", "seen"),
    [("0", "127.0.0.1 http"), ("1", "192.0.2.7 https"), ("2", "198.51.100.9 https")],
)
def test_only_as_many_proxies_are_believed_as_there_are(app: Flask, proxies: str, seen: str) -> None:
    settings = dataclasses.replace(app.config["SETTINGS"], trusted_proxies=proxies)
    made = create_app(settings)
    made.add_url_rule("/who", "who", public(lambda: f"{by_address()} {request.scheme}"))
    # What the visitor made up stands first; each proxy adds whom it was asked by.
    forged = {
        "X-Forwarded-For": "10.0.0.1, 198.51.100.9, 192.0.2.7",
        "X-Forwarded-Proto": "ftp, https, https",
    }
    assert made.test_client().get("/who", headers=forged).text == seen
