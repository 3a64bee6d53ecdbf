"""Places of the demo city against shapely and geodesics worked out apart: parcel, zone, distances, directions."""

import random
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pyproj
import pytest
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.database import make_engine
from core.errors import NotFound
from tests.conftest import SRID, DatabaseMaker
from webmap.demo.load import load
from webmap.place.service import NEAR_M, Place, get_place_at

POINTS = 150
EARTH = pyproj.Geod(ellps="WGS84")
TO_DEGREES = pyproj.Transformer.from_crs(SRID, 4326, always_xy=True)


class ByHand:
    """The city's shapes, read once, and what they say of a point."""

    def __init__(self, session: Session) -> None:
        self.boundary = _shapes(session, "SELECT ST_AsBinary(boundary) FROM city")[0][0]
        self.parcels = _shapes(
            session,
            "SELECT ST_AsBinary(geom), number FROM parcel"
            " WHERE valid_from <= CURRENT_DATE AND (valid_to IS NULL OR valid_to > CURRENT_DATE)",
        )
        self.zones = _shapes(
            session,
            "SELECT ST_AsBinary(geom), code FROM zone JOIN zone_class ON zone_class.id = class_id"
            " WHERE valid @> CURRENT_DATE AND upper_inf(recorded)",
        )
        covered = _shapes(session, "SELECT ST_AsBinary(coverage), slug FROM layer")
        self.coverage = {slug: shape for shape, slug in covered}
        self.features: dict[str, list[Any]] = defaultdict(list)
        for shape, slug in _shapes(
            session, "SELECT ST_AsBinary(geom), slug FROM feature JOIN layer ON layer.id = layer_id"
        ):
            self.features[slug].append(shape)


def _shapes(session: Session, sql: str) -> list[Any]:
    return [(shapely.from_wkb(bytes(row[0])), *row[1:]) for row in session.execute(text(sql))]


@pytest.fixture(scope="module")
def demo(make_database: DatabaseMaker) -> Iterator[Session]:
    engine = make_engine(make_database(srid=SRID))
    with Session(engine) as session:
        load(session, parcels=1500, seed=11)
        yield session
    engine.dispose()


def test_places_are_what_the_shapes_say(demo: Session) -> None:
    city = ByHand(demo)
    chance = random.Random(1405)
    west, south, east, north = city.boundary.bounds
    told = 0
    for _ in range(POINTS):
        point = shapely.Point(chance.uniform(west, east), chance.uniform(south, north))
        lon, lat = TO_DEGREES.transform(point.x, point.y)
        if not city.boundary.contains(point):
            with pytest.raises(NotFound):
                get_place_at(demo, lon, lat, None)
            continue
        check(get_place_at(demo, lon, lat, None), city, point)
        told += 1
    assert told > POINTS / 3


def check(place: Place, city: ByHand, point: shapely.Point) -> None:
    numbers = sorted(number for shape, number in city.parcels if shape.contains(point))
    assert ([place.parcel.number] if place.parcel else []) == numbers[:1]
    codes = {code for shape, code in city.zones if shape.contains(point)}
    assert place.zone is not None
    assert place.zone.rules.code in codes
    for layer in place.layers:
        assert layer.is_covered == city.coverage[layer.slug].contains(point), layer.slug
        least_m = min((shape.distance(point) for shape in city.features[layer.slug]), default=None)
        if least_m is None or least_m > NEAR_M:
            assert layer.nearest is None, layer.slug
            continue
        assert layer.nearest is not None, layer.slug
        assert layer.nearest.distance_m == pytest.approx(least_m, abs=0.01)
        if least_m > 1:
            check_way(place, layer.nearest, least_m)


def check_way(place: Place, near: Any, least_m: float) -> None:
    bearing, _back, distance_m = EARTH.inv(place.lon, place.lat, near.lon, near.lat)
    # The grid's metres are up to one in a thousand off the ellipsoid's.
    assert distance_m == pytest.approx(least_m, rel=0.002, abs=0.01)
    assert abs((bearing - near.bearing + 180) % 360 - 180) < 0.05


def test_corners_of_parcels_name_all_that_meet_there(demo: Session) -> None:
    city = ByHand(demo)
    chance = random.Random(7)
    for shape, _number in chance.sample(city.parcels, 30):
        corner = shapely.Point(chance.choice(shapely.get_coordinates(shape)))
        meeting = sorted(number for other, number in city.parcels if other.distance(corner) < 1e-6)
        place = get_place_at(demo, *TO_DEGREES.transform(corner.x, corner.y), None)
        assert place.parcel is not None
        found = [place.parcel.number, *(each.number for each in place.also_parcels)]
        assert set(meeting) <= set(found)
        assert found[: len(meeting)] == meeting
