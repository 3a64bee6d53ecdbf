"""The demo city as it stands in the database: whole, exact, in two languages, and the same for the same seed."""

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
import shapely
from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session

from core.database import make_engine, transaction
from core.errors import Conflict, Unprocessable
from core.text import fold
from layers.models import Domain
from layers.tiles.answer import pack
from layers.tiles.encode import encode
from layers.tiles.seeding import cells_of_city, list_sources
from layers.tiles.sources import get_source
from tests.conftest import DatabaseMaker
from webmap import wiring
from webmap.demo.builder import Summary
from webmap.demo.layers import LAYERS
from webmap.demo.load import MAX_PARCELS, MIN_PARCELS, load

PARCELS, SEED = 1500, 1404
TODAY = dt.date(2026, 11, 24)
NEXT_NOWRUZ = dt.date(2027, 3, 21)


class DemoCity:
    """A loaded city, to ask questions of."""

    def __init__(self, engine: Engine, summary: Summary) -> None:
        self.engine, self.summary = engine, summary

    def rows(self, sql: str, **values: Any) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(text(sql), values))

    def value(self, sql: str, **values: Any) -> Any:
        return self.rows(sql, **values)[0][0]

    def shapes(self, sql: str, **values: Any) -> list[Any]:
        return [shapely.from_wkb(bytes(row[0])) for row in self.rows(sql, **values)]


def build(make_database: DatabaseMaker, seed: int = SEED, srid: int = 32639) -> DemoCity:
    engine = make_engine(make_database(srid=srid))
    with transaction(engine) as session:
        summary = load(session, PARCELS, seed, today=TODAY)
    return DemoCity(engine, summary)


@pytest.fixture(scope="module")
def city(make_database: DatabaseMaker) -> Iterator[DemoCity]:
    made = build(make_database)
    yield made
    made.engine.dispose()


CURRENT = "SELECT ST_AsBinary(geom) FROM parcel WHERE valid_to IS NULL"
ZONES_ON = (
    "SELECT ST_AsBinary(geom) FROM zone WHERE CAST(:day AS date) <@ valid AND upper_inf(recorded)"
    " AND plan = 'zoning'"
)


def test_it_has_just_the_parcels_asked_for(city: DemoCity) -> None:
    assert city.summary.parcels == PARCELS
    assert city.value("SELECT count(*) FROM parcel WHERE valid_to IS NULL") == PARCELS
    assert (
        city.value("SELECT count(*) FROM parcel WHERE valid_to IS NOT NULL")
        == city.summary.former_parcels
        > 0
    )
    assert city.value("SELECT count(*) FROM street") == city.summary.streets
    assert city.value("SELECT count(*) FROM feature") == city.summary.features
    assert city.value("SELECT count(*) FROM zone") == city.summary.zones
    assert city.value("SELECT count(*) FROM layer") == city.summary.layers == len(LAYERS)


def test_current_parcels_share_borders_and_never_overlap(city: DemoCity) -> None:
    parcels = city.shapes(CURRENT)
    assert all(parcel.is_valid and len(parcel.geoms) == 1 for parcel in parcels)
    assert shapely.coverage_is_valid(parcels)


def test_parcels_lie_in_the_city_and_none_is_a_sliver(city: DemoCity) -> None:
    assert city.value("SELECT count(*) FROM parcel, city WHERE NOT ST_Covers(boundary, geom)") == 0
    assert city.value("SELECT min(area_m2) FROM parcel") > 12


def test_no_parcel_lies_on_a_street_or_in_the_river(city: DemoCity) -> None:
    overlapping = """
        SELECT count(*) FROM parcel AS p JOIN feature AS f ON ST_Intersects(p.geom, f.geom)
        JOIN layer AS l ON l.id = f.layer_id
        WHERE p.valid_to IS NULL AND (l.slug = 'streets' OR f.kind = 'river')
    """
    assert city.value(overlapping) == 0


