"""A place through time: the same zone on page, JSON and tile on each side of a change; history, families, setbacks."""

import datetime as dt

import numpy as np
import pytest
import shapely
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.i18n import speaking
from layers.tiles.grid import cell_at
from permits.states import State
from tests import mvt
from tests.small_city import X0, Y0
from tests.web.test_place import ENGLISH, JSON, PERSIAN, ask, at, words
from webmap.place import service
from webmap.place.days import dated, how_far
from webmap.place.permits import MOST, PermitHere, rings_of

TODAY = dt.date(2026, 11, 25)


@pytest.mark.parametrize(
    ("day", "code"),
    [
        ("2015-03-20", None),
        ("2015-03-21", "X999"),
        ("2015-03-22", "X999"),
        ("2019-12-31", "X999"),
        ("2020-01-01", "S213"),
        ("2020-01-02", "S213"),
        ("2098-12-31", "S213"),
        ("2099-01-01", "R122"),
        ("2099-01-02", "R122"),
    ],
)
def test_on_each_side_of_a_change_all_say_the_same(
    client: FlaskClient, city: Session, day: str, code: str | None
) -> None:
    where = at(100, 45)
    place = ask(client, "/place", **where, on=day)
    assert (place["zone"]["code"] if place["zone"] else None) == code
    page = client.get("/place", query_string={**where, "on": day}, headers=ENGLISH).text
    assert (f'data-zone="{code}"' in page) if code else ("data-zone=" not in page)
    panel = client.get("/place", query_string={**where, "on": day, "panel": "1"}, headers=PERSIAN).text
    assert (f'data-zone="{code}"' in panel) if code else ("data-zone=" not in panel)
    cell = cell_at(float(where["lon"]), float(where["lat"]), 16)
    tile = mvt.read(client.get(f"/tiles/zoning/{cell.z}/{cell.x}/{cell.y}.mvt?on={day}").data)
    codes = {feature.attributes["code"] for feature in tile["zones"].features} if "zones" in tile else set()
    # The tile reaches over the western zone, too, which is R122 from the first day on.
    assert codes - {"R122"} == ({code} - {"R122", None} if code else set())
    assert ("R122" in codes) is (day >= "2015-03-21")


def test_the_history_of_a_parcel(client: FlaskClient, city: Session) -> None:
    history = ask(client, "/parcels/1-1-3")["history"]
    assert [(each["from"], each["to"], [zone["code"] for zone in each["zones"]]) for each in history] == [
        ("2015-03-21", "2020-01-01", ["X999"]),
        ("2020-01-01", "2099-01-01", ["S213"]),
        ("2099-01-01", None, ["R122"]),
    ]
    two = ask(client, "/parcels/1-1-2")["history"]
    assert [[(zone["code"], zone["share"]) for zone in each["zones"]] for each in two] == [
        [("R122", 0.5), ("X999", 0.5)],
        [("R122", 0.5), ("S213", 0.5)],
        [("R122", 0.5), ("R122", 0.5)],
    ]
    whole = ask(client, "/parcels/1-1-1")["history"]
    assert [(each["from"], each["to"]) for each in whole] == [("2015-03-21", None)]


def test_neighbouring_periods_that_say_the_same_are_one(client: FlaskClient, city: Session) -> None:
    city.execute(
        text("""
        UPDATE zone SET valid = '[2015-03-21,2018-01-01)' WHERE zone_key = 'west';
        INSERT INTO zone (zone_key, class_id, geom, valid)
        SELECT 'west', 1, geom, '[2018-01-01,)' FROM zone WHERE zone_key = 'west'
        """)
    )
    history = ask(client, "/parcels/1-1-1")["history"]
    assert [(each["from"], each["to"]) for each in history] == [("2015-03-21", None)]


def test_a_gap_in_the_zoning_is_told(client: FlaskClient, city: Session) -> None:
    city.execute(
        text("UPDATE zone SET valid = '[2015-03-21,2018-01-01)' WHERE zone_key = 'east' AND class_id = 3")
    )
    history = ask(client, "/parcels/1-1-3")["history"]
    assert history[1] == {"from": "2018-01-01", "to": "2020-01-01", "zones": []}
    said = words(client.get("/parcels/1-1-3", headers=ENGLISH).text)
    assert "From 1 January 2018 until 1 January 2020 No zoning is recorded." in said


