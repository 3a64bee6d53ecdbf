"""Zips damaged at random, sent through the form and checked: never an answer of 5xx, never half a write.

As many as the suite has time for; ``SURVEYS_ZIPS=2000`` tries two thousand.
"""

import io
import os
import random
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

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
from parcels.surveys.room import work_in
from tests import small_city
from tests.conftest import DatabaseMaker
from tests.people import make_person, sign_in
from tests.surveys import box, state_of_city, zip_of

MOST = int(os.environ.get("SURVEYS_ZIPS", "60"))
AT_ONCE = 100
GOOD = zip_of([box(40, 30, 80, 44), box(40, 44, 80, 60)], {"number": ["1-1-2", "1-1-9"]})


@pytest.fixture(scope="module")
def engine(make_database: DatabaseMaker) -> Iterator[Engine]:
    made = make_engine(make_database())
    with Session(made) as session, session.begin():
        small_city.build(session)
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def served(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    from webmap import create_app

    data_dir: Path = tmp_path_factory.mktemp("fuzzed")
    url = engine.url.render_as_string(hide_password=False)
    made = create_app(Settings(data_dir=data_dir, database_url=url, secret_key="f" * 32))
    made.testing = True
    work_in(data_dir)
    return made


@pytest.fixture(scope="module")
def desk(served: Flask, engine: Engine) -> FlaskClient:
    with Session(engine) as session, session.begin(), served.app_context():
        client = sign_in(served.test_client(), make_person(session, Role.SURVEYOR))
    client.set_cookie("lang", "en")
    return client


def damaged(dice: random.Random) -> bytes:
    """The good archive with bytes flipped, its end cut off, pieces put in, or its members changed for one another."""
    made = bytearray(GOOD)
    way = dice.choice(("flip", "flip", "cut", "put", "swap"))
    if way == "swap":
        return swapped(dice)
    for _time in range(dice.randint(1, 12)):
        at = dice.randrange(len(made))
        if way == "flip":
            made[at] ^= 1 << dice.randrange(8)
        elif way == "put":
            made[at:at] = dice.randbytes(dice.randint(1, 40))
    return bytes(made[: dice.randrange(1, len(made))]) if way == "cut" else bytes(made)


def swapped(dice: random.Random) -> bytes:
    """The members under one another's names."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as good, zipfile.ZipFile(made, "w") as archive:
        names = good.namelist()
        for name, other in zip(names, dice.sample(names, len(names)), strict=True):
            archive.writestr(name, good.read(other))
    return made.getvalue()


def test_no_zip_of_any_kind_is_a_fault_or_half_a_write(
    served: Flask, desk: FlaskClient, engine: Engine
) -> None:
    token = re.search(r'name="csrf_token" value="([^"]+)"', desk.get("/surveys").text)
    assert token
    with Session(engine) as session:
        before = state_of_city(session)
    dice, states = random.Random(7), Counter[str]()
    for start in range(0, MOST, AT_ONCE):
        limits.forget(served)
        sent = []
        for _number in range(start, min(start + AT_ONCE, MOST)):
            fields = {
                "csrf_token": token[1],
                "kind": "subdivision",
                "file": (io.BytesIO(damaged(dice)), "layer.zip"),
            }
            answer = desk.post("/surveys", data=fields, headers={"Accept": "application/json"})
            assert answer.status_code == 201, answer.text
            assert answer.json is not None
            sent.append(answer.json["id"])
        Worker(engine, engine.url.render_as_string(hide_password=False), first_wait_s=0.01).run(wait=False)
        for survey_id in sent:
            told = desk.get(f"/surveys/{survey_id}.json")
            assert told.status_code == 200
            assert told.json is not None
            states[told.json["state"]] += 1
            assert told.json["findings"], "each has something said of it"
            # Once each kind of outcome is enough for the page.
            if states[told.json["state"]] < 4:
                assert desk.get(f"/surveys/{survey_id}").status_code == 200
    assert set(states) <= {"checked", "needs_answers"}
    assert states["checked"] > MOST / 4
    with Session(engine) as session:
        assert state_of_city(session) == before
        left = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'surveys.check'")
        assert session.scalar(left) == 0, "no check failed in a way that is tried again"
        halves = text("SELECT count(*) FROM survey WHERE state = 'checking'")
        assert session.scalar(halves) == 0