def test_every_parcel_has_a_number_an_address_and_dates(city: DemoCity) -> None:
    numbers = [row[0] for row in city.rows("SELECT number FROM parcel")]
    assert len(set(numbers)) == len(numbers)
    assert (
        city.value(r"SELECT count(*) FROM parcel WHERE number !~ '^\d+-\d+-\d+-\d+$' OR number_key <> number")
        == 0
    )
    lacking = "SELECT count(*) FROM parcel WHERE street_id IS NULL OR house_number IS NULL OR address = ''"
    assert city.value(lacking) == 0
    assert (
        city.value("SELECT count(*) FROM parcel WHERE valid_from > :today OR valid_to > :today", today=TODAY)
        == 0
    )
    assert city.value("SELECT count(DISTINCT date_part('year', valid_from)) FROM parcel") > 20


def test_no_two_houses_of_a_street_have_one_number(city: DemoCity) -> None:
    twice = """
        SELECT count(*) FROM (SELECT 1 FROM parcel WHERE valid_to IS NULL
        GROUP BY street_id, house_number HAVING count(*) > 1) AS doubled
    """
    assert city.value(twice) == 0


def test_odd_numbers_on_one_side_even_on_the_other_in_order(city: DemoCity) -> None:
    # On a straight street inside a ward, the position along it must grow with the number on each side.
    rows = city.rows("""
        SELECT p.street_id, p.house_number % 2, p.house_number,
               ST_LineLocatePoint(ST_GeometryN(s.geom, 1), ST_Centroid(p.geom)) AS at
        FROM parcel AS p JOIN street AS s ON s.id = p.street_id
        WHERE p.valid_to IS NULL AND ST_NumGeometries(s.geom) = 1 AND s.name_fa LIKE 'کوچه%'
        ORDER BY 1, 2, 3
    """)
    assert len(rows) > 200
    pairs = [(a, b) for a, b in pairwise(rows) if a[:2] == b[:2]]
    # Corner lots and bends may swap two middles; the rule holds for all but a few.
    assert sum(a.at <= b.at for a, b in pairs) > 0.97 * len(pairs)


def test_areas_in_the_deeds_agree_but_for_a_few(city: DemoCity) -> None:
    off = city.value("SELECT count(*) FROM parcel WHERE abs(area_official_m2 - area_m2) > 0.01 * area_m2")
    assert 0 < off < 0.06 * PARCELS


def test_what_was_split_or_merged_is_what_it_became(city: DemoCity) -> None:
    rows = city.rows("""
        SELECT l.kind, l.parent_id, l.child_id, l.recorded_on, p.valid_to, c.valid_from,
               ST_AsBinary(p.geom) AS parent, ST_AsBinary(c.geom) AS child
        FROM parcel_lineage AS l JOIN parcel AS p ON p.id = l.parent_id JOIN parcel AS c ON c.id = l.child_id
    """)
    assert {row.kind for row in rows} == {"subdivision", "merge"}
    families: dict[tuple[str, int], list[Any]] = {}
    for row in rows:
        assert row.recorded_on == row.valid_to == row.valid_from
        families.setdefault(
            (row.kind, row.parent_id if row.kind == "subdivision" else row.child_id), []
        ).append(row)
    for (kind, _), family in families.items():
        assert len(family) == 2
        ones, other = ("child", "parent") if kind == "subdivision" else ("parent", "child")
        whole = shapely.from_wkb(bytes(getattr(family[0], other)))
        parts = shapely.union_all([shapely.from_wkb(bytes(getattr(row, ones))) for row in family])
        assert shapely.symmetric_difference(whole, parts).area < 1e-3 * whole.area


@pytest.mark.parametrize(
    "day",
    [
        TODAY,
        NEXT_NOWRUZ,
        dt.date(2021, 3, 21),
        # The day before and the first day of amendments.
        dt.date(2022, 9, 22),
        dt.date(2022, 9, 23),
        dt.date(2025, 10, 22),
        dt.date(2025, 10, 23),
    ],
    ids=str,
)
def test_zones_cover_the_whole_city_without_gap_or_overlap(city: DemoCity, day: dt.date) -> None:
    zones = city.shapes(ZONES_ON, day=day)
    assert all(zone.is_valid for zone in zones)
    assert shapely.coverage_is_valid([part for zone in zones for part in zone.geoms])
    whole = shapely.from_wkb(bytes(city.value("SELECT ST_AsBinary(boundary) FROM city")))
    assert shapely.symmetric_difference(shapely.union_all(zones), whole).area < 0.01


