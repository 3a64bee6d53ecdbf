"""The surveys' pages: sending, reading, answering, deciding; who may, and what cannot be."""

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pyproj
import pytest
import shapely
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from accounts.models import Person
from accounts.permissions import Role
from core.documents.services import is_used
from core.settings import Settings
from parcels.surveys.checking import check
from parcels.surveys.models import Survey
from parcels.surveys.room import work_in
from tests.people import make_person, post, sign_in
from tests.surveys import area, box, is_coverage, parcels_now, zip_of
from tests.unit.geofiles.make import geojson, shapefile

HALVES = [box(40, 30, 80, 44), box(40, 44, 80, 60)]


@pytest.fixture
def surveyor(session: Session, city: Session) -> Person:
    return make_person(session, Role.SURVEYOR)


@pytest.fixture
def checker(session: Session, city: Session) -> Person:
    return make_person(session, Role.PLAN_CHECKER)


@pytest.fixture
def desk(app: Flask, client: FlaskClient, surveyor: Person) -> FlaskClient:
    settings: Settings = app.config["SETTINGS"]
    work_in(settings.data_dir)
    client.set_cookie("lang", "en")
    return sign_in(client, surveyor)


@pytest.fixture
def other(app: Flask, desk: FlaskClient, checker: Person) -> FlaskClient:
    made = app.test_client()
    made.set_cookie("lang", "en")
    return sign_in(made, checker)


def send(
    desk: FlaskClient, content: bytes, name: str = "layer.zip", kind: str = "subdivision"
) -> TestResponse:
    return post(desk, "/surveys", kind=kind, title="تفکیک", file=(io.BytesIO(content), name))


def sent(
    desk: FlaskClient, session: Session, content: bytes, name: str = "layer.zip", kind: str = "subdivision"
) -> Survey:
    """Send a file and do the check that waits in the queue."""
    answer = send(desk, content, name, kind)
    assert answer.status_code == 303, answer.text
    return checked(session, int(answer.location.rsplit("/", 1)[1]))


def checked(session: Session, survey_id: int) -> Survey:
    job = session.execute(
        text("SELECT args FROM procrastinate_jobs WHERE task_name = 'surveys.check' ORDER BY id DESC LIMIT 1")
    ).scalar_one()
    assert job["survey_id"] == survey_id
    session.expire_all()
    check(session, **job)
    survey = session.get_one(Survey, survey_id)
    session.refresh(survey)
    return survey


def step(desk: FlaskClient, survey: Survey, what: str, **fields: Any) -> TestResponse:
    return post(desk, f"/surveys/{survey.id}/{what}", **{"version": survey.version, **fields})


def test_from_the_form_to_the_city(desk: FlaskClient, other: FlaskClient, session: Session) -> None:
    survey = sent(desk, session, zip_of(HALVES))
    page = desk.get(f"/surveys/{survey.id}").text
    assert "Area in equals area out." in page
    assert "1-1-2" in page
    assert page.count("<figure") == 2
    assert step(desk, survey, "submit").status_code == 303
    session.refresh(survey)
    assert "Approve" not in desk.get(f"/surveys/{survey.id}").text.partition('id="steps-title"')[2]
    assert step(desk, survey, "approve").status_code == 403
    assert step(other, survey, "approve").status_code == 303
    session.refresh(survey)
    assert survey.state == "approved"
    assert {"1-1-7", "1-1-8"} < set(parcels_now(session))
    assert "What it changed" in desk.get(f"/surveys/{survey.id}").text
    assert "1-1-7" in desk.get("/parcels/1-1-2").text
    assert step(other, survey, "revert", reason="a slip").status_code == 303
    assert "1-1-2" in parcels_now(session)


def test_the_page_speaks_persian_too(desk: FlaskClient, session: Session) -> None:
    survey = sent(desk, session, zip_of([HALVES[0], box(38, 44, 80, 60)]))
    page = desk.get(f"/surveys/{survey.id}?lang=fa").text
    assert "همپوشانی" in page
    assert "۳۲" in page


def test_while_it_is_checked_the_page_says_how_far(desk: FlaskClient, session: Session) -> None:
    answer = send(desk, zip_of(HALVES))
    page = desk.get(answer.location).text
    assert "<progress" in page
    assert 'http-equiv="refresh"' in page
    told = desk.get(f"{answer.location}/progress.json").json
    assert told == {"state": "checking", "version": 1, "step": "queued", "done": 0, "total": None}


