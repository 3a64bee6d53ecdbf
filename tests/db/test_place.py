"""What is at a spot: inside, outside, on the edge and where nothing is, in the small city and against a hand count."""

import datetime as dt
import math

import pyproj
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.errors import NotFound
from layers.queries import Spot, find_city_here, list_layers_here
from layers.zoning.queries import list_zones_at, list_zones_under
from parcels.queries import list_parcels_at, list_relatives, list_similar_numbers, list_versions
from tests.small_city import SRID, X0, Y0
from webmap.place.service import Place, get_place_at, get_place_of

TODAY = dt.date(2026, 11, 24)
TO_DEGREES = pyproj.Transformer.from_crs(SRID, 4326, always_xy=True)


def degrees(east: float, north: float) -> tuple[float, float]:
    lon, lat = TO_DEGREES.transform(X0 + east, Y0 + north)
    return lon, lat


def spot(session: Session, east: float, north: float) -> Spot:
    here = find_city_here(session, *degrees(east, north))
    assert here is not None
    assert here.spot is not None
    return here.spot


def place(session: Session, east: float, north: float, day: dt.date | None = TODAY) -> Place:
    return get_place_at(session, *degrees(east, north), day)


def test_degrees_come_into_the_city_s_grid(city: Session) -> None:
    here = spot(city, 20, 45)
    assert (here.x, here.y) == pytest.approx((X0 + 20, Y0 + 45), abs=1e-4)


@pytest.mark.parametrize(
    ("east", "north", "inside"),
    [
        (0, 0, True),
        (499.99, 0, True),
        (500.01, 0, False),
        (0, -499.99, True),
        (0, -500.01, False),
        (9e4, 0, False),
    ],
)
def test_where_the_city_ends(city: Session, east: float, north: float, inside: bool) -> None:
    here = find_city_here(city, *degrees(east, north))
    assert here is not None
    assert here.is_inside is inside


@pytest.mark.parametrize(
    ("lon", "lat"), [(0, 0), (-128.6, 35), (180, 90), (-180, -90), (51, -89.9999), (141, 0)]
)
def test_the_far_side_of_the_earth_is_outside(city: Session, lon: float, lat: float) -> None:
    here = find_city_here(city, lon, lat)
    assert here is not None
    assert here.is_inside is False
    with pytest.raises(NotFound) as refused:
        get_place_at(city, lon, lat, None)
    assert refused.value.details["reason"] == "outside"


@pytest.mark.parametrize(("lon", "lat"), [(51.4, 35.2), (0, 0), (-128.6, 35), (180, 90), (-180, -90)])
def test_no_city_and_no_boundary_say_that_there_is_no_data(session: Session, lon: float, lat: float) -> None:
    for prepare in ("SELECT 1", "INSERT INTO city (srid) VALUES (32639)"):
        session.execute(text(prepare))
        with pytest.raises(NotFound) as refused:
            get_place_at(session, lon, lat, None)
        assert refused.value.details["reason"] == "no_data"


def test_without_a_boundary_what_there_is_is_told(city: Session) -> None:
    city.execute(text("UPDATE city SET boundary = NULL"))
    found = place(city, 20, 45)
    assert found.parcel is not None
    assert found.parcel.number == "1-1-1"


def test_a_city_of_layers_alone_tells_of_them(city: Session) -> None:
    city.execute(text("UPDATE city SET boundary = NULL"))
    city.execute(text("DELETE FROM parcel"))
    city.execute(text("DELETE FROM zone"))
    found = place(city, 20, 45)
    assert found.parcel is None
    assert {layer.slug for layer in found.layers if layer.is_covered} >= {"clinics"}
    with pytest.raises(NotFound):
        place(city, 2000, 2000)


def test_a_parcel_beyond_the_boundary_is_told(city: Session) -> None:
    city.execute(text("UPDATE city SET boundary = ST_Multi(ST_Buffer(ST_Centroid(boundary), 5))"))
    assert place(city, 20, 45).parcel is not None
    with pytest.raises(NotFound):
        place(city, 2000, 2000)


