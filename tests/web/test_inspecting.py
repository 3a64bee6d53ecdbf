"""The inspector's pages over HTTP: sites by distance, a visit with photos and position, kept once though sent twice."""

import io
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from accounts.permissions import Role
from core.local_time import now
from permits.documents.models import PermitDocument
from permits.inspections.models import Inspection
from permits.models import Permit
from permits.states import State
from permits.types.services import get_settings
from tests import files
from tests.people import make_person, sign_in
from tests.permits import make_case

JSON = {"Accept": "application/json"}


class OnSite:
    """A permit under construction, and an inspector's phone."""

    def __init__(self, app: Flask, session: Session) -> None:
        self.app, self.session = app, session
        self.inspector = make_person(session, Role.INSPECTOR)
        self.case = make_case(session, State.BUILDING, outcome=State.GRANTED, published_at=now(), fee_rials=0)
        self.address = f"/permits/inspect/{self.case.reference}"
        session.commit()

    def client(self, person: Any = None) -> FlaskClient:
        made = self.app.test_client()
        made.set_cookie("lang", "en")
        return sign_in(made, person or self.inspector)

    def enter(self, *, headers: dict[str, str] | None = None, **fields: Any) -> TestResponse:
        client = self.client()
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(self.address).text)
        assert token
        given = {
            "csrf_token": token[1],
            "key": "device-key-1",
            "code": "foundation",
            "result": "passed",
            "note": "",
        }
        return client.post(
            self.address, data=given | fields, headers=headers or {}, content_type="multipart/form-data"
        )

    def visits(self) -> list[Inspection]:
        self.session.expire_all()
        return list(self.session.scalars(select(Inspection).order_by(Inspection.id)))


@pytest.fixture
def on_site(app: Flask, client: FlaskClient, city: Session) -> OnSite:
    return OnSite(app, city)


def test_the_sites_are_listed_the_nearest_first(on_site: OnSite) -> None:
    page = on_site.client().get("/permits/inspect").text
    assert str(on_site.case.reference) in page
    assert "Still to be passed:" in page
    assert "m away" in on_site.client().get("/permits/inspect?lon=51.44&lat=35.2427").text
    assert on_site.client().get("/permits/inspect?lon=x&lat=35").status_code == 400
    for far in ("lon=-39&lat=0", "lon=0&lat=90", "lon=141&lat=45"):
        # There the city's projection has no answer, and the database would fail.
        assert on_site.client().get(f"/permits/inspect?{far}").status_code == 422
    citizen = make_person(on_site.session)
    on_site.session.commit()
    assert on_site.client(citizen).get("/permits/inspect").status_code == 403


def test_a_visit_with_photo_and_position_is_kept_once(on_site: OnSite) -> None:
    fields = {"lon": "51.43987", "lat": "35.24268", "accuracy": "7.5", "note": "As drawn"}
    for _each in range(2):
        photo = (io.BytesIO(files.picture("jpeg")), "site.jpg")
        answer = on_site.enter(headers=JSON, photo=photo, **fields)
        assert answer.status_code == 200, answer.text
    [visit] = on_site.visits()
    assert (visit.note, visit.accuracy_m, visit.geom is not None) == ("As drawn", 7.5, True)
    [paper] = on_site.session.scalars(select(PermitDocument)).all()
    assert visit.photos == [paper.versions[-1].sha256]
    assert "As drawn" in on_site.client().get(on_site.address).text


def test_a_failed_visit_says_why_and_keeps_what_was_typed(on_site: OnSite) -> None:
    answer = on_site.enter(result="failed", note="")
    assert answer.status_code == 422
    assert "Please say what was not in order." in answer.text
    assert 'value="device-key-1"' in answer.text
    as_data = on_site.enter(headers=JSON, result="failed")
    assert as_data.status_code == 422
    assert as_data.get_json()["field"] == "note"
    wrongs: list[dict[str, Any]] = [
        {"code": "roof"},
        {"result": "fine"},
        {"at": "yesterday"},
        {"lon": "x", "lat": "1"},
        {"lon": "-39", "lat": "0"},
        {"key": "k"},
    ]
    for wrong in wrongs:
        assert on_site.enter(**wrong).status_code in (400, 422), wrong
    assert on_site.visits() == []


def test_all_passed_completion_is_certified_from_the_phone(on_site: OnSite) -> None:
    assert "Not all required inspections have been passed." in on_site.client().get(on_site.address).text
    for each in get_settings(on_site.session, "new_building", 1).inspections:
        assert on_site.enter(key=f"device-{each.code}", code=each.code).status_code == 303
    client = on_site.client()
    page = client.get(on_site.address).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    version = re.search(r'name="version" value="(\d+)"', page)
    assert token
    assert version
    data = {"csrf_token": token[1], "version": version[1], "back": "inspect"}
    done = client.post(f"/permits/desk/{on_site.case.reference}/step/complete", data=data)
    assert (done.status_code, done.location) == (303, on_site.address)
    on_site.session.expire_all()
    assert on_site.session.get_one(Permit, on_site.case.id).state is State.COMPLETED
    assert "Completion certificate (PDF)" in client.get(on_site.address).text