def test_json_and_tables(desk: FlaskClient, session: Session) -> None:
    survey = sent(desk, session, zip_of([HALVES[0], box(38, 44, 80, 60)], {"number": ["=1+1", "1-1-9"]}))
    told = desk.get(f"/surveys/{survey.id}.json").json
    assert told is not None
    overlap = next(each for each in told["findings"] if each["code"] == "topology.overlap")
    assert overlap["severity"] == "error"
    assert overlap["location"]["lon"] == pytest.approx(51.44, abs=0.1)
    assert "overlaps the neighbour" in overlap["sentence"]["en"]
    assert "همپوشانی" in overlap["sentence"]["fa"]
    assert {each["relation"] for each in told["changes"]} >= {"split"}
    assert told["files"][0]["name"] == "layer.zip"
    table = desk.get(f"/surveys/{survey.id}/findings.csv").data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert any(row["code"] == "topology.overlap" and "32 m²" in row["sentence"] for row in rows)
    table = desk.get(f"/surveys/{survey.id}/changes.csv").data.decode("utf-8-sig")
    numbers = [row["number"] for row in csv.DictReader(io.StringIO(table))]
    assert "'=1+1" in numbers
    assert not any(cell.startswith("=") for cell in numbers)


def test_the_file_is_kept_byte_for_byte(desk: FlaskClient, session: Session) -> None:
    content = zip_of(HALVES)
    survey = sent(desk, session, content, "../../شهر.zip")
    told = desk.get(f"/surveys/{survey.id}.json").json
    assert told is not None
    [file] = told["files"]
    assert "/" not in file["name"]
    got = desk.get(f"/surveys/{survey.id}/files/{file['id']}")
    assert got.data == content
    assert "attachment" in got.headers["Content-Disposition"]


def test_a_system_is_asked_for_and_the_answer_goes_on(desk: FlaskClient, session: Session) -> None:
    survey = sent(desk, session, zip_of(HALVES, epsg=None))
    assert survey.state == "needs_answers"
    page = desk.get(f"/surveys/{survey.id}").text
    assert 'value="32639"' in page
    assert "crs-32639-clip" in page, "each candidate has its thumbnail"
    assert step(desk, survey, "answer", crs="32639").status_code == 303
    session.refresh(survey)
    survey = checked(session, survey.id)
    assert survey.state == "checked"
    assert survey.summary["crs"]["epsg"] == 32639
    assert survey.summary["counts"]["added"] == 2


def test_an_encoding_is_asked_for_with_rows_to_read(desk: FlaskClient, session: Session) -> None:
    parts = shapefile(HALVES, {"address": ["خيابان لاله", "كوچه سعدي"]}, encoding="CP1256")
    survey = sent(desk, session, packed({**parts, "cpg": b"UTF-8"}))
    assert survey.state == "needs_answers"
    page = desk.get(f"/surveys/{survey.id}").text
    assert 'value="cp1256"' in page
    assert "خيابان لاله" in page
    assert step(desk, survey, "answer", encoding="cp1256").status_code == 303
    survey = checked(session, survey.id)
    assert survey.state == "checked"
    told = desk.get(f"/surveys/{survey.id}.json").json
    assert told is not None
    assert told["summary"]["mapping"]["address"] == "address"