def test_every_parcel_is_in_one_zone(city: DemoCity) -> None:
    counts = city.rows(
        """
        SELECT DISTINCT (SELECT count(*) FROM zone AS z WHERE ST_Intersects(z.geom, ST_PointOnSurface(p.geom))
            AND CAST(:day AS date) <@ z.valid AND upper_inf(z.recorded))
        FROM parcel AS p WHERE p.valid_to IS NULL
        """,
        day=TODAY,
    )
    assert [tuple(row) for row in counts] == [(1,)]


def test_few_uses_are_against_their_zone(city: DemoCity) -> None:
    against = city.value(
        """
        SELECT count(*) FROM parcel AS p
        JOIN zone AS z ON ST_Intersects(z.geom, ST_PointOnSurface(p.geom))
            AND CAST(:day AS date) <@ z.valid AND upper_inf(z.recorded)
        JOIN zone_class AS c ON c.id = z.class_id
        WHERE p.valid_to IS NULL AND p.land_use = ANY (c.prohibited_uses)
        """,
        day=TODAY,
    )
    # Every real city has some that were there before the plan.
    assert 0 < against < 0.05 * PARCELS


def test_the_plan_has_a_past_and_a_future(city: DemoCity) -> None:
    def classes(day: dt.date) -> dict[str, str]:
        rows = city.rows(
            "SELECT zone_key, code FROM zone AS z JOIN zone_class AS c ON c.id = z.class_id"
            " WHERE CAST(:day AS date) <@ valid AND upper_inf(recorded)",
            day=day,
        )
        return {row.zone_key: row.code for row in rows}

    now, then = classes(TODAY), classes(NEXT_NOWRUZ)
    assert classes(NEXT_NOWRUZ - dt.timedelta(days=1)) == now
    assert now.keys() == then.keys()
    assert 1 <= sum(now[key] != then[key] for key in now) <= 2
    before = classes(dt.date(2020, 1, 1))
    assert before
    assert all(before[key] != now[key] for key in before)
    assert city.value("SELECT count(*) FROM zone WHERE NOT upper_inf(recorded)") >= 1


def test_amendments_came_into_force_one_by_one(city: DemoCity) -> None:
    changed = city.rows(
        "SELECT upper(z.valid), count(*) FROM zone AS z JOIN zone AS n ON n.zone_key = z.zone_key"
        " AND lower(n.valid) = upper(z.valid) AND n.class_id <> z.class_id"
        " WHERE upper_inf(z.recorded) AND upper_inf(n.recorded)"
        " AND upper(z.valid) BETWEEN '2021-04-01' AND :today GROUP BY 1",
        today=TODAY,
    )
    assert len(changed) >= 2
    known = "SELECT count(*) FROM zone WHERE NOT upper_inf(recorded) AND upper(recorded) > :today"
    assert city.value(known, today=TODAY) == 0, "nobody knew today what is only to be adopted"


def test_overlays_lie_on_parcels_and_widening_beside_the_street(city: DemoCity) -> None:
    on_parcels = """
        SELECT l.slug, count(DISTINCT p.id) FROM layer AS l JOIN feature AS f ON f.layer_id = l.id
        JOIN parcel AS p ON ST_Intersects(p.geom, f.geom) AND p.valid_to IS NULL
            AND ST_Area(ST_Intersection(p.geom, f.geom)) > 1
        WHERE l.place_role = 'overlay' GROUP BY 1
    """
    counts = {row[0]: row[1] for row in city.rows(on_parcels)}
    assert counts.keys() >= {"flood_plain", "heritage", "road_widening"}
    assert all(5 < count < 0.6 * PARCELS for count in counts.values())
    near = """
        SELECT max(ST_Distance(f.geom, s.geom)), min(ST_Distance(f.geom, s.geom))
        FROM feature AS f JOIN layer AS l ON l.id = f.layer_id AND l.slug = 'road_widening'
        JOIN street AS s ON f.name_fa = 'تعریض ' || s.name_fa
    """
    most_m, least_m = city.rows(near)[0]
    assert least_m > 5
    assert most_m < 15


def test_roles_and_who_sees_what(city: DemoCity) -> None:
    roles = {row[0]: row[1] for row in city.rows("SELECT slug, place_role FROM layer")}
    assert (roles["water_network"], roles["streets"], roles["clinics"]) == ("network", "network", "facility")
    assert city.rows("SELECT slug FROM layer WHERE visibility = 'staff'") == [("gas_network",)]


