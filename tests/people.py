"""People for tests: made by the services, signed in by a session of their own."""

import re
import time
from typing import Any
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from flask_security import hash_password
from passlib.totp import TOTP
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from accounts import services
from accounts.models import Person
from accounts.permissions import Role
from core.audit import COMMAND

PASSWORD = "four words in a row"


def set_password(session: Session, person: Person, password: str = PASSWORD) -> Person:
    """Give somebody a password, as if they had followed the letter's link. Needs the application's context."""
    person.password = hash_password(password)
    session.flush()
    return person


def letters(session: Session) -> list[dict[str, str]]:
    """The letters in the queue, oldest first: to, subject, text, html."""
    rows = session.execute(
        text("SELECT args FROM procrastinate_jobs WHERE task_name = 'mail.send' ORDER BY id")
    )
    return list(rows.scalars())


def link_in(letter: dict[str, str]) -> str:
    """The one link of a letter, without its host."""
    [link] = re.findall(r"^https?://\S+$", letter["text"], re.M)
    parts = urlsplit(link)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def code_of(secret: str, steps: int = 0) -> str:
    """What an authenticator app with this key shows now, or some half minutes from now."""
    return str(
        TOTP(key=secret.replace("-", "").replace(" ", "")).generate(int(time.time()) + 30 * steps).token
    )


def make_person(session: Session, *roles: Role, email: str = "") -> Person:
    """Somebody who holds these roles, confirmed."""
    person = services.create_person(
        session, COMMAND, email or f"{'-'.join(roles) or 'citizen'}-{time.monotonic_ns()}@example.org"
    )
    for role in roles:
        services.grant(session, COMMAND, person, role, "for the test")
    person.confirmed_at = person.created_at
    session.flush()
    return person


def sign_in(client: FlaskClient, person: Person) -> FlaskClient:
    """Have a client's session be this person's, as after a sign-in with everything asked for."""
    with client.session_transaction() as held:
        held["_user_id"] = person.fs_uniquifier
        held["_fresh"] = True
        held["fs_cc"] = "set"
        held["fs_paa"] = time.time()
        held["identity.id"] = person.fs_uniquifier
        held["signed_in_at"] = int(time.time())
    return client


def post(
    client: FlaskClient,
    address: str,
    *,
    _page: str = "/account/change",
    _origin: str | None = None,
    _token_of: FlaskClient | None = None,
    **fields: Any,
) -> TestResponse:
    """Post a form as a browser does: with the CSRF token of a page of this session (or of another's)."""
    page = (_token_of or client).get(_page)
    found = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page.text)
    assert found, f"{_page} has no form of ours ({page.status_code} {page.location})"
    headers = {} if _origin is None else {"Origin": _origin}
    return client.post(address, data={"csrf_token": found[1], **fields}, headers=headers)


def post_form(client: FlaskClient, page: str, address: str = "", **fields: object) -> TestResponse:
    """Post a form as a visitor does: with the CSRF token that stands on its page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
    assert found, f"{page} has no form of ours"
    return client.post(address or page, data={"csrf_token": found[1], **fields})