def packed(parts: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for ending, data in parts.items():
            archive.writestr(f"layer.{ending}", data)
    return made.getvalue()


def test_columns_are_chosen_once_and_remembered(desk: FlaskClient, session: Session) -> None:
    columns = {"shomare_q": ["1-1-1"], "karbari": ["commercial"]}
    moved = zip_of([box(0, 30, 40, 60)], columns)
    survey = sent(desk, session, moved, kind="attributes")
    assert survey.state == "needs_answers"
    assert "1-1-1" in desk.get(f"/surveys/{survey.id}").text
    answers = {"columns": "1", "column_number": "shomare_q", "column_land_use": "karbari"}
    assert step(desk, survey, "answer", **answers).status_code == 303
    survey = checked(session, survey.id)
    assert survey.summary["counts"]["changed"] == 1
    again = sent(desk, session, moved, kind="attributes")
    assert again.state == "checked"
    assert again.summary["mapping"]["number"] == "shomare_q"
    assert "columns.remembered" in again.summary["of_each"]


def test_gaps_are_closed_where_the_surveyor_asks(desk: FlaskClient, session: Session) -> None:
    survey = sent(desk, session, zip_of([box(40, 30, 80, 44), box(40, 44.5, 80, 60)]))
    assert "Close the narrow gaps" in desk.get(f"/surveys/{survey.id}").text
    assert step(desk, survey, "submit").status_code == 422
    assert step(desk, survey, "answer", close_gaps="1").status_code == 303
    survey = checked(session, survey.id)
    assert survey.summary["of_each"]["topology.gap_closed"] == 1
    assert survey.summary["area_in_m2"] == survey.summary["area_out_m2"]
    assert step(desk, survey, "submit").status_code == 303


def test_sent_back_mended_and_sent_again(desk: FlaskClient, other: FlaskClient, session: Session) -> None:
    survey = sent(desk, session, zip_of(HALVES))
    step(desk, survey, "submit")
    session.refresh(survey)
    assert step(other, survey, "send-back").status_code == 422, "a reason is needed"
    assert step(other, survey, "send-back", reason="the border is a metre off").status_code == 303
    session.refresh(survey)
    assert "the border is a metre off" in desk.get(f"/surveys/{survey.id}").text
    mended = zip_of([box(40, 30, 80, 45), box(40, 45, 80, 60)])
    answer = step(desk, survey, "file", file=(io.BytesIO(mended), "mended.zip"))
    assert answer.status_code == 303
    survey = checked(session, survey.id)
    assert survey.state == "checked"
    step(desk, survey, "submit")
    session.refresh(survey)
    assert step(other, survey, "reject", reason="no").status_code == 303
    session.refresh(survey)
    assert survey.state == "rejected"
    assert step(desk, survey, "submit").status_code == 409


def test_what_changed_beneath_is_told_and_checked_again(
    desk: FlaskClient, other: FlaskClient, session: Session
) -> None:
    survey = sent(desk, session, zip_of(HALVES))
    step(desk, survey, "submit")
    session.execute(text("UPDATE parcel SET version = version + 1 WHERE number = '1-1-2'"))
    session.refresh(survey)
    refused = step(other, survey, "approve")
    assert refused.status_code == 409
    assert "1-1-2" in refused.text
    session.refresh(survey)
    assert survey.state == "submitted"
    assert step(other, survey, "check").status_code == 303
    assert checked(session, survey.id).state == "checked"


def test_papers_are_kept_beside_it_until_it_is_decided(
    desk: FlaskClient, other: FlaskClient, session: Session
) -> None:
    survey = sent(desk, session, zip_of(HALVES))
    where = f"/surveys/{survey.id}/papers"
    plan = b"%PDF-1.7 a plan"
    assert post(desk, where, role="plan", file=(io.BytesIO(plan), "نقشه.pdf")).status_code == 303
    assert post(desk, where, role="plan", file=(io.BytesIO(plan), "run.exe")).status_code == 422
    assert post(desk, where, role="data", file=(io.BytesIO(plan), "a.pdf")).status_code == 400
    told = desk.get(f"/surveys/{survey.id}.json").json
    assert told is not None
    [paper] = [each for each in told["files"] if each["role"] == "plan"]
    assert other.get(f"/surveys/{survey.id}/files/{paper['id']}").data == plan
    # A check reads the data still, not the newest file.
    assert step(desk, survey, "check").status_code == 303
    assert checked(session, survey.id).summary["counts"]["added"] == 2
    session.refresh(survey)
    step(desk, survey, "withdraw")
    assert post(desk, where, role="plan", file=(io.BytesIO(plan), "a.pdf")).status_code == 409


def test_a_stale_page_writes_nothing(desk: FlaskClient, session: Session) -> None:
    survey = sent(desk, session, zip_of(HALVES))
    assert step(desk, survey, "withdraw", version=survey.version - 1).status_code == 409
    assert step(desk, survey, "withdraw").status_code == 303


def test_a_surveyor_sees_only_their_own(
    app: Flask, desk: FlaskClient, other: FlaskClient, session: Session
) -> None:
    survey = sent(desk, session, zip_of(HALVES))
    stranger = sign_in(app.test_client(), make_person(session, Role.SURVEYOR))
    assert stranger.get(f"/surveys/{survey.id}").status_code == 404
    assert stranger.get("/surveys.json").json == {"surveys": [], "before": None}
    listed = other.get("/surveys.json?state=checked").json
    assert listed is not None
    assert [each["id"] for each in listed["surveys"]] == [survey.id]
    citizen = sign_in(app.test_client(), make_person(session))
    assert citizen.get("/surveys").status_code == 403


@pytest.mark.parametrize(
    ("fields", "status", "named"),
    [
        ({"kind": "subdivision"}, 400, "file"),
        ({"kind": "conquest", "file": (b"x", "a.zip")}, 400, "kind"),
        ({"kind": "merge", "file": (b"", "a.zip")}, 400, "file"),
        ({"kind": "merge", "file": (b"MZ", "a.exe")}, 422, "file"),
        ({"kind": "merge", "title": "x" * 300, "file": (b"x", "a.zip")}, 400, "title"),
    ],
)
def test_what_cannot_be_sent_is_told(
    desk: FlaskClient, fields: dict[str, Any], status: int, named: str
) -> None:
    given = {
        name: (io.BytesIO(value[0]), value[1]) if isinstance(value, tuple) else value
        for name, value in fields.items()
    }
    page = desk.get("/account/change")
    token = page.text.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]
    answer = desk.post(
        "/surveys", data={"csrf_token": token, **given}, headers={"Accept": "application/json"}
    )
    assert answer.status_code == status
    assert answer.json is not None
    assert answer.json["field"] == named


