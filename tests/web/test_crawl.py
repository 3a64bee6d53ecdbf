"""Every page as each role: no 5xx, no page without its defences, no form without its token, no door that is shut."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from accounts.permissions import Permission, Role, permissions_of
from tests.crawling import Page, Visit, crawl, endpoint_of, same_site
from tests.examples import furnish, starts
from tests.people import make_person, sign_in

VISITOR = "visitor"
MOST_OF_EACH = 12
# A second of work each, and no page: asked once in the run, by whoever comes first.
DEAR = frozenset({"keep.print_sheet", "keep.one_file", "static"})
# Whoever asks for this one while signed in is signed out: a code was asked of them that they never set up.
SIGNS_OUT = "security.two_factor_token_validation"
# Of these it is not the role alone that opens them: whose the thing is, or how it stands. Asked by its rule, and not
# by a link, it may well not be theirs (the rooms' own tests tell which).
BY_THE_THING = ("surveys.", "hearing.")
_asked_once: set[str] = set()


@pytest.fixture
def examples(
    session: Session, city: Session, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """A city with something on every page."""
    return furnish(session, client, monkeypatch)


def held_by(role: str) -> frozenset[Permission]:
    return frozenset({Permission.PUBLIC}) if role == VISITOR else permissions_of(frozenset({Role(role)}))


def needed_for(app: Flask, endpoint: str) -> str:
    return str(getattr(app.view_functions.get(endpoint), "permission", Permission.PUBLIC))


def walk(
    app: Flask, client: FlaskClient, values: dict[str, str], role: str, language: str, most_of_each: int
) -> Iterator[Visit]:
    def is_asked(endpoint: str, address: str) -> bool:
        if endpoint in _asked_once or (endpoint == SIGNS_OUT and role != VISITOR):
            return False
        # Open data is the same whoever asks: the visitor asks for it in both languages.
        is_data = re.search(r"\.(json|geojson|mvt|pdf|svg|js|txt)($|\?)", address)
        if is_data and role != VISITOR and needed_for(app, endpoint) == Permission.PUBLIC:
            return False
        if endpoint in DEAR:
            _asked_once.add(endpoint)
        return True

    client.set_cookie("lang", language)
    return crawl(app, client, starts(app, values), is_asked, most_of_each, Accept="text/html")


def faults_of(app: Flask, visit: Visit, held: frozenset[Permission]) -> Iterator[str]:
    """All that is wrong with one answer."""
    answer, may = visit.answer, needed_for(app, visit.endpoint) in held
    is_theirs = not (visit.endpoint.startswith(BY_THE_THING) and visit.by.startswith("the rule"))
    if may and (answer.status_code >= 500 or (is_theirs and answer.status_code >= 400)):
        yield f"answers {answer.status_code}"
    if not may and answer.status_code not in ({302, 401} if len(held) == 1 else {403}):
        yield f"is not for this role and answers {answer.status_code}"
    yield from faults_of_headers(answer)
    if visit.page is not None:
        yield from faults_of_page(app, visit, visit.page, held)


def faults_of_headers(answer: TestResponse) -> Iterator[str]:
    headers = answer.headers
    if headers.get("X-Content-Type-Options") != "nosniff":
        yield "may be sniffed"
    if answer.mimetype != "text/html":
        return
    policy = headers.get("Content-Security-Policy", "")
    if "attachment" in headers.get("Content-Disposition", ""):
        # A file to keep brings its script and its style along: under our name it may do nothing at all.
        if policy != "default-src 'none'; sandbox":
            yield "is a file that could be opened as a page of ours"
        return
    for part in (
        "'nonce-",
        "'strict-dynamic'",
        "frame-ancestors 'none'",
        "object-src 'none'",
        "base-uri 'self'",
    ):
        if part not in policy:
            yield f"has no {part} in its policy"
    if "unsafe" in policy:
        yield "allows what is unsafe"
    if not headers.get("Referrer-Policy"):
        yield "tells others where its reader came from"
    if "public" in headers.get("Cache-Control", ""):
        yield "may be kept by every cache"


def faults_of_page(app: Flask, visit: Visit, page: Page, held: frozenset[Permission]) -> Iterator[str]:
    yield from page.inline
    policy = visit.answer.headers.get("Content-Security-Policy", "")
    if any(f"'nonce-{nonce}'" not in policy for nonce in page.nonces):
        yield "has a script with another answer's nonce"
    for form in page.forms:
        if form.method == "post" and "csrf_token" not in form.fields:
            yield f"has a form to {form.action or 'itself'} without csrf_token"
    if visit.answer.status_code < 400:
        for link in page.links:
            found = same_site(visit.address, link)
            if found and needed_for(app, endpoint_of(app, found)) not in held:
                yield f"leads to {found}, which this role may not open"


@pytest.mark.parametrize(
    ("role", "language", "most"),
    [
        (VISITOR, "fa", 3),
        (VISITOR, "en", 1),
        *((role.value, "fa", 1) for role in Role),
        (Role.OFFICER.value, "en", 1),
        (Role.ADMINISTRATOR.value, "en", 1),
    ],
)
def test_every_page_as_each_role(
    app: Flask,
    client: FlaskClient,
    session: Session,
    examples: dict[str, str],
    role: str,
    language: str,
    most: int,
) -> None:
    if role != VISITOR:
        sign_in(client, make_person(session, *([] if role == Role.CITIZEN else [Role(role)])))
    held, pages, faults = held_by(role), 0, []
    for visit in walk(app, client, examples, role, language, most):
        pages += visit.page is not None
        found = [f"{visit.address} ({visit.by}) {fault}" for fault in faults_of(app, visit, held)]
        faults.extend(found)
    assert faults == []
    assert pages > 30, "the crawl hardly went anywhere"


def test_the_crawl_finds_what_it_looks_for() -> None:
    page = Page(
        "<style>b{}</style><p style='x'><a href='javascript:x()' onclick='x()'>x</a><script>x()</script>"
        "<form method=POST><input name=q></form><script type=application/json>{}</script>"
    )
    assert len(page.inline) == 6
    assert page.forms[0].fields == {"q"}
