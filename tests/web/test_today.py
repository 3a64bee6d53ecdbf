"""What is in force today is so by the city's day: two cities whose days never agree are asked everything.

In Kiritimati it is always one or two days later than on the other side of the date line (26 hours apart), so that these
tests look at the boundary whatever time it is.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from core import local_time
from core.database import make_engine, transaction
from core.local_time import get_today
from core.settings import Settings
from tests import small_city
from tests.conftest import DatabaseMaker
from webmap import create_app
from webmap.certificates import issuing

AHEAD, BEHIND = "Pacific/Kiritimati", "Etc/GMT+12"


@pytest.fixture(scope="module")
def city_url(make_database: DatabaseMaker) -> str:
    """A city of this module's own, whose eastern zone changes on the day that it is in Kiritimati."""
    url = make_database()
    engine = make_engine(url)
    with transaction(engine) as session:
        small_city.build(session)
        day = dt.datetime.now(dt.timezone(dt.timedelta(hours=14))).date()
        session.execute(
            text("UPDATE zone SET valid = daterange('2015-03-21', :day) WHERE zone_key = 'west'"),
            {"day": day},
        )
        session.execute(
            text(
                "INSERT INTO zone (zone_key, class_id, geom, valid) SELECT zone_key, 2, geom, daterange(:day, NULL)"
                " FROM zone WHERE zone_key = 'west'"
            ),
            {"day": day},
        )
    engine.dispose()
    return url


@pytest.fixture
def _zone_as_it_was() -> Iterator[None]:
    name = local_time.zone_name()
    yield
    local_time.use(name)


def app_of(app: Flask, url: str, zone: str) -> Flask:
    settings: Settings = app.config["SETTINGS"]
    made = create_app(dataclasses.replace(settings, database_url=url, time_zone=zone))
    made.testing = True
    return made


def told(client: FlaskClient) -> dict[str, str]:
    """Today, and the law of today, as each address tells it."""
    place = client.get("/parcels/1-1-1.json").json
    tiles = client.get("/tiles/zoning.json").json
    revisions = client.get("/tiles/revisions.json").json
    page = client.get("/").text
    issued = client.get("/parcels/1-1-1.pdf")
    certificate = client.get(issued.headers["Content-Location"].replace(".pdf", ".json")).json
    assert place
    assert tiles
    assert revisions
    assert certificate
    return {
        "place": place["on"],
        "law": place["zone"]["code"],
        "tiles": tiles["revision"].partition(".")[2],
        "revisions": revisions["revisions"]["zoning"].partition(".")[2],
        "page": page.split('"today": "', 1)[1].split('"')[0],
        "certificate": certificate["on"],
        "number": certificate["number"].partition("-")[0],
        "list": client.get("/list.json?bbox=51.438,35.240,51.442,35.245").json["on"],  # type: ignore[index]
        "file": client.get("/download/parcels.geojson").headers["Content-Disposition"],
    }


@pytest.mark.usefixtures("_zone_as_it_was")
@pytest.mark.parametrize(("zone", "hours", "law"), [(AHEAD, 14, "S213"), (BEHIND, -12, "R122")])
def test_every_address_tells_the_citys_day(
    app: Flask, city_url: str, monkeypatch: pytest.MonkeyPatch, zone: str, hours: int, law: str
) -> None:
    monkeypatch.setattr(issuing, "render", lambda *_what: b"%PDF-1.7")
    made = app_of(app, city_url, zone)
    day = dt.datetime.now(dt.timezone(dt.timedelta(hours=hours))).date()
    found = told(made.test_client())
    if dt.datetime.now(dt.timezone(dt.timedelta(hours=hours))).date() != day:
        pytest.skip("the day ended there in the middle of the test")
    iso, stamp = day.isoformat(), f"{day:%Y%m%d}"
    assert found.pop("law") == law
    assert f"parcels-{iso}.geojson" in found.pop("file")
    assert found.pop("number") in (str(day.year), str(day.year - 621), str(day.year - 622))
    assert found == {
        "place": iso, "tiles": stamp, "revisions": stamp, "page": iso, "certificate": iso, "list": iso
    }  # fmt: skip


@pytest.mark.usefixtures("_zone_as_it_was")
def test_every_connection_counts_the_citys_days(city_url: str) -> None:
    days = set()
    for zone in (AHEAD, BEHIND):
        local_time.use(zone)
        engine = make_engine(city_url)
        with Session(engine) as session:
            assert session.scalar(text("SHOW timezone")) == zone
            days.add(get_today(session))
            moment = session.scalar(text("SELECT timestamptz '2026-11-25 22:00Z'"))
            assert moment == dt.datetime(2026, 11, 25, 22, tzinfo=dt.UTC)
        engine.dispose()
    assert len(days) == 2
