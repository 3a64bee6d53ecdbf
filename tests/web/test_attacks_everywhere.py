"""Attacks on every address that there is: made of the URL map and of the forms on the pages, so that none is left out.

Those that want more than one request, or a certain answer, stand in tests/web/test_attacks.py and test_sign_in.py.
"""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from accounts.models import Passkey, Person
from accounts.permissions import PERMISSIONS, Permission, Role
from core.limits import web as limits
from tests.crawling import Form, crawl, endpoint_of
from tests.examples import EXAMPLES, fill, furnish, rules, starts
from tests.people import PASSWORD, letters, make_person, post, set_password, sign_in

WRITING = {"POST", "PUT", "PATCH", "DELETE"}
EVIL = "evil.example"
WORDS = [
    "'; DROP TABLE parcel; --../../../../etc/passwd",
    '"><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}${7*7}%(x)s',
    "a\r\nSet-Cookie: evil=1\r\nBcc: evil@evil.example",
    "a\x00b",
    "9" * 40,
    "\u202eevil\u202c\U0001f600" * 400,
]
THEIRS = re.compile(r"<script>alert|<img src=x|root:x:0|49\$49")
CHANGES_WHO_ASKS = {"account.sign_out_everywhere", "security.logout", "security.two_factor_token_validation"}


@pytest.fixture
def values(
    session: Session, city: Session, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    return furnish(session, client, monkeypatch)


def needed(app: Flask, rule: Rule) -> str:
    return str(getattr(app.view_functions[rule.endpoint], "permission", Permission.PUBLIC))


def somebody_who_may(session: Session, permission: str) -> Person:
    role = next(role for role in Role if Permission(permission) in PERMISSIONS[role])
    return make_person(session, *([] if role == Role.CITIZEN else [role]))


def writing(app: Flask, values: dict[str, str]) -> list[tuple[Rule, str, str]]:
    """Every writing method of every rule, with the example's address."""
    return [
        (rule, method, fill(app, rule, values))
        for rule in rules(app, WRITING)
        for method in sorted(WRITING & (rule.methods or set()))
    ]


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"Origin": f"https://{EVIL}"}, {403}),
        ({"Origin": f"http://localhost.{EVIL}"}, {403}),
        ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, {403}),
        ({"Sec-Fetch-Site": "same-site"}, {403}),
        ({}, {400}),
        ({"Origin": "http://localhost"}, {400}),
    ],
)
def test_no_write_anywhere_begins_on_another_sites_page(
    app: Flask,
    client: FlaskClient,
    session: Session,
    values: dict[str, str],
    headers: dict[str, str],
    allowed: set[int],
) -> None:
    asked, wrong = 0, []
    for rule, method, address in writing(app, values):
        sign_in(client, somebody_who_may(session, needed(app, rule)))
        limits.forget(app)
        status = client.open(address, method=method, headers=headers).status_code
        asked += 1
        if status not in allowed:
            wrong.append(f"{method} {address}: {status}")
    assert wrong == []
    assert asked > 25


def test_no_number_is_too_odd(
    app: Flask, client: FlaskClient, session: Session, values: dict[str, str]
) -> None:
    """The numbers and names in addresses, of things there never were, asked by whoever may."""
    asked, wrong = 0, []
    for rule in rules(app, WRITING | {"GET"}):
        if not rule.arguments:
            continue
        sign_in(client, somebody_who_may(session, needed(app, rule)))
        numbers = {name for name in rule.arguments if "Integer" in type(rule._converters[name]).__name__}
        for odd in (0, 2**31, 2**63, 10**30):
            given: Any = {name: odd if name in numbers else f"{odd}" for name in rule.arguments}
            with app.test_request_context():
                address = rule.build(given)
            for method in sorted((rule.methods or set()) & (WRITING | {"GET"})):
                assert address
                status = client.open(address[1], method=method).status_code
                asked += 1
                if status >= 500:
                    wrong.append(f"{method} {address[1]}: {status}")
    assert wrong == []
    assert asked > 80


