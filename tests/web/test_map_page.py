"""The map page: what the server tells the browser, and that nothing of it could run or leave."""

import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from layers.models import Domain
from parcels.models import LandUse
from webmap import browser, words

CONFIG = re.compile(r'<script type="application/json" id="config">(.*?)</script>', re.DOTALL)


def page_and_config(client: FlaskClient, query: str) -> tuple[str, dict[str, Any]]:
    answer = client.get(f"/?{query}")
    assert answer.status_code == 200
    html = answer.get_data(as_text=True)
    found = CONFIG.search(html)
    assert found
    config: dict[str, Any] = json.loads(found[1])
    return html, config


@pytest.mark.parametrize(
    ("lang", "direction", "calendar"), [("fa", "rtl", "persian"), ("en", "ltr", "gregory")]
)
def test_language(client: FlaskClient, city: Session, lang: str, direction: str, calendar: str) -> None:
    html, config = page_and_config(client, f"lang={lang}")
    assert f'<html lang="{lang}" dir="{direction}"' in html
    assert (config["lang"], config["dir"], config["calendar"]) == (lang, direction, calendar)
    assert ("شهرک" if lang == "fa" else "Smallville") in html


def test_the_city_and_its_layers(client: FlaskClient, city: Session) -> None:
    _html, config = page_and_config(client, "lang=en")
    west, south, east, north = config["city"]["bounds"]
    assert 51 < west < east < 52
    assert 35 < south < north < 36
    # Streets are base map: always on, in no list.
    assert [each["slug"] for each in config["layers"]] == ["clinics", "hydrants"]
    assert set(config["sources"]) == {"base", "parcels", "permits", "zoning", "clinics", "hydrants"}
    assert [each["code"] for each in config["palette"]["zone_classes"]] == ["R122", "S213", "X999"]


def tell_no_land_use(city: Session) -> None:
    city.execute(text("UPDATE parcel SET land_use = 'unknown'"))
    city.execute(
        text(
            "INSERT INTO parcel_block (cell_x, cell_y, land_use, geom_3857)"
            " SELECT 0, 0, 'unknown', ST_Union(geom_3857) FROM parcel"
        )
    )


def test_a_city_that_tells_no_land_use_begins_with_its_zones(client: FlaskClient, city: Session) -> None:
    assert page_and_config(client, "lang=en")[1]["themes"] == ["land_use"]
    tell_no_land_use(city)
    assert page_and_config(client, "lang=en")[1]["themes"] == ["zoning"]
    city.execute(text("UPDATE parcel_block SET land_use = 'vacant'"))
    assert page_and_config(client, "lang=en")[1]["themes"] == ["land_use"]


def test_without_zones_there_is_only_land_use_to_begin_with(client: FlaskClient, city: Session) -> None:
    tell_no_land_use(city)
    city.execute(text("DELETE FROM zone"))
    assert page_and_config(client, "lang=en")[1]["themes"] == ["land_use"]


def test_classes_without_a_group_are_told_apart_by_their_letters(client: FlaskClient, city: Session) -> None:
    city.execute(text("INSERT INTO zone_class (code) VALUES ('Y1'), ('Y2')"))
    city.execute(text("UPDATE zone_class SET colour = '#123456' WHERE code = 'Y2'"))
    classes = page_and_config(client, "lang=en")[1]["palette"]["zone_classes"]
    colours = {each["code"]: each["colour"] for each in classes}
    assert colours["R122"] == ""
    assert colours["Y2"] == "#123456"
    hues = [each["colour"] for each in browser.style()["zone_unsorted"].values()]
    assert colours["X999"] in hues
    assert colours["Y1"] in hues
    assert colours["X999"] != colours["Y1"]


def test_revisions_are_those_of_the_tiles(client: FlaskClient, city: Session) -> None:
    city.execute(text("INSERT INTO source_revision (source, revision) VALUES ('parcels', 7), ('zoning', 3)"))
    _html, config = page_and_config(client, "lang=en")
    for source in ("base", "parcels", "zoning", "clinics"):
        told = client.get(config["sources"][source]["tilejson"]).get_json()
        assert config["sources"][source]["revision"] == told["revision"], source
    assert config["sources"]["parcels"]["revision"] == "7"


def test_without_a_boundary_the_parcels_tell_the_extent(client: FlaskClient, city: Session) -> None:
    city.execute(text("UPDATE city SET boundary = NULL"))
    _html, config = page_and_config(client, "lang=en")
    west, south, east, north = config["city"]["bounds"]
    assert 0.001 < east - west < 0.002  # 120 m
    assert 0.0004 < north - south < 0.0008  # 60 m


def test_a_database_without_a_city(client: FlaskClient) -> None:
    html, config = page_and_config(client, "lang=en")
    assert config["city"]["bounds"] is None
    assert config["layers"] == []
    assert "Map of The city" in html


@pytest.mark.parametrize(
    ("asked", "told"), [("2027-03-21", "2027-03-21"), ("tomorrow", None), ("2027-02-30", None), ("", None)]
)
def test_the_day(client: FlaskClient, city: Session, asked: str, told: str | None) -> None:
    _html, config = page_and_config(client, f"lang=en&on={asked}")
    assert config["on"] == told


def test_names_cannot_end_the_script_element(client: FlaskClient, city: Session) -> None:
    evil = "</script><img src=x onerror=alert(1)>"
    city.execute(text("UPDATE layer SET name_en = :evil WHERE slug = 'clinics'"), {"evil": evil})
    html, config = page_and_config(client, "lang=en")
    assert evil not in html
    assert config["layers"][0]["names"]["en"] == evil


def test_nothing_runs_that_is_not_a_file_of_ours(client: FlaskClient, city: Session) -> None:
    html, _config = page_and_config(client, "lang=en")
    for attributes in re.findall(r"<script([^>]*)>", html):
        assert 'type="application/json"' in attributes or re.search(r'src="/static/', attributes)
    assert not re.search(r"\s(style|on\w+)=", re.sub(CONFIG, "", html))
    assert "'unsafe-" not in client.get("/?lang=en").headers["Content-Security-Policy"]


def test_without_javascript_the_parcel_is_a_link(client: FlaskClient, city: Session) -> None:
    html, _config = page_and_config(client, "lang=en&parcel=1-1-2")
    noscript = html.split("<noscript>")[1].split("</noscript>")[0]
    assert 'href="/parcels/1-1-2"' in noscript
    assert 'href="/search"' in noscript


@pytest.mark.parametrize("scheme", ["light", "dark", "auto", '"><b>'])
def test_the_appearance_chosen_comes_with_the_page(client: FlaskClient, city: Session, scheme: str) -> None:
    client.set_cookie("scheme", scheme)
    html, _config = page_and_config(client, "lang=en")
    assert (f'data-scheme="{scheme}"' in html.split(">")[1]) == (scheme in ("light", "dark"))


def test_every_code_has_its_look_and_its_word() -> None:
    style = browser.style()
    assert set(style["land_use"]) == {use.value for use in LandUse}
    assert set(style["domains"]) == {domain.value for domain in Domain} == set(words.DOMAINS)
    assert set(style["zone_groups"]) == set(words.ZONE_GROUPS)
    used = {each.get("texture") for each in style["land_use"].values()} - {None}
    assert used <= set(style["textures"])