def test_some_families_have_three_generations(city: DemoCity) -> None:
    three = """
        SELECT count(*) FROM parcel_lineage AS young JOIN parcel_lineage AS old ON old.child_id = young.parent_id
        WHERE old.recorded_on < young.recorded_on
    """
    assert city.value(three) > 0


def test_all_seven_domains_have_layers_with_features(city: DemoCity) -> None:
    rows = city.rows(
        "SELECT domain, slug, count(f.id) FROM layer LEFT JOIN feature AS f ON f.layer_id = layer.id GROUP BY 1, 2"
    )
    assert {row[0] for row in rows} == {domain.value for domain in Domain}
    assert [row[1] for row in rows if row[2] == 0] == []


def test_geometry_is_of_the_kind_that_the_layer_says(city: DemoCity) -> None:
    wrong = """
        SELECT slug, ST_GeometryType(geom) FROM feature AS f JOIN layer AS l ON l.id = f.layer_id
        WHERE lower(replace(ST_GeometryType(geom), 'ST_Multi', 'ST_')) <>
            CASE geometry_kind WHEN 'point' THEN 'st_point' WHEN 'line' THEN 'st_linestring' ELSE 'st_polygon' END
            OR NOT ST_IsValid(geom)
    """
    assert city.rows(wrong) == []


def test_layers_hold_nothing_where_they_say_that_they_hold_no_data(city: DemoCity) -> None:
    # Networks lie beside the middle of streets, so those on the border of the coverage may stick out by that.
    outside = """
        SELECT slug, count(*) FROM feature AS f JOIN layer AS l ON l.id = f.layer_id
        WHERE NOT ST_Covers(ST_Buffer(coverage, 5), f.geom) GROUP BY slug
    """
    assert city.rows(outside) == []


def test_some_of_the_city_is_honestly_not_known(city: DemoCity) -> None:
    part = "SELECT slug FROM layer, city WHERE ST_Area(ST_Difference(boundary, coverage)) > 0.05 * ST_Area(boundary)"
    assert {"sewer_network", "banks"} <= {row[0] for row in city.rows(part)}
    assert city.value("SELECT count(*) FROM layer WHERE coverage IS NULL") == 0


def test_names_are_in_both_scripts_and_fold(city: DemoCity) -> None:
    one_sided = "SELECT count(*) FROM feature WHERE (name_fa = '') <> (name_en = '')"
    assert city.value(one_sided) == 0
    assert city.value("SELECT count(*) FROM street WHERE name_fa = '' OR name_en = ''") == 0
    for fa, en, folded in city.rows("SELECT name_fa, name_en, name_folded FROM street"):
        assert folded == fold(f"{fa} {en}")
        assert not set(fa) & set("يكةى")


def test_facilities_stand_in_parcels_of_their_use(city: DemoCity) -> None:
    wrong = """
        SELECT f.key, p.land_use FROM feature AS f JOIN layer AS l ON l.id = f.layer_id
        JOIN parcel AS p ON p.number = f.properties ->> 'parcel' AND p.valid_to IS NULL
        WHERE NOT ST_Contains(p.geom, f.geom)
            OR (l.slug = 'schools' AND p.land_use <> 'educational')
            OR (l.slug = 'mosques' AND p.land_use <> 'religious')
            OR (l.slug = 'clinics' AND p.land_use <> 'health')
    """
    assert city.rows(wrong) == []
    assert city.value("SELECT count(*) FROM feature WHERE properties ? 'parcel'") > 20


def test_new_rows_go_on_after_those_loaded(city: DemoCity) -> None:
    for table in ("parcel", "feature", "street", "zone", "zone_class", "layer"):
        following = city.value(f"SELECT nextval(pg_get_serial_sequence('{table}', 'id'))")
        assert following > city.value(f"SELECT max(id) FROM {table}")


def test_open_maps_are_told(city: DemoCity) -> None:
    sources = {row[0] for row in city.rows("SELECT source FROM source_revision WHERE revision > 0")}
    assert {"parcels", "zoning", "base", "schools"} <= sources
    assert city.value("SELECT count(*) FROM parcel_block") > 0
    assert city.value("SELECT count(*) FROM parcel_mosaic") > 0


