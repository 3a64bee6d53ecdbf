"""The pages of amendments: what everybody reads, what only planners do, in numbers that add up."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from accounts.permissions import Role
from core.audit import COMMAND
from layers.zoning.amendments import services
from layers.zoning.amendments.models import Amendment
from layers.zoning.amendments.operations import SetClass, Split
from layers.zoning.amendments.services import Titles
from layers.zoning.amendments.states import PUBLIC, State
from tests.people import make_person, sign_in
from tests.small_city import X0, Y0


@pytest.fixture
def case(city: Session) -> Amendment:
    """The small city's western zone halved, its southern half another class."""
    titles = Titles(title_fa="اصلاح پهنهٔ غربی", title_en="The western zone <b>halved</b>")
    made = services.create(city, COMMAND, titles, ["west"])
    halve = Split(key="west", line=((X0 - 600, Y0 + 100), (X0 + 100, Y0 + 100)), new_key="west-2")
    services.save(city, COMMAND, made, made.version, [halve, SetClass(key="west-2", class_code="S213")])
    return made


def publish(session: Session, case: Amendment, state: State = State.CONSULTATION) -> None:
    case.state = state
    session.flush()


def test_the_numbers_add_up(client: FlaskClient, city: Session, case: Amendment) -> None:
    publish(city, case)
    told: Any = client.get(f"/zoning/amendments/{case.id}.json").json
    classes = {each["code"]: (each["before_m2"], each["after_m2"]) for each in told["classes"]}
    # 560 m wide; 600 m of it lie south of the line, 400 m north.
    assert classes["R122"] == (560_000, 336_000)
    assert classes["S213"] == (0, 224_000)
    assert len(classes) == 2
    assert [each["key"] for each in told["zones"]] == ["west", "west-2"]
    assert told["zones"][1]["code_before"] is None
    west, south = told["zones"][1]["geometry"]["coordinates"][0][0][0]
    assert 51 < west < 52
    assert 35 < south < 36


@pytest.mark.parametrize(("language", "title"), [("en", "&lt;b&gt;halved"), ("fa", "اصلاح پهنهٔ غربی")])
def test_everybody_reads_it_in_their_language(
    client: FlaskClient, city: Session, case: Amendment, language: str, title: str
) -> None:
    publish(city, case)
    client.set_cookie("lang", language)
    listed = client.get("/zoning/amendments")
    page = client.get(f"/zoning/amendments/{case.id}")
    assert (listed.status_code, page.status_code) == (200, 200)
    assert title in listed.text
    assert title in page.text
    assert ("۳۳۶٬۰۰۰" if language == "fa" else "336,000") in page.text
    assert "<b>halved" not in page.text


@pytest.mark.parametrize("state", State)
def test_who_may_read_of_it(client: FlaskClient, city: Session, case: Amendment, state: State) -> None:
    publish(city, case, state)
    wanted = 200 if state in PUBLIC else 404
    for address in (f"/zoning/amendments/{case.id}", f"/zoning/amendments/{case.id}.json"):
        assert client.get(address).status_code == wanted
    listed: Any = client.get("/zoning/amendments.json").json
    assert [each["id"] for each in listed["amendments"]] == ([case.id] if state in PUBLIC else [])
    sign_in(client, make_person(city, Role.PLANNER))
    assert client.get(f"/zoning/amendments/{case.id}").status_code == 200


@pytest.mark.parametrize("number", ["0", "999999", "9" * 30])
def test_one_that_is_not_there(client: FlaskClient, city: Session, number: str) -> None:
    assert client.get(f"/zoning/amendments/{number}").status_code == 404
    assert client.get(f"/zoning/amendments/{number}.json").status_code == 404
