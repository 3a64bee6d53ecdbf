"""Overlays, networks and the staff's layers at a place: what is told, in three sentences that are always distinct."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from layers.tiles.grid import cell_at
from tests import mvt, rich_city
from tests.web.test_place import ENGLISH, PERSIAN, ask, at, words
from webmap.drawing.queries import list_drawn_layers


@pytest.fixture
def rich(city: Session) -> Session:
    rich_city.build(city)
    return city


def over(place: dict[str, Any]) -> dict[str, tuple[float | None, float | None]]:
    return {each["layer"]: (each["share"], each["area_m2"]) for each in place["overlays"]}


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("1-1-1", {"flood": (0.25, 300), "heritage": (1.0, 1200)}),
        ("1-1-2", {"heritage": (0.5, 600)}),
        ("1-1-3", {}),
        ("1-1-4", {"flood": (0.25, 300)}),  # the heritage area only borders on it
    ],
)
def test_overlays_with_their_share(
    client: FlaskClient, rich: Session, number: str, expected: dict[str, tuple[float, float]]
) -> None:
    assert over(ask(client, f"/parcels/{number}")) == expected


def test_a_spot_without_parcel_names_what_lies_over_it(client: FlaskClient, rich: Session) -> None:
    assert over(ask(client, "/place", **at(-2, 64))) == {"heritage": (None, None)}
    assert over(ask(client, "/place", **at(-5, 64))) == {"heritage": (None, None)}, "on its edge"
    assert over(ask(client, "/place", **at(-5.1, 64))) == {}


def test_networks_are_measured_from_the_border(client: FlaskClient, rich: Session) -> None:
    networks = ask(client, "/parcels/1-1-1")["networks"]
    assert [(each["layer"], each["distance_m"]) for each in networks] == [
        ("water_network", 4.0),
        ("streets", 6.0),
    ]
    assert networks[0]["kind"] == "main"
    assert networks[0]["bearing"] == pytest.approx(0, abs=1) or networks[0]["bearing"] > 359
    southern = ask(client, "/parcels/1-1-4")["networks"]
    assert [(each["layer"], each["distance_m"]) for each in southern] == [
        ("water_network", 34.0),
        ("streets", 36.0),
    ]


def test_a_network_across_the_parcel_has_no_direction(client: FlaskClient, rich: Session) -> None:
    rich.execute(text("UPDATE feature SET geom = ST_Translate(geom, 0, -10) WHERE key = 'w1'"))
    crossing = ask(client, "/parcels/1-1-1")["networks"][0]
    assert (crossing["layer"], crossing["distance_m"], crossing["bearing"]) == ("water_network", 0.0, None)
    said = words(client.get("/parcels/1-1-1", headers=ENGLISH).text)
    assert "Water network Main crosses the parcel" in said


def test_the_page_says_it_in_english(client: FlaskClient, rich: Session) -> None:
    said = words(client.get("/parcels/1-1-1", headers=ENGLISH).text)
    for sentence in (
        "Flood zone Hundred-year flood covers 25% of the parcel (300 m²)",
        "Heritage Old town covers the whole parcel",
        "Landslide We hold no data here.",
        "Security perimeter Not shown to the public.",
        "Water network Main 4 m from the parcel's border, to the north",
        "Sewer network None here within 50 m.",
        "Gas network Not shown to the public.",
        "Depots Not shown to the public.",
        "Hydrants We hold no data here.",
    ):
        assert sentence in said, sentence
    assert "Flood zone None here." in words(client.get("/parcels/1-1-3", headers=ENGLISH).text)


def test_the_page_says_it_in_persian(client: FlaskClient, rich: Session) -> None:
    said = words(client.get("/parcels/1-1-1", headers=PERSIAN).text)
    for sentence in (
        "پهنهٔ سیل سیلاب صدساله ۲۵٪ قطعه (۳۰۰ متر مربع) را در بر می‌گیرد",
        "محدودهٔ تاریخی بافت کهن همهٔ قطعه را در بر می‌گیرد",
        "شبکهٔ آب خط اصلی ۴ متر از مرز قطعه، به سوی شمال",
        "شبکهٔ فاضلاب تا ۵۰ متری اینجا موردی نیست.",
        "شبکهٔ گاز برای عموم نمایش داده نمی‌شود.",
    ):
        assert sentence in said, sentence


def test_three_sentences_are_three(client: FlaskClient, rich: Session) -> None:
    for headers in (ENGLISH, PERSIAN):
        page = client.get("/parcels/1-1-3", headers=headers).text
        told = {
            state: words(page.split(f'data-layer="{slug}"')[1].split("</li>")[0]).split(">")[-1]
            for state, slug in (("none", "flood"), ("no_data", "landslide"), ("not_public", "raid"))
        }
        assert len({each.split(maxsplit=2)[-1] for each in told.values()}) == 3
    coverage = ask(client, "/parcels/1-1-3")["coverage"]
    assert (coverage["flood"], coverage["landslide"], coverage["raid"]) == (
        "covered",
        "no_data",
        "not_public",
    )


@pytest.mark.parametrize(
    "path",
    [
        "/parcels/1-1-1.json",
        "/parcels/1-1-1",
        "/parcels/1-1-1?panel=1",
        "/search?q=Hidden",
        "/search.json?q=Hidden",
        "/search.json?q=%D9%BE%D9%86%D9%87%D8%A7%D9%86",
        "/list?parcel=1-1-1&layers=depots,gas_network,raid",
        "/list.json?parcel=1-1-1&layers=depots,gas_network,raid",
        "/",
    ],
)
def test_the_staffs_features_are_nowhere(client: FlaskClient, rich: Session, path: str) -> None:
    answer = client.get(path, headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    said = answer.text.replace("q=Hidden", "").replace('value="Hidden"', "").replace("“Hidden”", "")
    assert "Hidden " not in said
    assert "پنهان</" not in said
    rich.execute(text("UPDATE layer SET visibility = 'public'"))
    if path != "/":
        assert any(word in client.get(path).text for word in rich_city.HIDDEN)


def test_the_map_does_not_offer_the_staffs_layers(client: FlaskClient, rich: Session) -> None:
    page = client.get("/").text
    assert '"slug": "flood"' in page or '"slug":"flood"' in page
    assert '"slug": "depots"' not in page
    assert '"slug":"depots"' not in page


def test_the_staffs_layers_are_not_handed_out(client: FlaskClient, rich: Session) -> None:
    assert client.get("/download/depots.geojson").status_code == 404
    assert client.get("/download/flood.geojson").status_code == 200
    drawn = list_drawn_layers(rich, ["flood", "depots"])
    assert [layer.slug for layer in drawn] == ["flood", "streets"]


@pytest.mark.parametrize("address", ["/tiles/depots.json", "/tiles/depots/16/42130/25891.mvt"])
def test_tiles_of_the_staffs_layers_are_refused(client: FlaskClient, rich: Session, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 403
    assert answer.json is not None
    assert (answer.json["code"], answer.json["field"]) == ("not_allowed", "source")
    rich.execute(text("UPDATE layer SET visibility = 'public' WHERE slug = 'depots'"))
    assert client.get(address).status_code == 200


def test_a_base_layer_of_the_staff_is_not_on_the_base_map(client: FlaskClient, rich: Session) -> None:
    lon, lat = (float(value) for value in at(0, 66).values())
    cell = cell_at(lon, lat, 16)
    tile = f"/tiles/base/{cell.z}/{cell.x}/{cell.y}.mvt"
    assert "streets" in mvt.read(client.get(tile).data)
    rich.execute(text("UPDATE layer SET visibility = 'staff' WHERE slug = 'streets'"))
    assert "streets" not in mvt.read(client.get(tile).data)


def test_hiding_a_layer_drops_the_tiles_that_were_made(city: Session) -> None:
    city.execute(text("DELETE FROM tile_outbox"))
    city.execute(text("UPDATE layer SET visibility = 'public'"))
    assert city.execute(text("SELECT source FROM tile_outbox")).all() == []
    city.execute(text("UPDATE layer SET visibility = 'staff' WHERE slug IN ('clinics', 'streets')"))
    touched = city.execute(text("SELECT source, west FROM tile_outbox ORDER BY source"))
    assert [tuple(row) for row in touched] == [("base", None), ("clinics", None), ("streets", None)]
