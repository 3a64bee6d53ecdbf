"""Parcels side by side and added up, over HTTP: what they say, how they refuse, and that they need no script."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

JSON = {"Accept": "application/json", "Accept-Language": "en"}
ENGLISH = {"Accept": "text/html", "Accept-Language": "en"}


def data(client: FlaskClient, path: str, *numbers: str, **more: str) -> dict[str, Any]:
    answer = client.get(path, query_string={"parcel": numbers, **more}, headers=JSON)
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    return dict(answer.json)


def page(client: FlaskClient, path: str, *numbers: str, **more: str) -> str:
    answer = client.get(path, query_string={"parcel": numbers, **more}, headers=ENGLISH)
    assert answer.status_code == 200, answer.text
    return answer.text


def criteria(compared: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["key"]: each for each in compared["criteria"]}


def test_each_parcel_s_value_stands_beside_the_others(client: FlaskClient, city: Session) -> None:
    compared = data(client, "/compare", "1-1-1", "1-1-3")
    assert [each["parcel"]["number"] for each in compared["parcels"]] == ["1-1-1", "1-1-3"]
    rows = criteria(compared)
    assert rows["land_use"]["values"] == [["Residential"], ["Commercial"]]
    assert rows["area"]["values"] == [["1,200 m²"], ["1,200 m²"]]
    assert rows["zone"]["values"] == [["R122 Medium-density residential"], ["S213 Local commercial"]]
    assert rows["far"]["values"] == [["240%"], ["300%"]]
    assert rows["setback"]["values"] == [["2 m"], ["0 m"]]
    assert rows["planned"]["values"][0] == ["none scheduled"]
    assert "R122" in rows["planned"]["values"][1][0]


def test_what_differs_is_told_apart_from_what_does_not(client: FlaskClient, city: Session) -> None:
    rows = criteria(data(client, "/compare", "1-1-1", "1-1-3"))
    assert rows["land_use"]["differs"] is True
    assert rows["area"]["differs"] is False
    html = page(client, "/compare", "1-1-1", "1-1-3")
    different = re.search(r'<tr[^>]*data-key="land_use".*?</th>', html, re.S)
    alike = re.search(r'<tr[^>]*data-key="area".*?</th>', html, re.S)
    assert different is not None
    assert alike is not None
    # A sign and a word, so that nobody needs the colour.
    assert "≠" in different[0]
    assert "(different)" in different[0]
    assert "≠" not in alike[0]
    only = page(client, "/compare", "1-1-1", "1-1-3", only="differences")
    assert 'data-key="land_use"' in only
    assert 'data-key="area"' not in only


def test_a_parcel_on_two_zones_tells_each_part(client: FlaskClient, city: Session) -> None:
    rows = criteria(data(client, "/compare", "1-1-2", "1-1-1"))
    assert rows["zone"]["values"][0] == [
        "R122 Medium-density residential (50% of the parcel)",
        "S213 Local commercial (50% of the parcel)",
    ]
    assert rows["far"]["values"] == [["R122: 240%", "S213: 300%"], ["240%"]]


def test_a_layer_without_data_is_not_a_layer_without_things(client: FlaskClient, city: Session) -> None:
    rows = criteria(data(client, "/compare", "1-1-1", "1-1-3"))
    assert rows["near.hydrants"]["values"] == [["no data"], ["no data"]]
    assert rows["near.clinics"]["values"][0][0] == "First Clinic"


def test_comparing_on_another_day(client: FlaskClient, city: Session) -> None:
    rows = criteria(data(client, "/compare", "1-1-1", "1-1-3", on="2019-12-31"))
    assert rows["zone"]["values"][1] == ["X999"]
    assert rows["floors"]["values"][1] == ["not entered yet"]
    assert (
        rows["zone"]["values"][1]
        != criteria(data(client, "/compare", "1-1-1", "1-1-3", on="2020-01-01"))["zone"]["values"][1]
    )


def test_the_sums_are_those_of_the_parcels(client: FlaskClient, city: Session) -> None:
    numbers = ("1-1-1", "1-1-2", "1-1-4")
    each = [data(client, f"/parcels/{number}") for number in numbers]
    added = data(client, "/selection", *numbers)
    assert added["count"] == 3
    assert added["area_m2"] == pytest.approx(3600, abs=0.01)
    wanted = sum(place["buildable"]["floor_area_m2"] for place in each)
    assert added["buildable"] == {"floor_area_m2": pytest.approx(wanted, abs=0.05), "untold": []}
    assert [parcel["number"] for parcel in added["parcels"]] == list(numbers)


def test_a_parcel_named_twice_counts_once(client: FlaskClient, city: Session) -> None:
    added = data(client, "/selection", "1-1-1", "01-001-1", "۱/۱/۱")
    assert added["count"] == 1
    assert added["area_m2"] == pytest.approx(1200, abs=0.01)


def test_a_parcel_whose_rules_do_not_tell_is_named(client: FlaskClient, city: Session) -> None:
    added = data(client, "/selection", "1-1-1", "1-1-3", on="2019-06-01")
    assert added["buildable"]["untold"] == ["1-1-3"]
    assert added["buildable"]["floor_area_m2"] == pytest.approx(
        data(client, "/selection", "1-1-1", on="2019-06-01")["buildable"]["floor_area_m2"]
    )
    assert (
        "1-1-3"
        in page(client, "/selection", "1-1-1", "1-1-3", on="2019-06-01").split("do not tell it:")[1][:80]
    )


def test_a_parcel_that_is_no_more_is_told_but_not_added(client: FlaskClient, city: Session) -> None:
    city.execute(text("UPDATE parcel SET valid_to = DATE '2021-03-21' WHERE number = '1-1-4'"))
    added = data(client, "/selection", "1-1-1", "1-1-4")
    assert added["closed"] == ["1-1-4"]
    assert added["area_m2"] == pytest.approx(1200, abs=0.01)
    compared = criteria(data(client, "/compare", "1-1-1", "1-1-4"))
    assert compared["buildable"]["values"][1] == ["parcel no longer in use"]


@pytest.mark.parametrize("path", ["/compare", "/selection"])
def test_unknown_numbers_are_named(client: FlaskClient, city: Session, path: str) -> None:
    answer = data(client, path, "1-1-1", "9-9-9")
    assert [(each["number"], each["reason"]) for each in answer["unknown"]] == [("9-9-9", "no_such_parcel")]
    assert 'data-unknown="9-9-9"' in page(client, path, "1-1-1", "9-9-9")
    none = client.get(path, query_string={"parcel": ["9-9-9", "8-8-8"]}, headers=JSON)
    assert none.status_code == 404
    assert none.json is not None
    assert (none.json["field"], none.json["unknown"]) == ("parcel", ["9-9-9", "8-8-8"])


@pytest.mark.parametrize(("path", "most"), [("/compare", 6), ("/selection", 50)])
def test_too_many_are_refused(client: FlaskClient, city: Session, path: str, most: int) -> None:
    numbers = [f"7-7-{n}" for n in range(most + 1)]
    answer = client.get(path, query_string={"parcel": numbers}, headers=JSON)
    assert answer.status_code == 422
    assert answer.json is not None
    assert (answer.json["field"], answer.json["most"]) == ("parcel", most)


@pytest.mark.parametrize("path", ["/compare", "/selection"])
@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ({}, 400, "parcel"),
        ({"parcel": ""}, 400, "parcel"),
        ({"parcel": "x" * 101}, 400, "parcel"),
        ({"parcel": "1-1-1", "on": "yesterday"}, 400, "on"),
        ({"parcel": "1-1-1", "on": "2026-02-30"}, 422, "on"),
    ],
)
def test_refusals_name_the_field(
    client: FlaskClient, city: Session, path: str, query: dict[str, str], status: int, field: str
) -> None:
    answer = client.get(path, query_string=query, headers=JSON)
    assert answer.status_code == status
    assert answer.json is not None
    assert answer.json["field"] == field


@pytest.mark.parametrize("path", ["/compare", "/selection"])
def test_a_page_asked_of_nothing_asks_for_a_number(client: FlaskClient, city: Session, path: str) -> None:
    html = page(client, path)
    assert '<input id="add" name="parcel"' in html


def test_the_form_keeps_the_parcels_and_the_day(client: FlaskClient, city: Session) -> None:
    html = page(client, "/compare", "1-1-1", "1-1-2", on="2022-01-01")
    for number in ("1-1-1", "1-1-2"):
        assert f'<input type="hidden" name="parcel" value="{number}">' in html
    assert '<input type="hidden" name="on" value="2022-01-01">' in html


def test_each_can_be_taken_away_by_a_link(client: FlaskClient, city: Session) -> None:
    html = page(client, "/selection", "1-1-1", "1-1-2", "1-1-3")
    found = re.search(r'data-unselect="1-1-2" href="([^"]+)"', html)
    assert found is not None
    left = client.get(
        found[1].replace("&amp;", "&").replace("/selection", "/selection.json"), headers=JSON
    ).json
    assert left is not None
    assert [each["number"] for each in left["parcels"]] == ["1-1-1", "1-1-3"]


def test_the_shapes_are_the_parcels_own(client: FlaskClient, city: Session) -> None:
    shapes = data(client, "/selection.geojson", "1-1-1", "1-1-3")
    alone = client.get("/parcels/1-1-3.geojson").json
    assert shapes["type"] == "FeatureCollection"
    assert shapes["features"][1] == alone


def test_the_panel_is_a_piece_of_the_page(client: FlaskClient, city: Session) -> None:
    piece = page(client, "/selection", "1-1-1", panel="1")
    assert piece.lstrip().startswith("<section")
    assert "<html" not in piece
    assert "data-unselect" in piece


def test_what_is_typed_stays_text(client: FlaskClient, city: Session) -> None:
    html = page(client, "/compare", "1-1-1", '"><script>x</script>')
    assert "<script>x" not in html


def test_a_layer_of_the_staff_s_is_not_told_as_none(client: FlaskClient, city: Session) -> None:
    city.execute(text("UPDATE layer SET visibility = 'staff' WHERE slug = 'clinics'"))
    rows = criteria(data(client, "/compare", "1-1-1", "1-1-3"))
    assert rows["near.clinics"]["values"] == [["not shown to the public"]] * 2


def test_what_lies_over_the_parcels_is_compared_too(client: FlaskClient, city: Session) -> None:
    city.execute(
        text(
            "INSERT INTO layer (id, slug, name_fa, name_en, domain, geometry_kind, place_role, coverage)"
            " SELECT 9, 'flood', 'سیلاب', 'Flood', 'land_use', 'polygon', 'overlay', boundary FROM city;"
            "INSERT INTO feature (layer_id, key, name_fa, name_en, geom)"
            " SELECT 9, 'f', '', 'High water', ST_Multi(geom) FROM parcel WHERE number = '1-1-1'"
        )
    )
    (row,) = [
        row
        for key, row in criteria(data(client, "/compare", "1-1-1", "1-1-3")).items()
        if key == "over.flood"
    ]
    assert row["values"] == [["High water covers the whole parcel"], ["none here"]]
    assert row["differs"] is True


def test_the_chosen_parcels_are_downloaded_together(client: FlaskClient, city: Session) -> None:
    html = page(client, "/selection", "1-1-1", "1-1-3")
    found = re.search(r'href="(/download/parcels\.csv\?[^"]*)"', html)
    assert found is not None
    file = client.get(found[1].replace("&amp;", "&"))
    assert file.status_code == 200
    assert "1-1-1" in file.text
    assert "1-1-3" in file.text
    assert "1-1-2" not in file.text