@pytest.mark.parametrize(
    ("east", "north", "numbers"),
    [
        (20, 45, ["1-1-1"]),
        (60, 15, ["1-1-5"]),
        (40, 45, ["1-1-1", "1-1-2"]),  # on a border
        (40, 30, ["1-1-1", "1-1-2", "1-1-4", "1-1-5"]),  # on a corner
        (0, 0, ["1-1-4"]),  # on the outermost corner
        (40.005, 45, ["1-1-2", "1-1-1"]),  # in the second, within a hair of the first
        (40.02, 45, ["1-1-2"]),
        (20, 61, []),  # on the street
    ],
)
def test_parcels_at_a_spot(city: Session, east: float, north: float, numbers: list[str]) -> None:
    assert [each.number for each in list_parcels_at(city, spot(city, east, north), TODAY)] == numbers
    found = place(city, east, north)
    assert ([found.parcel.number] if found.parcel else []) == numbers[:1]
    assert [each.number for each in found.also_parcels] == numbers[1:]


def test_a_parcel_s_first_and_last_day(city: Session) -> None:
    city.execute(text("UPDATE parcel SET valid_to = DATE '2020-01-01' WHERE number = '1-1-1'"))
    here = spot(city, 20, 45)
    days = {
        dt.date(2015, 3, 20): 0,
        dt.date(2015, 3, 21): 1,
        dt.date(2019, 12, 31): 1,
        dt.date(2020, 1, 1): 0,
    }
    assert {day: len(list_parcels_at(city, here, day)) for day in days} == days


@pytest.mark.parametrize(
    ("day", "code", "planned"),
    [
        ("2015-03-20", None, ["X999", "S213", "R122"]),
        ("2015-03-21", "X999", ["S213", "R122"]),
        ("2019-12-31", "X999", ["S213", "R122"]),
        ("2020-01-01", "S213", ["R122"]),
        ("2098-12-31", "S213", ["R122"]),
        ("2099-01-01", "R122", []),
    ],
)
def test_zoning_on_any_day(city: Session, day: str, code: str | None, planned: list[str]) -> None:
    found = place(city, 100, 100, dt.date.fromisoformat(day))
    assert (found.zone.rules.code if found.zone else None) == code
    assert [each.rules.code for each in found.planned] == planned


def test_a_spot_between_two_zones_names_both(city: Session) -> None:
    found = place(city, 60, 100)
    assert found.zone is not None
    assert [found.zone.rules.code, *(each.rules.code for each in found.also_zones)] == ["R122", "S213"]
    assert [each.rules.code for each in place(city, 59.98, 100).also_zones] == []


def test_what_is_recorded_no_more_is_not_told(city: Session) -> None:
    city.execute(
        text("UPDATE zone SET recorded = tstzrange(now() - interval '1 day', now()) WHERE zone_key = 'west'")
    )
    assert place(city, 20, 45).zone is None
    assert place(city, 20, 45).has_zoning


def test_other_plans_are_not_the_zoning(city: Session) -> None:
    city.execute(text("UPDATE zone SET plan = 'flood'"))
    found = place(city, 20, 45)
    assert found.zone is None
    assert not found.has_zoning


def test_a_parcel_on_two_zones_has_two_parts(city: Session) -> None:
    found = place(city, 50, 45)
    assert [part.zone.rules.code for part in found.parts] == ["R122", "S213"]
    assert [part.area_m2 for part in found.parts] == pytest.approx([600, 600])
    assert found.buildable_m2 == pytest.approx(600 * 2.4 + 600 * 3.0)


def test_a_parcel_s_page_tells_its_largest_zone_and_all_that_is_planned_on_it(city: Session) -> None:
    city.execute(text("UPDATE zone SET geom = ST_Translate(geom, -5, 0)"))
    found = get_place_of(city, "1-1-2", TODAY)
    assert [(part.zone.rules.code, round(part.zone.share, 3)) for part in found.parts] == [
        ("S213", 0.625),
        ("R122", 0.375),
    ]
    assert found.zone is not None
    assert (found.zone.rules.code, [each.rules.code for each in found.also_zones]) == ("S213", ["R122"])
    assert [(each.rules.code, round(each.share, 3)) for each in found.planned] == [("R122", 0.625)]
    in_the_west = place(city, 45, 45)
    assert in_the_west.zone is not None
    assert (in_the_west.zone.rules.code, len(in_the_west.planned)) == ("R122", 1)


