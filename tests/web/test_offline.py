"""What the server lets a device keep: pages anyone may see, and none that was made for somebody."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from accounts.permissions import Role
from tests.people import make_person, sign_in
from webmap.offline.views import KEEP_HEADER

KEPT = ["/?lang=fa", "/parcels/1-1-2?lang=en", "/parcels/1-1-2?panel=1", "/parcels/1-1-2.geojson", "/zoning"]
NOT_KEPT = [
    "/account/login",
    "/search?q=1",
    "/certificates",
    "/parcels/9-9-9",
    "/account",
    "/people",
    "/record",
    "/jobs",
]


@pytest.mark.parametrize("path", KEPT)
def test_anyone_s_pages_say_so(client: FlaskClient, city: Session, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers[KEEP_HEADER] == "anyone"
    assert "csrf" not in answer.text


@pytest.mark.parametrize("path", NOT_KEPT)
def test_other_pages_do_not(client: FlaskClient, city: Session, path: str) -> None:
    assert KEEP_HEADER not in client.get(path).headers


@pytest.mark.parametrize("path", KEPT)
def test_somebody_s_pages_do_not(client: FlaskClient, city: Session, path: str) -> None:
    sign_in(client, make_person(city, Role.PLANNER))
    answer = client.get(path)
    assert answer.status_code == 200
    assert KEEP_HEADER not in answer.headers


def test_no_view_of_an_account_or_a_desk_is_marked(app: Flask) -> None:
    marked = {name: view for name, view in app.view_functions.items() if getattr(view, "kept_offline", False)}
    assert marked
    assert {getattr(view, "permission", None) for view in marked.values()} == {"public"}


def test_the_worker_stands_at_the_root_and_is_asked_for_anew(client: FlaskClient) -> None:
    answer = client.get("/service-worker.js")
    assert answer.status_code == 200
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "Set-Cookie" not in answer.headers
    assert "worker-src 'self'" in answer.headers["Content-Security-Policy"]
    again = client.get("/service-worker.js", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(("lang", "direction", "name"), [("fa", "rtl", "شهرک"), ("en", "ltr", "Smallville")])
def test_the_manifest(client: FlaskClient, city: Session, lang: str, direction: str, name: str) -> None:
    page = client.get(f"/?lang={lang}").text
    assert f'<link rel="manifest" href="/manifest.webmanifest?lang={lang}">' in page
    answer = client.get(f"/manifest.webmanifest?lang={lang}")
    told = answer.get_json()
    assert answer.mimetype == "application/manifest+json"
    assert (told["lang"], told["dir"], told["short_name"]) == (lang, direction, name)
    assert name in told["name"]
    assert client.get(told["start_url"]).status_code == 200
    for icon in told["icons"]:
        assert client.get(icon["src"]).mimetype == "image/svg+xml"


def test_a_manifest_of_a_city_to_come(client: FlaskClient) -> None:
    assert client.get("/manifest.webmanifest?lang=en").get_json()["short_name"] == "The city"