def test_no_body_is_too_deep_or_too_long(
    app: Flask, client: FlaskClient, session: Session, values: dict[str, str]
) -> None:
    class Unread:
        def read(self, *_size: int) -> bytes:
            raise AssertionError("the body was read")

        readline = read

    long: dict[str, Any] = {
        "wsgi.input": Unread(),
        "CONTENT_LENGTH": str(1 << 30),
        "CONTENT_TYPE": "text/plain",
    }
    deep = "[" * 10_000 + "]" * 10_000
    wrong = []
    for rule, method, address in writing(app, values):
        sign_in(client, somebody_who_may(session, needed(app, rule)))
        limits.forget(app)
        answered = client.open(
            address,
            method=method,
            data=deep,
            content_type="application/json",
            headers={"Accept": "application/json"},
        )
        if not 400 <= answered.status_code < 500 and rule.endpoint != "security.logout":
            wrong.append(f"{method} {address}: nested, {answered.status_code}")
        if client.open(address, method=method, environ_overrides=long).status_code != 413:
            wrong.append(f"{method} {address}: long")
    wrong += [
        f"{address}: long"
        for address in starts(app, values)
        if client.get(address, environ_overrides=long, buffered=True).status_code != 413
    ]
    assert wrong == []


def test_a_body_without_an_end_is_not_read_to_it(client: FlaskClient, city: Session) -> None:
    """Sent in pieces, with no length told: the form is given up long before a gigabyte."""

    class Endless:
        taken = 0

        def read(self, size: int = -1) -> bytes:
            Endless.taken += (size := 65_536 if size < 0 else min(size, 65_536))
            return b"a" * size

        readline = read

    pieces: dict[str, Any] = {
        "wsgi.input": Endless(),
        "wsgi.input_terminated": True,
        "HTTP_TRANSFER_ENCODING": "chunked",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
    }
    assert client.post("/account/login", environ_overrides=pieces).status_code in (400, 413)
    assert Endless.taken <= 65 * 1024 * 1024


ELSEWHERE = [f"https://{EVIL}/", f"//{EVIL}", f"/\\{EVIL}", f"http:{EVIL}", "javascript:alert(1)"]
# As a word in an address of ours theirs may come along; as an address of its own it may not.
LEADS_AWAY = re.compile(rf'(href|src|action)="(https?:|//|/\\|javascript:)[^"?]*({EVIL}|alert)')


@pytest.mark.parametrize("target", ELSEWHERE)
def test_no_address_sends_anybody_elsewhere(
    app: Flask, client: FlaskClient, session: Session, values: dict[str, str], target: str
) -> None:
    names = ("next", "path", "url", "to", "return", "redirect", "back")
    for role in (None, Role.ADMINISTRATOR):
        if role:
            sign_in(client, make_person(session, role))
        for address in starts(app, values):
            if role and endpoint_of(app, address) in CHANGES_WHO_ASKS:
                continue
            joined = address + ("&" if "?" in address else "?")
            with app.test_request_context(query_string=dict.fromkeys(names, target)) as asked:
                query = asked.request.query_string.decode()
            answer = client.get(joined + query, buffered=True)
            led = re.sub(r"[?#].*", "", answer.location or "")
            assert EVIL not in led, address
            assert not led.startswith("javascript:"), address
            assert not LEADS_AWAY.search(answer.text if answer.mimetype == "text/html" else ""), address
    assert EVIL not in (client.get(f"//{EVIL}/place").location or "")


def forms_for(app: Flask, client: FlaskClient, values: dict[str, str]) -> dict[tuple[str, str], Form]:
    """Each form that a role meets on its pages, by its method and address."""
    found: dict[tuple[str, str], Form] = {}
    visits = crawl(
        app,
        client,
        starts(app, values),
        lambda endpoint, address: (
            endpoint not in CHANGES_WHO_ASKS and "lang=" not in address and endpoint != "static"
        ),
        1,
        Accept="text/html",
    )
    for visit in visits:
        for form in visit.page.forms if visit.page else []:
            address = form.action.partition("?")[0] or visit.address.partition("?")[0]
            found.setdefault((form.method, address), form).fields.update(form.fields)
    return found