def test_a_parcel_in_one_zone_is_all_of_it(city: Session) -> None:
    found = place(city, 20, 45)
    assert [(part.zone.rules.code, part.zone.share, part.area_m2) for part in found.parts] == [
        ("R122", 1.0, 1200.0)
    ]
    assert found.buildable_m2 == pytest.approx(2880)


def test_a_part_without_rules_leaves_the_whole_untold(city: Session) -> None:
    assert place(city, 50, 45, dt.date(2016, 1, 1)).buildable_m2 is None


def test_slivers_of_a_zone_are_not_a_second_zone(city: Session) -> None:
    shape = text(
        "SELECT ST_Multi(ST_MakeEnvelope(:x, :y, :x + 40, :y + 30, 32639))::geometry(MultiPolygon, 32639)"
    )
    wide = city.execute(shape, {"x": X0 + 20.19, "y": Y0}).scalar_one()
    assert [each.rules.code for each in list_zones_under(city, wide) if each.is_valid_on(TODAY)] == ["R122"]
    wider = city.execute(shape, {"x": X0 + 20.21, "y": Y0}).scalar_one()
    assert [each.rules.code for each in list_zones_under(city, wider) if each.is_valid_on(TODAY)] == [
        "R122",
        "S213",
    ]


def test_the_nearest_of_each_layer(city: Session) -> None:
    east, north = 20, 45
    found = {layer.slug: layer for layer in list_layers_here(city, spot(city, east, north), 5000)}
    assert {slug: layer.is_covered for slug, layer in found.items()} == {
        "clinics": True,
        "hydrants": False,
        "streets": True,
    }
    clinic, hydrant, street = (found[slug].nearest for slug in ("clinics", "hydrants", "streets"))
    assert clinic is not None
    assert clinic.name_en == "First Clinic"
    assert clinic.distance_m == pytest.approx(100, abs=1e-3)
    assert hydrant is not None
    assert hydrant.distance_m == pytest.approx(math.hypot(120, 45), abs=1e-3)
    assert street is not None
    assert street.distance_m == pytest.approx(21, abs=1e-3)
    assert (street.lon, street.lat) == pytest.approx(degrees(20, 66), abs=1e-7)


def test_bearings_are_from_true_north(city: Session) -> None:
    found = {layer.slug: layer.nearest for layer in list_layers_here(city, spot(city, 20, 45), 5000)}
    target = found["hydrants"]
    assert target is not None
    expected, _back, _distance = pyproj.Geod(ellps="WGS84").inv(*degrees(20, 45), *degrees(-100, 0))
    assert target.bearing == pytest.approx(expected % 360, abs=0.01)


def test_a_layer_s_edge_far_features_and_none_at_all(city: Session) -> None:
    covered = {
        east: {layer.slug: layer.is_covered for layer in list_layers_here(city, spot(city, east, 0), 5000)}[
            "hydrants"
        ]
        for east in (-0.01, 0.01)
    }
    assert covered == {-0.01: True, 0.01: False}
    near = {layer.slug: layer.nearest for layer in list_layers_here(city, spot(city, 20, 45), 99.9)}
    assert near["clinics"] is None
    city.execute(text("DELETE FROM feature"))
    assert all(layer.nearest is None for layer in list_layers_here(city, spot(city, 20, 45), 5000))
    city.execute(text("UPDATE layer SET coverage = NULL"))
    assert not any(layer.is_covered for layer in list_layers_here(city, spot(city, 20, 45), 5000))


def test_inside_a_feature_it_is_right_here_and_the_smallest_is_told(city: Session) -> None:
    city.execute(
        text("""
        INSERT INTO layer (id, slug, name_fa, name_en, domain, geometry_kind)
        VALUES (9, 'districts', 'محله‌ها', 'Districts', 'land_use', 'polygon');
        INSERT INTO feature (layer_id, key, name_en, geom)
        SELECT 9, 'd' || size, 'within ' || size,
               ST_Buffer(ST_SetSRID(ST_MakePoint(:x, :y), 32639), size) FROM unnest(ARRAY[300, 100, 200]) AS size
        """),
        {"x": X0, "y": Y0},
    )
    found = {layer.slug: layer.nearest for layer in list_layers_here(city, spot(city, 20, 45), 5000)}[
        "districts"
    ]
    assert found is not None
    assert (found.name_en, found.distance_m, found.bearing) == ("within 100", 0, None)