_DIGEST = """
    SELECT md5(string_agg(md5(t::text), '' ORDER BY t.id)) FROM {table} AS t
"""


def test_no_tile_of_any_source_is_larger_than_500_kb(city: DemoCity) -> None:
    wiring.connect()
    with Session(city.engine) as session:
        far = [cell for cell in cells_of_city(session) if cell.z <= 14]
        sizes = {
            (name, cell): len(pack(encode(session, get_source(session, name), cell, TODAY)).body)
            for name in list_sources(session)
            for cell in far
        }
    assert len({name for name, _ in sizes}) > 20
    assert max(sizes.values()) > 5000, "they hold something"
    assert max(sizes.values()) <= 500_000, max(sizes, key=lambda key: sizes[key])


def digests(city: DemoCity) -> dict[str, str]:
    """What each table holds, without the times at which this run wrote it."""
    found = {
        table: city.value(_DIGEST.format(table=table))
        for table in ("parcel", "street", "feature", "zone", "zone_class")
    }
    found["layer"] = city.value(
        "SELECT md5(string_agg(slug || ST_AsEWKT(coverage) || style::text, '' ORDER BY id)) FROM layer"
    )
    found["lineage"] = city.value(
        "SELECT md5(string_agg(md5(t::text), '' ORDER BY parent_id, child_id)) FROM parcel_lineage AS t"
    )
    return found


def test_the_same_seed_gives_the_same_rows_and_another_does_not(
    city: DemoCity, make_database: DatabaseMaker
) -> None:
    again, other = build(make_database), build(make_database, seed=2)
    assert digests(again) == digests(city)
    different = digests(other)
    assert all(different[table] != digest for table, digest in digests(city).items() if table != "zone_class")
    again.engine.dispose()
    other.engine.dispose()


def test_it_stands_on_another_citys_grid_as_well(make_database: DatabaseMaker) -> None:
    made = build(make_database, srid=26986)
    assert made.value("SELECT ST_SRID(boundary) FROM city") == made.value("SELECT srid FROM city") == 26986
    lon, lat = made.rows(
        "SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_Transform(ST_Centroid(boundary), 4326) AS p FROM city) AS c"
    )[0]
    assert -74 < lon < -69
    assert 41 < lat < 43
    made.engine.dispose()


def test_a_grid_in_feet_is_refused(make_database: DatabaseMaker) -> None:
    engine = make_engine(make_database(srid=2249))
    with Session(engine) as session, pytest.raises(Unprocessable):
        load(session, PARCELS)
    engine.dispose()


@pytest.mark.parametrize("parcels", [0, MIN_PARCELS - 1, MAX_PARCELS + 1])
def test_a_number_that_cannot_be_is_refused(session: Session, parcels: int) -> None:
    with pytest.raises(Unprocessable) as refused:
        load(session, parcels)
    assert refused.value.field == "parcels"


def test_a_second_city_is_refused_and_changes_nothing(city: DemoCity) -> None:
    before = digests(city)
    with Session(city.engine) as session, pytest.raises(Conflict):
        load(session, PARCELS)
    assert digests(city) == before


def test_what_fails_midway_leaves_nothing(connection: Connection) -> None:
    def fail(done: int, _total: int) -> None:
        if done > 300:
            raise RuntimeError("the power went")

    with Session(connection, join_transaction_mode="create_savepoint") as session:
        with pytest.raises(RuntimeError):
            load(session, PARCELS, progress=fail)
        session.rollback()
    tables = ("city", "layer", "parcel", "street", "feature", "zone", "zone_class")
    assert [connection.scalar(text(f"SELECT count(*) FROM {table}")) for table in tables] == [0] * len(tables)


def test_a_big_load_makes_its_indexes_again(
    make_database: DatabaseMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webmap.demo.load.IN_BULK", PARCELS)
    listed = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"
    url = make_database()
    engine = make_engine(url)
    made = DemoCity(engine, Summary())
    before = made.rows(listed)
    with transaction(engine) as session:
        load(session, PARCELS, SEED, today=TODAY)
    assert made.rows(listed) == before
    engine.dispose()