@pytest.mark.parametrize("role", [None, Role.OFFICER, Role.ADMINISTRATOR])
def test_no_word_in_any_field_of_any_form_does_harm(
    app: Flask,
    client: FlaskClient,
    session: Session,
    values: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    role: Role | None,
) -> None:
    # As sent with its token, for which each form would have to be fetched anew.
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    client.set_cookie("lang", "en")
    person = make_person(session, *([role] if role else []))

    def as_role() -> FlaskClient:
        limits.forget(app)
        # A word may have become the password of somebody who had none: sessions from before it are over.
        session.refresh(person)
        return sign_in(client, person) if role else client

    asked, wrong = 0, []
    forms = forms_for(app, as_role(), values)
    for (method, address), form in forms.items():
        if endpoint_of(app, address) in CHANGES_WHO_ASKS:
            continue
        for word in WORDS:
            filled = dict.fromkeys(form.fields - {"csrf_token", ""}, word)
            if method == "get":
                answer = as_role().get(address, query_string=filled, buffered=True)
            else:
                answer = as_role().post(address, data=filled)
            asked += 1
            if answer.status_code >= 500:
                wrong.append(f"{method} {address} {word[:20]!r}: {answer.status_code}")
            if "evil" in str(answer.headers.get_all("Set-Cookie")) or "Bcc" in answer.headers:
                wrong.append(f"{method} {address}: a header of theirs")
            if answer.mimetype == "text/html" and re.search(
                r"<script>alert|<img src=x|root:x:0|\b49\b.*49", answer.text
            ):
                wrong.append(f"{method} {address} {word[:20]!r}: their words as ours")
    assert wrong == []
    assert asked > 5 * len(WORDS)
    assert session.scalar(text("SELECT count(*) FROM parcel")) == 6
    for letter in filter(None, letters(session)):
        assert not re.search(r"[\r\n]", letter["to"] + letter["subject"])
    # What they left behind is told as words, wherever it is told.
    for address in ("/people", "/record", "/jobs", "/account"):
        sign_in(client, make_person(session, Role.AUDITOR))
        assert not re.search(r"<script>alert|<img src=x", client.get(address).text), address


def test_fields_that_no_form_has_change_nothing(
    app: Flask, client: FlaskClient, session: Session, city: Session
) -> None:
    """Every column of a person, sent along with the two forms that anybody may send about themselves."""
    with app.test_request_context():
        person = set_password(session, make_person(session))
    session.refresh(person)
    columns = {column.name for column in Person.__table__.columns}
    before = {name: getattr(person, name) for name in columns}
    extra: dict[str, Any] = {
        **dict.fromkeys(columns, "1"),
        "roles": "administrator",
        "grants": "1",
        "is_staff": "1",
    }
    extra |= {"name": "Mina", "language": "en", "email": f"x@{EVIL}"}
    assert post(sign_in(client, person), "/account/profile", **extra).location == "/account"
    session.refresh(person)
    changed = {name for name in columns if getattr(person, name) != before[name]}
    assert changed <= {"name", "language", "version"}
    assert person.held == frozenset()

    stranger = app.test_client()
    extra |= {"email": "new@example.org", "password": PASSWORD, "password_confirm": PASSWORD}
    post(stranger, "/account/register", _page="/account/register", **extra)
    made = session.query(Person).filter_by(email="new@example.org").one()
    assert (made.held, made.confirmed_at, made.is_staff) == (frozenset(), None, False)
    assert made.id != 1


def test_what_belongs_to_others_is_not_taken_away(
    client: FlaskClient, session: Session, city: Session
) -> None:
    other, mine = make_person(session), make_person(session)
    session.add(
        Passkey(
            user=other, credential_id=b"c", public_key=b"k", name="their phone", usage="first",
            backup_state=False, device_type="single", sign_count=0,
        )
    )  # fmt: skip
    session.flush()
    sign_in(client, mine)
    post(client, "/account/wan-delete", name="their phone")
    assert session.scalar(text("SELECT count(*) FROM passkey")) == 1
    told = client.get("/account/data.json", query_string={"id": other.id, "person_id": other.id}).text
    assert other.email not in told
    assert "their phone" not in told


def test_every_line_of_the_examples_is_of_an_address_there_is(app: Flask) -> None:
    assert set(EXAMPLES) <= set(app.view_functions)
