"""A thousand places of the demo city against shapely and geodesics worked out apart, on any day."""

import datetime as dt
import random
from collections.abc import Iterator
from typing import Any

import pyproj
import pytest
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from core import local_time
from core.database import make_engine
from core.errors import NotFound
from tests.by_hand import BORDER_M, CityByHand, ParcelSaid, Shapes, ZoneSaid, corners_of, random_points
from tests.conftest import SRID, DatabaseMaker
from webmap.demo.load import load
from webmap.place.schemas import place_json
from webmap.place.service import get_place_at

POINTS, CORNERS = 1000, 120
TODAY = local_time.now().date()
# The day before and the first day of each amendment, and days far away.
DAYS = (
    *[TODAY] * 6,
    dt.date(2014, 5, 1),
    dt.date(2021, 3, 20),
    dt.date(2021, 3, 21),
    dt.date(2022, 9, 22),
    dt.date(2022, 9, 23),
    dt.date(2025, 10, 22),
    dt.date(2025, 10, 23),
    dt.date(2030, 1, 1),
)
TO_DEGREES = pyproj.Transformer.from_crs(SRID, 4326, always_xy=True)


@pytest.fixture(scope="module")
def demo(make_database: DatabaseMaker) -> Iterator[Session]:
    engine = make_engine(make_database(srid=SRID))
    with Session(engine) as session:
        load(session, parcels=1500, seed=11)
        yield session
    engine.dispose()


def rows(session: Session, sql: str) -> tuple[list[Any], list[Any]]:
    found = session.execute(text(sql)).all()
    return [shapely.from_wkb(bytes(row[0])) for row in found], [row[1:] for row in found]


@pytest.fixture(scope="module")
def by_hand(demo: Session) -> CityByHand:
    """The tables, read once."""
    parcels, numbers = rows(demo, "SELECT ST_AsBinary(geom), number, valid_from, valid_to FROM parcel")
    zones, versions = rows(
        demo,
        "SELECT ST_AsBinary(geom), code, lower(valid), upper(valid), far, coverage, floors, setback_m"
        " FROM zone JOIN zone_class ON zone_class.id = class_id WHERE upper_inf(recorded)",
    )
    layers = {}
    for slug, role in demo.execute(text("SELECT slug, place_role FROM layer WHERE visibility = 'public'")):
        shapes, _none = rows(
            demo,
            f"SELECT ST_AsBinary(geom) FROM feature JOIN layer ON layer.id = layer_id WHERE slug = '{slug}'",
        )
        layers[slug] = (role, Shapes(shapes, shapes))
    covered, slugs = rows(demo, "SELECT ST_AsBinary(coverage), slug FROM layer WHERE visibility = 'public'")
    return CityByHand(
        TO_DEGREES,
        Shapes(parcels, [ParcelSaid(*row) for row in numbers]),
        Shapes(zones, [ZoneSaid(*row) for row in versions]),
        layers,
        {row[0]: shape for shape, row in zip(covered, slugs, strict=True)},
    )


@pytest.fixture(scope="module")
def boundary(demo: Session) -> Any:
    return rows(demo, "SELECT ST_AsBinary(boundary) FROM city")[0][0]


def ask(session: Session, point: Any, day: dt.date) -> dict[str, Any]:
    return place_json(get_place_at(session, *TO_DEGREES.transform(point.x, point.y), day))


def on_that_day(shapes: Shapes, day: dt.date) -> list[Any]:
    return [shape for shape, said in zip(shapes.shapes, shapes.said, strict=True) if said.is_on(day)]


def test_a_thousand_places_are_what_the_shapes_say(demo: Session, by_hand: CityByHand, boundary: Any) -> None:
    chance = random.Random(1405)
    with_parcel = 0
    for point in random_points(POINTS, boundary, chance):
        if min(by_hand.parcels.border_m(point), by_hand.zones.border_m(point)) < BORDER_M:
            continue  # corners have a test of their own
        day = chance.choice(DAYS)
        answer = ask(demo, point, day)
        by_hand.check(answer, point, day)
        with_parcel += answer["parcel"] is not None
    assert with_parcel > POINTS / 3


def test_on_a_border_all_that_meet_there_are_named(demo: Session, by_hand: CityByHand) -> None:
    chance = random.Random(7)
    today = on_that_day(by_hand.parcels, TODAY)
    several = 0
    for spot in corners_of(today, CORNERS, chance):
        meeting = {
            said.number
            for shape, said in by_hand.parcels.at(spot.buffer(0.001))
            if said.is_on(TODAY) and shape.distance(spot) < 1e-6
        }
        answer = ask(demo, spot, TODAY)
        found = [answer["parcel"]["number"], *answer["also"]["parcels"]]
        assert meeting <= set(found)
        assert found[: len(meeting)] == sorted(meeting)
        several += len(meeting) > 1
    assert several > CORNERS / 3


def test_on_a_border_of_zones_both_are_named(demo: Session, by_hand: CityByHand, boundary: Any) -> None:
    chance = random.Random(8)
    now = on_that_day(by_hand.zones, TODAY)
    several = 0
    for spot in corners_of(now, 60, chance):
        if boundary.boundary.distance(spot) < 0.01:
            continue
        codes = [
            said.code
            for shape, said in by_hand.zones.at(spot.buffer(0.005))
            if said.is_on(TODAY) and shape.distance(spot) < 1e-6
        ]
        answer = ask(demo, spot, TODAY)
        told = [answer["zone"]["code"], *answer["also"]["zones"]]
        assert set(codes) <= set(told)
        several += len(codes) > 1
    assert several > 20


def test_outside_the_city_there_is_nothing(demo: Session, boundary: Any) -> None:
    for point in random_points(50, boundary.buffer(800) - boundary.buffer(1), random.Random(9)):
        with pytest.raises(NotFound):
            ask(demo, point, TODAY)
