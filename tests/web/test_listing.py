"""What the map shows, as text: the window cut right, everything in it told from the right place, every refusal."""

import math
import re
from typing import Any

import pyproj
import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.small_city import SRID, X0, Y0

JSON = {"Accept": "application/json", "Accept-Language": "en"}
ENGLISH = {"Accept": "text/html", "Accept-Language": "en"}
TO_DEGREES = pyproj.Transformer.from_crs(SRID, 4326, always_xy=True)
ALL = "land_use,zoning,clinics,hydrants"


def spot(x: float, y: float) -> tuple[float, float]:
    lon, lat = TO_DEGREES.transform(X0 + x, Y0 + y)
    return lon, lat


def box(west: float, south: float, east: float, north: float) -> str:
    """A box of degrees, of metres from the corner of the small city."""
    (w, s), (e, n) = spot(west, south), spot(east, north)
    return f"{w:.7f},{s:.7f},{e:.7f},{n:.7f}"


def listed(client: FlaskClient, **query: Any) -> dict[str, Any]:
    answer = client.get("/list", query_string=query, headers=JSON)
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    return dict(answer.json)


def numbers(found: dict[str, Any]) -> set[str]:
    return {item["number"] for item in found["items"] if item["layer"] == "land_use"}


def page(client: FlaskClient, **query: Any) -> str:
    answer = client.get("/list", query_string=query, headers=ENGLISH)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_a_window_holds_what_lies_in_it_and_no_more(client: FlaskClient, city: Session) -> None:
    # Well inside the first parcel; then over its eastern border; then over the corner of four.
    assert numbers(listed(client, bbox=box(5, 35, 35, 55))) == {"1-1-1"}
    assert numbers(listed(client, bbox=box(5, 35, 45, 55))) == {"1-1-1", "1-1-2"}
    assert numbers(listed(client, bbox=box(38, 28, 42, 32))) == {"1-1-1", "1-1-2", "1-1-4", "1-1-5"}


def test_the_uppermost_of_the_map_comes_first(client: FlaskClient, city: Session) -> None:
    found = listed(client, bbox=box(-200, -100, 350, 200), layers=ALL)
    assert [(group["layer"], group["count"]) for group in found["groups"]] == [
        ("clinics", 2),
        ("hydrants", 1),
        ("zoning", 2),
        ("land_use", 6),
    ]
    assert [item["layer"] for item in found["items"]] == ["clinics"] * 2 + ["hydrants"] + ["zoning"] * 2 + [
        "land_use"
    ] * 6


def test_the_base_map_lies_beneath_all(client: FlaskClient, city: Session) -> None:
    city.execute(
        text(
            "INSERT INTO layer (id, slug, name_fa, name_en, domain, geometry_kind, base_role)"
            " VALUES (9, 'green', '', 'Parks', 'recreation', 'polygon', 'green');"
            "INSERT INTO feature (layer_id, key, name_fa, name_en, geom)"
            " SELECT 9, 'p', '', 'Laleh Park', ST_Multi(geom) FROM parcel WHERE number = '1-1-6'"
        )
    )
    found = listed(client, bbox=box(-200, -100, 350, 200), layers="clinics,land_use")
    assert [group["layer"] for group in found["groups"]] == ["clinics", "land_use", "green"]
    # The streets are named by the centre, not one by one.
    assert "streets" not in {group["layer"] for group in found["groups"]}


def test_only_the_layers_shown_are_listed(client: FlaskClient, city: Session) -> None:
    found = listed(client, bbox=box(-200, -100, 350, 200), layers="clinics")
    assert {item["layer"] for item in found["items"]} == {"clinics"}
    assert {item["layer"] for item in listed(client, bbox=box(0, 0, 120, 60))["items"]} == {"land_use"}
    one = listed(client, bbox=box(-200, -100, 350, 200), layers=ALL, only="hydrants")
    assert [item["layer"] for item in one["items"]] == ["hydrants"]


def test_ways_are_told_from_the_middle_of_the_view(client: FlaskClient, city: Session) -> None:
    found = listed(client, bbox=box(-100, -70, 140, 160), layers="clinics")
    (clinic,) = found["items"]
    # The middle is (20, 45); the clinic stands at (20, 145), and the grid's north leans a little from the true one.
    assert clinic["distance_m"] == pytest.approx(100, abs=0.2)
    assert min(clinic["bearing"], 360 - clinic["bearing"]) < 1
    html = page(client, bbox=box(-100, -70, 140, 160), layers="clinics")
    assert "100 m to the north" in html
    assert "from the middle of the view" in html


