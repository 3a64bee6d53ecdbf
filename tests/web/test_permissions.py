"""Every role at every route by every method: let in if the one table says so, and only then."""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from accounts.models import Person
from accounts.permissions import PERMISSIONS, STAFF, Permission, Role, permissions_of
from core.settings import Settings
from core.web import db, requires
from tests.people import make_person, sign_in
from webmap import create_app

REACHED = 299
VISITOR = "visitor"
NOT_OURS = {"static"}


@pytest.fixture(scope="module")
def gates(app: Flask) -> Flask:
    """The application with its gates as they are, and behind each nothing but a word that one is in."""
    settings: Settings = app.config["SETTINGS"]
    made = create_app(dataclasses.replace(settings))
    made.testing = True
    # The gate is looked at, not the token: without one every write is refused before it (tests/web/test_attacks.py).
    made.config["WTF_CSRF_ENABLED"] = False
    for endpoint, view in made.view_functions.items():
        if endpoint not in NOT_OURS:
            made.view_functions[endpoint] = _behind(view)
    return made


def _behind(view: Callable[..., Any]) -> Callable[..., Any]:
    def reached(**_values: object) -> Response:
        return Response(status=REACHED)

    return requires(view.permission)(reached) if hasattr(view, "permission") else reached


@pytest.fixture
def visit(gates: Flask, session: Session) -> Iterator[Callable[[str], FlaskClient]]:
    """A client of a role's, on the test's own transaction."""
    with gates.app_context():
        db.sessionmaker.configure(bind=session.connection(), join_transaction_mode="create_savepoint")

    def client_of(role: str) -> FlaskClient:
        client = gates.test_client()
        return client if role == VISITOR else sign_in(client, _person(session, role))

    return client_of  # type: ignore[return-value]


def _person(session: Session, role: str) -> Person:
    return make_person(session, *([] if role == Role.CITIZEN else [Role(role)]))


def _address(app: Flask, rule: Rule) -> str:
    values = {
        name: 1 if "Integer" in type(rule._converters[name]).__name__ else "x" for name in rule.arguments
    }
    with app.test_request_context():
        built = rule.build(values)
    assert built is not None, rule
    return built[1]


@pytest.mark.parametrize("role", [VISITOR, *(role.value for role in Role)])
def test_role_by_route_by_method(gates: Flask, visit: Callable[[str], FlaskClient], role: str) -> None:
    client = visit(role)
    held = {Permission.PUBLIC} if role == VISITOR else permissions_of(frozenset({Role(role)}))
    asked, wrong = 0, []
    for rule in gates.url_map.iter_rules():
        if rule.endpoint in NOT_OURS:
            continue
        needed = vars(gates.view_functions[rule.endpoint])["permission"]
        for method in sorted((rule.methods or set()) - {"OPTIONS"}):
            answer = client.open(_address(gates, rule), method=method)
            asked += 1
            if (answer.status_code == REACHED) != (needed in held):
                wrong.append(f"{method} {rule.rule} needs {needed}: {answer.status_code}")
            elif answer.status_code != REACHED:
                assert answer.status_code in ({302, 401} if role == VISITOR else {403}), (method, rule.rule)
    assert wrong == []
    assert asked > 60


def test_a_visitor_is_led_to_the_sign_in_and_back(gates: Flask, visit: Callable[[str], FlaskClient]) -> None:
    client = visit(VISITOR)
    led = client.get("/people?q=x")
    assert led.status_code == 302
    assert led.location == "/account/login?next=/people?q%3Dx"
    told = client.get("/people", headers={"Accept": "application/json"})
    assert told.status_code == 401
    assert told.json is not None
    assert told.json["code"] == "not_signed_in"


def test_a_view_that_names_no_permission_lets_nobody_in(gates: Flask, session: Session) -> None:
    made = create_app(dataclasses.replace(gates.config["SETTINGS"]))
    made.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    answer = made.test_client().get("/forgotten")
    assert answer.status_code == 403
    assert b"secret" not in answer.data


def test_the_table_is_whole_and_separate() -> None:
    assert set(PERMISSIONS) == set(Role)
    held_by = {p: {role for role in Role if p in PERMISSIONS[role]} for p in Permission}
    assert all(held_by.values()), "a permission that nobody holds opens nothing"
    writing = {p for p in Permission if p.value.split(".")[-1] not in ("public", "account", "read", "staff")}
    assert not writing & PERMISSIONS[Role.AUDITOR]
    cases = {p for p in Permission if p.value.startswith(("permits.", "surveys.", "zoning."))}
    assert not cases & PERMISSIONS[Role.ADMINISTRATOR]
    assert Role.ADMINISTRATOR in STAFF
    assert Role.CITIZEN not in STAFF
