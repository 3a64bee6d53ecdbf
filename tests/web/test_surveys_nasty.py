"""Every nasty file that was gathered, sent through the form: read with account, asked about, or refused."""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from accounts.permissions import Role
from core.database import make_engine
from core.limits import web as limits
from core.settings import Settings
from core.worker import Worker
from parcels.surveys.checking import ASKS
from parcels.surveys.models import Survey
from parcels.surveys.room import work_in
from tests.conftest import DatabaseMaker
from tests.people import make_person, sign_in
from tests.unit.geofiles.test_shared_files import SHARED, TABLE, In, Out

SRID = 3857
NASTY = {
    name: cases
    for name, cases in TABLE.items()
    if name.startswith("nasty/") and not Path(name).name.startswith("permits_bom")
}
ANSWERED = {"crs": "crs", "encoding": "encoding", "member": "member"}


@pytest.fixture(scope="module")
def engine(make_database: DatabaseMaker) -> Iterator[Engine]:
    """A city in web mercator, which all the world lies in; it has no parcel and no boundary."""
    made = make_engine(make_database(srid=SRID))
    with made.begin() as connection:
        connection.execute(
            text("INSERT INTO city (srid, name_en) VALUES (:srid, 'Anywhere')"), {"srid": SRID}
        )
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("anywhere")


@pytest.fixture(scope="module")
def anywhere(engine: Engine, data_dir: Path) -> Flask:
    from webmap import create_app

    url = engine.url.render_as_string(hide_password=False)
    made = create_app(Settings(data_dir=data_dir, database_url=url, secret_key="n" * 32))
    made.testing = True
    limits.forget(made)
    return made


@pytest.fixture(scope="module")
def desk(anywhere: Flask, engine: Engine, data_dir: Path) -> FlaskClient:
    with Session(engine) as session, session.begin(), anywhere.app_context():
        surveyor = make_person(session, Role.SURVEYOR)
        client = sign_in(anywhere.test_client(), surveyor)
    client.set_cookie("lang", "en")
    work_in(data_dir)
    return client


@pytest.fixture(scope="module")
def token(desk: FlaskClient) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', desk.get("/surveys").text)
    assert found
    return found[1]


def work(engine: Engine) -> None:
    """Do all the checks that wait."""
    Worker(engine, engine.url.render_as_string(hide_password=False), first_wait_s=0.01).run(wait=False)


@pytest.fixture(scope="module")
def sent(desk: FlaskClient, engine: Engine, token: str) -> dict[str, int]:
    """Each file sent once for each case of the table, answered where the case answers, and checked: survey by case."""
    made: dict[str, int] = {}
    for name, cases in NASTY.items():
        for place, _case in enumerate(cases):
            fields = {"csrf_token": token, "kind": "new_parcels", "file": (SHARED / name).open("rb")}
            answer = desk.post("/surveys", data=fields, headers={"Accept": "application/json"})
            assert answer.status_code == 201, (name, answer.text)
            assert answer.json is not None
            made[f"{name} {place}"] = answer.json["id"]
    work(engine)
    for name, cases in NASTY.items():
        for place, case in enumerate(cases):
            if case.options:
                give(desk, token, engine, made[f"{name} {place}"], case.options)
    work(engine)
    return made


def give(desk: FlaskClient, token: str, engine: Engine, survey_id: int, options: dict[str, Any]) -> None:
    with Session(engine) as session:
        version = session.get_one(Survey, survey_id).version
    fields = {ANSWERED[name]: str(value) for name, value in options.items()}
    answer = desk.post(
        f"/surveys/{survey_id}/answer", data={"csrf_token": token, "version": version, **fields}
    )
    assert answer.status_code == 303, (options, answer.text)


def test_each_is_told_of_as_the_table_says(sent: dict[str, int], engine: Engine) -> None:
    wrong = []
    with Session(engine) as session:
        for name, cases in NASTY.items():
            for place, case in enumerate(cases):
                survey = session.get_one(Survey, sent[f"{name} {place}"])
                told = verdict(session, survey, case)
                if told:
                    wrong.append(f"{name} {case.options}: {told}")
    assert wrong == []


def verdict(session: Session, survey: Survey, case: In | Out) -> str:
    """What is wrong with what became of a file; nothing where all is well."""
    rows = session.execute(
        text("SELECT code, severity FROM survey_finding WHERE survey_id = :id"), {"id": survey.id}
    )
    found = {row.code: row.severity for row in rows}
    if isinstance(case, Out):
        state = "needs_answers" if case.code in ASKS else "checked"
        is_so = found.get(case.code) == "error" and survey.state == state
        return "" if is_so else f"{survey.state} {found}"
    if "read" not in survey.summary:
        return f"{survey.state} {found}"
    read = survey.summary["read"]
    counts = (read["kept"], read["repaired"], read["lost"])
    if counts != (case.kept, case.repaired, case.lost) or not set(case.say) <= set(found):
        return f"{counts} {found}"
    return ""


def test_every_page_of_them_can_be_read_in_both_languages(desk: FlaskClient, sent: dict[str, int]) -> None:
    # One in five is enough for the page; the sentences of all are said here.
    for number, survey_id in enumerate(sent.values()):
        if number % 5 == 0:
            assert desk.get(f"/surveys/{survey_id}?lang=fa").status_code == 200
        told = desk.get(f"/surveys/{survey_id}.json")
        assert told.status_code == 200
        assert told.json is not None
        for finding in told.json["findings"]:
            assert finding["sentence"]["fa"]
            assert "--" not in finding["sentence"]["en"], "options are for the command line"


def test_nothing_is_left_behind(sent: dict[str, int]) -> None:
    assert not Path("/tmp/cityweb_pwned.txt").exists()
    left = [each for each in Path(tempfile.gettempdir()).glob("survey-*") if any(each.glob("upload*"))]
    assert left == []
    assert sent