def test_the_nearest_of_a_rare_layer_is_found_by_its_index(city: Session) -> None:
    city.execute(text("SET LOCAL enable_seqscan = off"))
    city.execute(text("SET LOCAL enable_sort = off"))
    plan = "\n".join(
        row[0]
        for row in city.execute(
            text("""
            EXPLAIN SELECT id FROM feature WHERE layer_id = 1
            ORDER BY geom <-> ST_SetSRID(ST_MakePoint(540000, 3900000), 32639) LIMIT 4
            """)
        )
    )
    assert "feature_layer_id_geom_idx" in plan
    assert "Order By: (geom <->" in plan


@pytest.mark.parametrize("typed", ["1-1-2", "01-001-0002", "۱/۱/۲", "1 1 2", "١-١-٢"])
def test_a_number_in_any_spelling(city: Session, typed: str) -> None:
    assert [each.number for each in list_versions(city, typed)] == ["1-1-2"]
    found = get_place_of(city, typed, None)
    assert found.parcel is not None
    assert found.parcel.number == "1-1-2"


@pytest.mark.parametrize(
    ("typed", "similar"),
    [
        ("1-1-33", ["1-1-3"]),
        ("1-1-9", ["1-1-1", "1-1-2", "1-1-3", "1-1-4", "1-1-5", "1-1-6"]),
        ("11-2", ["1-1-2"]),
        ("9-9-9-9", []),
        ("", []),
        ("…", []),
    ],
)
def test_a_number_that_is_not_there(city: Session, typed: str, similar: list[str]) -> None:
    assert list_similar_numbers(city, typed) == similar
    with pytest.raises(NotFound) as refused:
        get_place_of(city, typed, None)
    assert refused.value.details["similar"] == similar


def test_two_parcels_of_one_number_written_differently(city: Session) -> None:
    city.execute(
        text("INSERT INTO parcel (number, geom) SELECT '01/01/02', geom FROM parcel WHERE number = '1-1-3'")
    )
    found = get_place_of(city, "01/01/02", None)
    assert found.parcel is not None
    assert found.parcel.number == "01/01/02"
    with pytest.raises(NotFound) as refused:
        get_place_of(city, "1 1 2", None)
    assert sorted(refused.value.details["similar"]) == ["01/01/02", "1-1-2"]


def test_an_old_number_finds_its_successors(city: Session) -> None:
    city.execute(
        text("""
        UPDATE parcel SET valid_to = DATE '2024-05-01' WHERE number = '1-1-1';
        INSERT INTO parcel (number, geom, valid_from)
        SELECT '1-1-' || n, geom, DATE '2024-05-01' FROM parcel, generate_series(11, 12) AS n WHERE number = '1-1-1';
        INSERT INTO parcel_lineage (parent_id, child_id, kind, recorded_on)
        SELECT parent.id, child.id, 'subdivision', DATE '2024-05-01' FROM parcel AS parent, parcel AS child
        WHERE parent.number = '1-1-1' AND child.number IN ('1-1-11', '1-1-12')
        """)
    )
    found = get_place_of(city, "1-1-1", None)
    assert [(each.number, each.is_parent) for each in found.relatives] == [
        ("1-1-11", False),
        ("1-1-12", False),
    ]
    child = list_versions(city, "1-1-12")[0]
    assert [(each.number, each.is_parent) for each in list_relatives(city, child.id)] == [("1-1-1", True)]
    assert get_place_of(city, "1-1-1", dt.date(2024, 4, 30)).parcel is not None
    for number, day in (("1-1-1", dt.date(2024, 5, 1)), ("1-1-11", dt.date(2024, 4, 30))):
        with pytest.raises(NotFound) as refused:
            get_place_of(city, number, day)
        assert refused.value.details["reason"] == "not_on_that_day"


def test_zones_at_a_spot_without_zoning(session: Session) -> None:
    session.execute(text("INSERT INTO city (srid) VALUES (32639)"))
    assert list_zones_at(session, Spot(51.4, 35.2, X0, Y0, SRID)) == []
