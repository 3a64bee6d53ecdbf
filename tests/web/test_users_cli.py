"""`flask users …`: the first administrator and everybody after, from the machine's own terminal."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from accounts.permissions import Role
from accounts.queries import find_person, list_grants
from tests.people import PASSWORD, code_of, letters, link_in, post_form


@pytest.fixture
def run(app: Flask, client: FlaskClient, connection: Connection, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a command; its transaction is one within the test's own."""

    @contextmanager
    def transaction() -> Iterator[Session]:
        with Session(connection, join_transaction_mode="create_savepoint") as session, session.begin():
            yield session

    monkeypatch.setattr("accounts.cli.command_transaction", transaction)

    def run(*arguments: str) -> Result:
        return app.test_cli_runner().invoke(args=["users", *arguments], env={"LANG": "C.UTF-8"})

    return run


def test_the_first_administrator_sets_a_password_by_the_printed_link(
    run: Any, client: FlaskClient, session: Session
) -> None:
    made = run("create", "Chief@Example.org", "--role", "administrator", "--name", "مدیر", "--language", "fa")
    assert made.exit_code == 0, made.output
    [printed] = re.findall(r"http://\S+", made.output)
    [letter] = letters(session)
    assert letter["to"] == "Chief@example.org"
    assert letter["subject"] == "حساب کاربری شما در نقشهٔ شهر"
    assert 'dir="rtl"' in letter["html"]
    assert printed in letter["text"], "who has no mail server hands the link on"
    assert urlsplit(printed).path == link_in(letter)

    assert post_form(client, link_in(letter), password=PASSWORD).location == "/account/login"
    entered = post_form(client, "/account/login", email="chief@example.org", password=PASSWORD)
    assert entered.location == "/account/tf-setup"
    shown = post_form(client, "/account/tf-setup", setup="authenticator").text
    key = re.findall(r'id="key" dir="ltr">([A-Z0-9- ]+)<', shown)[0]
    post_form(client, "/account/tf-setup", "/account/tf-validate", code=code_of(key))
    assert client.get("/people").status_code == 200


def test_grant_revoke_disable_enable_are_recorded(run: Any, session: Session) -> None:
    run("create", "reza@example.org")
    for arguments in (
        ("grant", "reza@example.org", "--role", "planner", "--reason", "hired"),
        ("revoke", "REZA@example.org", "--role", "planner", "--reason", "moved on"),
        ("disable", "reza@example.org", "--reason", "left"),
        ("enable", "reza@example.org", "--reason", "came back"),
    ):
        done = run(*arguments)
        assert done.exit_code == 0, done.output
    session.expire_all()
    person = find_person(session, "reza@example.org")
    assert person is not None
    assert (person.active, person.held) == (True, frozenset())
    [told] = list_grants(session, person.id)
    assert (told.reason, told.revoked_reason) == ("hired", "moved on")
    rows = session.execute(
        text("SELECT action, reason, actor FROM audit WHERE subject = :who ORDER BY id"),
        {"who": f"person:{person.id}"},
    ).all()
    assert [tuple(row) for row in rows] == [
        ("person.create", "", "command"),
        ("role.grant", "hired", "command"),
        ("role.revoke", "moved on", "command"),
        ("person.disable", "left", "command"),
        ("person.enable", "came back", "command"),
    ]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("create", "no address"), "no e-mail address"),
        (("create", "twice@example.org"), "already"),
        (("create", "new@example.org", "--role", "administrator", "--role", "planner"), "no other role"),
        (("grant", "nobody@example.org", "--role", "planner"), "no account"),
        (("revoke", "twice@example.org", "--role", "planner"), "does not hold"),
        (("revoke", "chief@example.org", "--role", "administrator"), "last administrator"),
        (("disable", "chief@example.org"), "last administrator"),
        (("enable", "chief@example.org"), "not disabled"),
        (("forget-second-factor", "twice@example.org"), "no second factor"),
    ],
)
def test_bad_input_is_one_line_and_changes_nothing(
    run: Any, session: Session, arguments: tuple[str, ...], told: str
) -> None:
    run("create", "twice@example.org")
    run("create", "chief@example.org", "--role", "administrator")
    before = session.scalar(text("SELECT count(*) FROM audit"))
    refused = run(*arguments)
    assert refused.exit_code == 2, refused.output
    assert told in refused.output
    assert "Traceback" not in refused.output
    assert session.scalar(text("SELECT count(*) FROM audit")) == before
    assert find_person(session, "new@example.org") is None


def test_an_unknown_role_names_the_known_ones(run: Any) -> None:
    refused = run("create", "x@example.org", "--role", "emperor")
    assert refused.exit_code == 2
    assert all(role.value in refused.output for role in Role)


def test_who_lost_the_phone_is_let_in_to_set_up_anew(
    run: Any, app: Flask, client: FlaskClient, session: Session
) -> None:
    run("create", "officer@example.org", "--role", "officer")
    post_form(client, link_in(letters(session)[-1]), password=PASSWORD)
    post_form(client, "/account/login", email="officer@example.org", password=PASSWORD)
    shown = post_form(client, "/account/tf-setup", setup="authenticator").text
    key = re.findall(r'id="key" dir="ltr">([A-Z0-9- ]+)<', shown)[0]
    post_form(client, "/account/tf-setup", "/account/tf-validate", code=code_of(key))
    assert client.get("/account").status_code == 200
    done = run("forget-second-factor", "officer@example.org", "--reason", "phone lost")
    assert done.exit_code == 0, done.output
    session.expire_all()
    assert client.get("/account").status_code == 302, "signed out everywhere"
    again = post_form(app.test_client(), "/account/login", email="officer@example.org", password=PASSWORD)
    assert again.location == "/account/tf-setup"