def test_ways_are_told_from_the_chosen_parcel(client: FlaskClient, city: Session) -> None:
    found = listed(client, bbox=box(-10, -10, 130, 70), parcel="1-1-1")
    by_number = {item["number"]: item for item in found["items"]}
    assert by_number["1-1-2"]["distance_m"] == 0
    assert by_number["1-1-3"]["distance_m"] == pytest.approx(40, abs=0.1)
    html = page(client, bbox=box(-10, -10, 130, 70), parcel="1-1-1")
    assert "from parcel 1-1-1" in html
    assert "the chosen parcel" in html
    assert "beside it, to the east" in html
    assert "40 m to the east" in html


def test_a_chosen_spot(client: FlaskClient, city: Session) -> None:
    lon, lat = spot(100, 15)
    found = listed(client, at=f"{lon},{lat}", layers="land_use")
    assert (found["items"][0]["number"], found["items"][0]["bearing"]) == ("1-1-6", None)
    assert found["from"]["lon"] == pytest.approx(lon, abs=1e-6)


def test_the_nearest_comes_first(client: FlaskClient, city: Session) -> None:
    found = listed(client, bbox=box(-10, -10, 130, 70), at=",".join(map(str, spot(110, 45))))
    distances = [item["distance_m"] for item in found["items"]]
    assert found["items"][0]["number"] == "1-1-3"
    assert distances == sorted(distances)


def test_the_sentence(client: FlaskClient, city: Session) -> None:
    found = listed(client, bbox=box(-100, -70, 140, 160), layers=ALL)
    assert found["told"] == "In view: 6 parcels, 2 zones, Clinics: 1, Hydrants: 1. Centre: Shariati Street."
    persian = client.get(
        "/list.json", query_string={"bbox": box(-100, -70, 140, 160), "layers": ALL, "lang": "fa"}
    ).json
    assert persian is not None
    assert persian["told"].startswith("در نما: ۶ قطعه، ۲ پهنه")
    assert "خیابان شریعتی" in persian["told"]


def test_an_empty_view_and_one_beyond_the_city(client: FlaskClient, city: Session) -> None:
    empty = listed(client, bbox=box(-480, -480, -470, -470))
    assert (empty["items"], empty["pages"]) == ([], 1)
    assert empty["told"].startswith("Nothing of what is shown lies in view")
    beyond = listed(client, bbox="10,10,11,11")
    assert (beyond["items"], beyond["told"]) == ([], "The view lies outside the city.")
    assert "outside the city" in page(client, bbox="10,10,11,11")


def test_the_whole_world_is_cut_to_the_city(client: FlaskClient, city: Session) -> None:
    assert len(numbers(listed(client, bbox="-180,-90,180,90"))) == 6
    assert len(numbers(listed(client))) == 6


def test_the_day(client: FlaskClient, city: Session) -> None:
    asked = {"bbox": box(100, 10, 110, 20), "layers": "zoning"}
    days = {"2019-12-31": "X999", "2020-01-01": "S213", "2098-12-31": "S213", "2099-01-01": "R122"}
    for day, code in days.items():
        assert [item["code"] for item in listed(client, **asked, on=day)["items"]] == [code], day
    assert listed(client, bbox=box(0, 0, 120, 60), on="2015-03-20")["items"] == []
    assert len(listed(client, bbox=box(0, 0, 120, 60), on="2015-03-21")["items"]) == 6


def test_the_filter(client: FlaskClient, city: Session) -> None:
    asked = {"bbox": box(-200, -100, 350, 200), "layers": ALL}
    assert numbers(listed(client, **asked, q="۰۱-۱-۳")) == {"1-1-3"}
    assert numbers(listed(client, **asked, q="لاله")) == {"1-1-4", "1-1-5", "1-1-6"}
    clinics = [item["names"]["en"] for item in listed(client, **asked, q="مرکزی", only="clinics")["items"]]
    assert clinics == ["Central Clinic"]
    zones = [item["code"] for item in listed(client, **asked, q="r122")["items"]]
    assert zones == ["R122"]
    # What LIKE would take for a joker is a letter here.
    assert listed(client, **asked, q="1_1")["count"] == 6
    assert listed(client, **asked, q="%25zzz%")["items"] == []
    assert "called “zzzz”" in page(client, **asked, q="zzzz")


