"""People for tests: made by the services, signed in by a session of their own."""

import re
import time
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from accounts import services
from accounts.models import Person
from accounts.permissions import Role
from core.audit import COMMAND


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
    assert found, "the page has no form of ours"
    headers = {} if _origin is None else {"Origin": _origin}
    return client.post(address, data={"csrf_token": found[1], **fields}, headers=headers)