def test_what_is_recorded_no_more_is_no_history(client: FlaskClient, city: Session) -> None:
    city.execute(
        text(
            "UPDATE zone SET recorded = tstzrange(now() - interval '1 day', now())"
            " WHERE zone_key = 'east' AND class_id = 1"
        )
    )
    assert len(ask(client, "/parcels/1-1-3")["history"]) == 2


def test_the_timeline_leads_to_the_page_on_that_day(client: FlaskClient, city: Session) -> None:
    page = client.get("/parcels/1-1-3", headers=ENGLISH).text
    said = words(page)
    assert "From 21 March 2015 until 1 January 2020 X999" in said
    assert "It changes on 1 January 2099, in 72 years. S213" in said
    assert 'href="/parcels/1-1-3?on=2015-03-21"' in page
    assert 'href="/parcels/1-1-3?on=2099-01-01"' in page
    then = client.get("/parcels/1-1-3?on=2099-01-01", headers=ENGLISH)
    assert then.status_code == 200
    assert 'href="/parcels/1-1-3"' in then.text, "back to today"
    # The parcel is younger than the zoning: on a day before it the spot is asked for.
    city.execute(text("UPDATE parcel SET valid_from = '2018-01-01' WHERE number = '1-1-3'"))
    page = client.get("/parcels/1-1-3", headers=ENGLISH).text
    assert "/place?lon=" in page.split('class="timeline"')[1].split("on=2015-03-21")[0]


@pytest.mark.parametrize(
    ("day", "english", "persian"),
    [
        (dt.date(2026, 11, 25), "today", "امروز"),
        (dt.date(2026, 12, 14), "in 19 days", "۱۹ روز دیگر"),
        (dt.date(2026, 11, 26), "in 1 day", "۱ روز دیگر"),
        (dt.date(2030, 11, 26), "in 4 years", "۴ سال دیگر"),
        (dt.date(2026, 11, 24), "1 day ago", "۱ روز پیش"),
        (dt.date(2026, 5, 25), "6 months ago", "۶ ماه پیش"),
        (dt.date(2021, 3, 21), "5 years ago", "۵ سال پیش"),
    ],
)
def test_how_far_away_days_are(day: dt.date, english: str, persian: str) -> None:
    with speaking("en"):
        assert how_far(day, TODAY) == english
    with speaking("fa"):
        assert how_far(day, TODAY) == persian


def test_a_day_as_it_is_written() -> None:
    with speaking("fa"):
        assert dated(dt.date(2026, 12, 12), dt.date(2026, 11, 23)) == "۲۱ آذر ۱۴۰۵، ۱۹ روز دیگر"


@pytest.fixture
def family(city: Session) -> Session:
    """1-1-1 was made in 2020 of 9-1 and 9-2, of which 9-1 came in 2010 of 8-1; 8-1 became 9-3, too, which is in use."""
    city.execute(
        text(
            """
        INSERT INTO parcel (number, geom, valid_from, valid_to)
        SELECT number, geom, since::date, until::date FROM parcel AS p,
          (VALUES ('8-1', '1990-01-01', '2010-01-01'), ('9-1', '2010-01-01', '2020-01-01'),
                  ('9-2', '1990-01-01', '2020-01-01'), ('9-3', '2010-01-01', NULL)) AS given (n, since, until)
        CROSS JOIN LATERAL (SELECT given.n AS number) AS named
        WHERE p.number = '1-1-1';
        INSERT INTO parcel_lineage (parent_id, child_id, kind, recorded_on)
        SELECT parent.id, child.id, kind, day::date FROM
          (VALUES ('9-1', '1-1-1', 'merge', '2020-01-01'), ('9-2', '1-1-1', 'merge', '2020-01-01'),
                  ('8-1', '9-1', 'subdivision', '2010-01-01'), ('8-1', '9-3', 'subdivision', '2010-01-01'))
          AS given (p, c, kind, day)
        JOIN parcel AS parent ON parent.number = given.p JOIN parcel AS child ON child.number = given.c
        """.replace("SELECT number, geom", "SELECT named.number, p.geom")
        )
    )
    return city


def test_a_family_over_generations(client: FlaskClient, family: Session) -> None:
    lineage = ask(client, "/parcels/1-1-1")["lineage"]
    assert [(each["number"], each["generation"], each["of"]) for each in lineage["ancestors"]] == [
        ("9-1", 1, "1-1-1"),
        ("9-2", 1, "1-1-1"),
        ("8-1", 2, "9-1"),
    ]
    assert (lineage["descendants"], lineage["successors"]) == ([], [])
    said = words(client.get("/parcels/1-1-1", headers=ENGLISH).text)
    assert "9-1 by merging, 1 January 2020, 1,200 m² 8-1 by subdivision, 1 January 2010, 1,200 m²" in said