def test_pages(client: FlaskClient, city: Session) -> None:
    city.execute(
        text(
            "INSERT INTO feature (layer_id, key, name_fa, name_en, geom)"
            " SELECT 1, 'more' || n, '', 'Clinic ' || n, ST_SetSRID(ST_MakePoint(:x + n, :y), :srid)"
            " FROM generate_series(1, 118) AS n"
        ),
        {"x": X0, "y": Y0 + 100, "srid": SRID},
    )
    asked = {"bbox": box(-200, -100, 350, 200), "layers": ALL}
    pages = [listed(client, **asked, page=n) for n in (1, 2, 3)]
    assert [(each["page"], each["pages"], len(each["items"])) for each in pages] == [
        (1, 3, 50),
        (2, 3, 50),
        (3, 3, 29),
    ]
    told = [item for each in pages for item in each["items"]]
    assert len(set(map(str, told))) == 129
    assert listed(client, **asked, page=9)["page"] == 3
    html = page(client, **asked, page=2)
    assert 'rel="prev"' in html
    assert 'rel="next"' in html
    following = re.search(r'rel="next" href="([^"]+)"', html)
    assert following is not None
    assert "Page 3 of 3" in client.get(following[1].replace("&amp;", "&"), headers=ENGLISH).text


def test_more_than_anybody_reads_is_said_to_be_more(
    client: FlaskClient, city: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    from layers import in_view
    from webmap.listing import service

    monkeypatch.setattr(in_view, "MOST_COUNTED", 4)
    monkeypatch.setattr(service, "MOST_COUNTED", 4)
    in_view_statements = __import__("parcels.in_view", fromlist=["_parcel_count"])
    in_view_statements._parcel_count.cache_clear()
    found = listed(client, bbox=box(0, 0, 120, 60))
    in_view_statements._parcel_count.cache_clear()
    assert found["groups"] == [{"layer": "land_use", "name": "Parcels", "count": 4, "more": True}]
    assert found["told"].startswith("In view: more than 4 parcels")
    assert len(found["items"]) == 4


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ({"bbox": "1,2,3"}, 400, "bbox"),
        ({"bbox": "a,b,c,d"}, 400, "bbox"),
        ({"bbox": "51,35,50,36"}, 422, "bbox"),
        ({"bbox": "51,36,52,35"}, 422, "bbox"),
        ({"bbox": "51,35,51,36"}, 422, "bbox"),
        ({"bbox": "51,35,181,36"}, 422, "bbox"),
        ({"bbox": "nan,35,52,36"}, 400, "bbox"),
        ({"layers": "a b"}, 400, "layers"),
        ({"on": "soon"}, 400, "on"),
        ({"page": "0"}, 400, "page"),
        ({"q": "x" * 201}, 400, "q"),
        ({"at": "51.4"}, 400, "lat"),
        ({"at": "200,35"}, 422, "lon"),
        ({"parcel": "9-9-9"}, 404, "number"),
    ],
)
def test_refusals_name_the_field(
    client: FlaskClient, city: Session, query: dict[str, str], status: int, field: str
) -> None:
    answer = client.get("/list", query_string=query, headers=JSON)
    assert answer.status_code == status, answer.text
    assert answer.json is not None
    assert answer.json["field"] == field


def test_a_city_without_data(client: FlaskClient) -> None:
    answer = client.get("/list", headers=JSON)
    assert answer.status_code == 404
    assert answer.json is not None
    assert answer.json["reason"] == "no_data"


def test_the_page_needs_no_script_to_go_anywhere(client: FlaskClient, city: Session) -> None:
    html = page(client, bbox=box(-200, -100, 350, 200), layers=ALL)
    for address in set(re.findall(r'href="(/(?:parcels|place|zoning|list)[^"]*)"', html)):
        assert client.get(address.replace("&amp;", "&"), headers=ENGLISH).status_code == 200, address
    assert '<form class="spot-form' in html


def test_boxes_ticked_one_by_one_are_layers_too(client: FlaskClient, city: Session) -> None:
    answer = client.get("/list.json", query_string={"layers": ["zoning", "clinics"]}).json
    assert answer is not None
    assert {group["layer"] for group in answer["groups"]} == {"zoning", "clinics"}


def steps(client: FlaskClient, number: str) -> dict[str, str]:
    answer = client.get(f"/parcels/{number}/beside.json", headers=JSON).json
    assert answer is not None
    return {step["direction"]: step["number"] for step in answer["beside"] if step["direction"]}