@pytest.mark.parametrize("fields", [{"crs": "north"}, {"crs": "99999999"}, {}, {"encoding": "x" * 300}])
def test_a_bad_answer_is_refused(desk: FlaskClient, session: Session, fields: dict[str, str]) -> None:
    survey = sent(desk, session, zip_of(HALVES, epsg=None))
    assert step(desk, survey, "answer", **fields).status_code in (400, 422)


def test_a_geojson_in_degrees_meets_the_city_to_the_millimetre(
    desk: FlaskClient, other: FlaskClient, session: Session, tmp_path: Path
) -> None:
    way = pyproj.Transformer.from_crs(32639, 4326, always_xy=True)
    turn: Any = way.transform
    degrees = [shapely.transform(shape, turn, interleaved=False) for shape in HALVES]
    file = geojson(tmp_path / "x.geojson", [(json.loads(shapely.to_geojson(shape)), {}) for shape in degrees])
    survey = sent(desk, session, file.read_bytes(), "x.geojson")
    assert survey.summary["counts"]["added"] == 2
    assert "topology.overlap" not in survey.summary["of_each"]
    step(desk, survey, "submit")
    session.refresh(survey)
    assert step(other, survey, "approve").status_code == 303
    assert is_coverage(session)


def test_a_notch_is_kept(desk: FlaskClient, session: Session) -> None:
    """A parcel that is no rectangle goes through all of it as it is."""
    notch = area((40, 30), (80, 30), (80, 60), (60, 60), (60, 50), (40, 50))
    survey = sent(desk, session, zip_of([notch, box(40, 50, 60, 60)]))
    assert survey.summary["area_in_m2"] == survey.summary["area_out_m2"] == 1200


def test_what_one_sent_is_in_ones_own_data_and_never_forgotten(desk: FlaskClient, session: Session) -> None:
    content = zip_of(HALVES)
    survey = sent(desk, session, content, "تفکیک لاله.zip")
    told = desk.get("/account/data.json").json
    assert told is not None
    [own] = told["surveys"]
    assert (own["survey"], own["title"]) == (survey.id, "تفکیک")
    [file] = own["files"]
    assert (file["name"], file["size_bytes"]) == ("تفکیک لاله.zip", len(content))
    assert desk.get(file["address"]).data == content
    # Whatever else was brought of the same bytes and let go again.
    assert is_used(session, file["sha256"])
    assert not is_used(session, "0" * 64)


def test_uploads_are_counted_as_uploads(app: Flask) -> None:
    for name in ("surveys.send", "surveys.send_again"):
        rates = {rate.name for rate in vars(app.view_functions[name])["rates"]}
        assert {"uploads", "uploads by account"} <= rates