def test_an_old_number_finds_those_in_use(client: FlaskClient, family: Session) -> None:
    old = ask(client, "/parcels/8-1")
    assert old["lineage"]["successors"] == ["1-1-1", "9-3"]
    assert old["parcel"]["valid_to"] == "2010-01-01"
    page = client.get("/parcels/8-1.json", headers=JSON)
    assert page.json == old
    html = client.get("/parcels/8-1", headers=ENGLISH).text
    assert "In its place there are today: 1-1-1, 9-3" in words(html)
    assert '<a href="/parcels/9-3" data-number="9-3">' in html
    later = client.get("/parcels/8-1?on=2015-01-01", headers=JSON)
    assert later.status_code == 404
    assert later.json is not None
    assert (later.json["reason"], later.json["successors"]) == ("not_on_that_day", ["1-1-1", "9-3"])


def test_a_family_that_runs_in_a_circle_ends(client: FlaskClient, family: Session) -> None:
    family.execute(
        text("""
        INSERT INTO parcel_lineage (parent_id, child_id, kind)
        SELECT parent.id, child.id, 'correction' FROM parcel AS parent, parcel AS child
        WHERE parent.number = '1-1-1' AND child.number = '8-1'
        """)
    )
    lineage = ask(client, "/parcels/1-1-1")["lineage"]
    assert max(each["generation"] for each in lineage["ancestors"]) == 6
    assert client.get("/parcels/1-1-1", headers=ENGLISH).status_code == 200


def test_the_setback_eats_into_the_parcel(client: FlaskClient, city: Session) -> None:
    city.execute(text("UPDATE zone_class SET setback_m = 8 WHERE code = 'R122'"))
    place = ask(client, "/parcels/1-1-1")["buildable"]
    # 40 × 30 m, 8 m from each side: 24 × 14 m remain, where coverage would allow 720 m².
    (part,) = place["parts"]
    told = part["buildable"]
    assert (told["inset_m2"], told["covered_m2"], told["footprint_m2"]) == (336.0, 720.0, 336.0)
    assert (told["by_far_m2"], told["by_coverage_m2"], told["binding"]) == (2880.0, 1344.0, "setback")
    assert (place["floor_area_m2"], place["inset_m2"], place["footprint_m2"]) == (1344.0, 336.0, 336.0)
    said = words(client.get("/parcels/1-1-1", headers=ENGLISH).text)
    assert "Floor-area ratio: 2.4 × 1,200 m² of land = 2,880 m²." in said
    assert (
        "after 8 m of setback 336 m² of 1,200 m² remain; coverage would allow 720 m², so the footprint is what"
        in said
    )
    assert "Footprint times floors: 336 m² × 4 floors = 1,344 m²." in said
    assert "The smaller of the two binds: 1,344 m²." in said
    assert told["steps"]["fa"][2].startswith("عقب‌نشینی: پس از ۸ متر")


@pytest.mark.parametrize(("setback_m", "inset_m2"), [(0, 1200.0), (2, 936.0), (15, 0.0), (20, 0.0)])
def test_setbacks_up_to_nothing(
    client: FlaskClient, city: Session, setback_m: float, inset_m2: float
) -> None:
    city.execute(text("UPDATE zone_class SET setback_m = :m WHERE code = 'R122'"), {"m": setback_m})
    place = ask(client, "/parcels/1-1-1")["buildable"]
    assert place["inset_m2"] == pytest.approx(inset_m2, abs=0.01)
    assert place["floor_area_m2"] == pytest.approx(min(2880, 4 * min(720, inset_m2)), abs=0.01)
    if not inset_m2:
        said = words(client.get("/parcels/1-1-1", headers=ENGLISH).text)
        assert "nothing of the land remains to be built on" in said


def test_each_part_of_two_zones_has_its_own_sum(client: FlaskClient, city: Session) -> None:
    place = ask(client, "/parcels/1-1-2")["buildable"]
    # The setback of R122 is from the parcel's border, not from the line between the zones: 18 × 26 m.
    assert [part["buildable"]["inset_m2"] for part in place["parts"]] == [468.0, None]
    assert [part["buildable"]["floor_area_m2"] for part in place["parts"]] == [1440.0, 1800.0]
    assert place["inset_m2"] == 468 + 600
    said = words(client.get("/parcels/1-1-2", headers=ENGLISH).text)
    assert "1,440 m² + 1,800 m²" in said
    assert said.count("Source: Art.") == 2