def test_one_can_walk_the_map(client: FlaskClient, city: Session) -> None:
    assert steps(client, "1-1-5") == {
        "north": "1-1-2",
        "east": "1-1-6",
        "west": "1-1-4",
    }
    # Straight to the north-east lies the northern neighbour again; those at the corners only touch.
    answer = client.get("/parcels/1-1-5/beside.json", headers=JSON).json
    assert answer is not None
    assert [(each["number"], each["direction"]) for each in answer["beside"][3:]] == [
        ("1-1-3", None),
        ("1-1-1", None),
    ]
    # East and back, south and back.
    assert steps(client, steps(client, "1-1-1")["east"])["west"] == "1-1-1"
    assert steps(client, steps(client, "1-1-1")["south"])["north"] == "1-1-1"
    assert "north" not in steps(client, "1-1-1")


def test_a_step_over_a_street_names_it(client: FlaskClient, city: Session) -> None:
    city.execute(
        text(
            "INSERT INTO parcel (number, street_id, house_number, land_use, valid_from, geom)"
            " VALUES ('1-2-1', 1, 1, 'park', DATE '2015-03-21',"
            " ST_Multi(ST_MakeEnvelope(:x, :y + 72, :x + 40, :y + 90, :srid)))"
        ),
        {"x": X0, "y": Y0, "srid": SRID},
    )
    answer = client.get("/parcels/1-1-1/beside.json", headers=JSON).json
    assert answer is not None
    north = next(step for step in answer["beside"] if step["direction"] == "north")
    assert (north["number"], north["across"]) == ("1-2-1", "Shariati Street")
    assert north["gap_m"] == pytest.approx(12, abs=0.01)
    html = client.get("/parcels/1-1-1", headers=ENGLISH).text
    assert "12 m off, across Shariati Street" in html
    assert re.search(r'data-number="1-2-1" data-step="north">North', html)


def test_a_parcel_that_only_touches_is_told_too(client: FlaskClient, city: Session) -> None:
    # A narrow strip along the south side's western end, which no straight line from the middle meets.
    city.execute(
        text(
            "INSERT INTO parcel (number, land_use, valid_from, geom) VALUES ('1-3-1', 'vacant', DATE '2015-03-21',"
            " ST_Multi(ST_MakeEnvelope(:x, :y - 2, :x + 3, :y, :srid)))"
        ),
        {"x": X0, "y": Y0, "srid": SRID},
    )
    answer = client.get("/parcels/1-1-4/beside.json", headers=JSON).json
    assert answer is not None
    touching = next(step for step in answer["beside"] if step["number"] == "1-3-1")
    assert touching["direction"] is None
    assert touching["gap_m"] == 0
    assert 180 < touching["bearing"] < 270
    assert math.isfinite(touching["lon"])


def test_from_a_street_too_one_can_walk_on(client: FlaskClient, city: Session) -> None:
    lon, lat = spot(20, 66)
    html = client.get("/place", query_string={"lon": lon, "lat": lat}, headers=ENGLISH).text
    assert 'data-number="1-1-1" data-step="south"' in html


def test_steps_on_another_day_and_from_nowhere(client: FlaskClient, city: Session) -> None:
    city.execute(text("UPDATE parcel SET valid_to = DATE '2021-03-21' WHERE number = '1-1-2'"))
    assert steps(client, "1-1-1")["east"] == "1-1-3"
    then = client.get("/parcels/1-1-1/beside.json?on=2021-03-20", headers=JSON).json
    assert then is not None
    assert next(step["number"] for step in then["beside"] if step["direction"] == "east") == "1-1-2"
    assert client.get("/parcels/9-9-9/beside.json", headers=JSON).status_code == 404


def test_a_layer_of_the_staff_s_is_not_listed(client: FlaskClient, city: Session) -> None:
    city.execute(text("UPDATE layer SET visibility = 'staff' WHERE slug = 'clinics'"))
    found = listed(client, bbox=box(-200, -100, 350, 200), layers=ALL)
    assert "clinics" not in {group["layer"] for group in found["groups"]}
    told = client.get("/list/told.json", query_string={"layers": ALL}).json
    assert told is not None
    assert "Clinics" not in told["told"]


def test_the_sentence_alone_is_that_of_the_list(client: FlaskClient, city: Session) -> None:
    asked = {"bbox": box(-100, -70, 140, 160), "layers": ALL}
    alone = client.get("/list/told.json", query_string=asked, headers=JSON).json
    assert alone == {"told": listed(client, **asked)["told"]}
    bad = client.get("/list/told.json?bbox=1,2,3", headers=JSON)
    assert bad.status_code == 400