def test_an_odd_shape_loses_its_corners(client: FlaskClient, city: Session) -> None:
    # An L: what no corner reaches into is no nearer than the setback to any side.
    shape = shapely.Polygon([(0, 0), (40, 0), (40, 10), (12, 10), (12, 40), (0, 40)])
    moved = shapely.transform(shape, lambda xy: np.add(xy, (X0, Y0)))
    city.execute(
        text("UPDATE parcel SET geom = ST_Multi(ST_GeomFromText(:wkt, 32639)) WHERE number = '1-1-4'"),
        {"wkt": moved.wkt},
    )
    city.execute(text("UPDATE zone_class SET setback_m = 3 WHERE code = 'R122'"))
    (part,) = ask(client, "/parcels/1-1-4")["buildable"]["parts"]
    kept = shape.difference(shape.exterior.buffer(3, quad_segs=64)).area
    assert part["buildable"]["inset_m2"] == pytest.approx(kept, rel=2e-3)
    assert kept < 0.5 * shape.area


def test_a_street_space_of_thousands_of_corners_is_told_by_the_spot(
    client: FlaskClient, city: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_CORNERS", 4)
    for place in (ask(client, "/parcels/1-1-1"), ask(client, "/place", **at(20, 45))):
        assert (place["parcel"]["number"], place["zone"]["code"]) == ("1-1-1", "R122")
        assert place["buildable"] is None
        assert len(place["history"]) == 1


def test_permits_by_rings() -> None:
    def permit(reference: str, distance_m: float) -> PermitHere:
        return PermitHere(reference, "new", State.GRANTED, TODAY, distance_m)

    rings = rings_of([permit("far", 450), permit("own", 0), permit("edge", 100), permit("next", 100.1)])
    assert [(outer, [each.reference for each in found]) for outer, found in rings] == [
        (0.0, ["own"]),
        (100.0, ["edge"]),
        (300.0, ["next"]),
        (500.0, ["far"]),
    ]


def test_permits_on_the_page(client: FlaskClient, city: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "We hold no permit data" in words(client.get("/parcels/1-1-1", headers=ENGLISH).text)
    assert ask(client, "/parcels/1-1-1")["permits_told"] == "no_data"
    monkeypatch.setattr(service, "find_permits", lambda *_: [])
    said = words(client.get("/parcels/1-1-1", headers=ENGLISH).text)
    assert (
        "On the parcel None here. Within 100 m None here. Within 300 m None here. Within 500 m None here."
        in said
    )
    one = PermitHere("P-1", "new building", State.GRANTED, TODAY, 40.0, group="decided")
    monkeypatch.setattr(service, "find_permits", lambda *_: [one])
    assert ask(client, "/parcels/1-1-1")["permits"] == [
        {
            "reference": "P-1",
            "kind": "new building",
            "state": "granted",
            "state_name": "موافقت‌شده",
            "since": "2026-11-25",
            "distance_m": 40.0,
            "url": "/permits/P-1",
        }
    ]
    assert "Within 100 m new building P-1 Granted" in words(
        client.get("/parcels/1-1-1", headers=ENGLISH).text
    )


def test_more_permits_than_are_told_are_not_told_as_none(
    client: FlaskClient, city: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [
        PermitHere(f"P-{n}", "new", State.GRANTED, TODAY, 101.0 + n / 1000, group="decided")
        for n in range(MOST)
    ]
    monkeypatch.setattr(service, "find_permits", lambda *_: many)
    said = words(client.get("/parcels/1-1-1", headers=ENGLISH).text)
    assert "On the parcel None here. Within 100 m None here. Within 300 m new P-0" in said
    assert said.count("Only the nearest are told here") == 2
    assert "Within 500 m Only the nearest" in said
    assert ask(client, "/parcels/1-1-1")["permits_told"] == "nearest"
    monkeypatch.setattr(service, "find_permits", lambda *_: many[1:])
    assert ask(client, "/parcels/1-1-1")["permits_told"] == "all"
    said = words(client.get("/parcels/1-1-1", headers=ENGLISH).text)
    assert "Only the nearest" not in said
    assert "Within 500 m None here." in said
