"""Layers of the staff: on every address that tells of layers theirs to see, and nobody else's."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from accounts.permissions import PERMISSIONS, Permission, Role
from layers.tiles.cache import Key
from layers.tiles.grid import cell_at
from layers.tiles.middleware import read_key
from layers.tiles.views import SHELF
from tests import mvt, rich_city
from tests.certificates import read
from tests.people import make_person, sign_in

NUMBER, STAFF = "1-1-1", "depots"
SPOT = "lon=51.43987&lat=35.24268"
TOLD = [
    f"/place?{SPOT}",
    f"/place.json?{SPOT}",
    f"/place?{SPOT}&panel=1",
    f"/parcels/{NUMBER}",
    f"/parcels/{NUMBER}.json",
    "/search?q=Depot",
    "/search.json?q=Depot",
    f"/list?parcel={NUMBER}&layers=depots,gas_network,raid",
    f"/list.json?parcel={NUMBER}&layers=depots,gas_network,raid",
    f"/compare?parcel={NUMBER}&parcel=1-1-2",
    f"/compare.json?parcel={NUMBER}&parcel=1-1-2",
    "/download/depots.geojson",
    "/download/raid.csv",
]
"""What tells names of features. Each is asked of a place where all three of the staff's layers have one."""
NAMED = ["/", f"/keep?parcel={NUMBER}", f"/list?parcel={NUMBER}"]
"""What offers layers by their slugs."""
TILES = ["/tiles/depots.json", "/tiles/depots/{z}/{x}/{y}.mvt"]
SEEING = [role for role in Role if Permission.STAFF_LAYERS in PERMISSIONS[role]]
OTHERS: list[Role | None] = [None, *(role for role in Role if role not in SEEING)]


@pytest.fixture
def rich(city: Session) -> Session:
    rich_city.build(city)
    return city


@pytest.fixture
def as_role(client: FlaskClient, rich: Session) -> Callable[[Role | None], FlaskClient]:
    client.set_cookie("lang", "en")

    def become(role: Role | None) -> FlaskClient:
        if role is not None:
            sign_in(client, make_person(rich, *([] if role == Role.CITIZEN else [role])))
        return client

    return become


def tile_address(pattern: str) -> str:
    cell = cell_at(51.43998, 35.24268, 16)
    return pattern.format(z=cell.z, x=cell.x, y=cell.y)


def names_hidden(client: FlaskClient, path: str) -> bool:
    said = client.get(path).text
    return any(word in said for word in rich_city.HIDDEN)


@pytest.mark.parametrize("role", OTHERS)
def test_nobody_else_is_told_anywhere(
    as_role: Callable[[Role | None], FlaskClient], role: Role | None
) -> None:
    client = as_role(role)
    assert [path for path in TOLD if names_hidden(client, path)] == []
    assert [path for path in NAMED if STAFF in client.get(path).text] == []
    assert [client.get(tile_address(path)).status_code for path in TILES] == [403, 403]


@pytest.mark.parametrize("role", SEEING)
def test_the_staff_are_told_everywhere(as_role: Callable[[Role | None], FlaskClient], role: Role) -> None:
    client = as_role(role)
    assert [path for path in TOLD if not names_hidden(client, path)] == []
    assert [path for path in NAMED if STAFF not in client.get(path).text] == []
    tile = client.get(tile_address(TILES[1]))
    assert mvt.read(tile.data)[STAFF]
    assert client.get(TILES[0]).get_json()["vector_layers"][0]["id"] == STAFF


@pytest.mark.parametrize("path", [*TOLD, *NAMED, *TILES])
def test_no_cache_between_hands_on_what_the_staff_were_told(
    as_role: Callable[[Role | None], FlaskClient], path: str
) -> None:
    answer = as_role(Role.PLANNER).get(tile_address(path))
    assert answer.status_code == 200
    assert "public" not in answer.headers["Cache-Control"]
    assert "private" in answer.headers["Cache-Control"]
    if path in TILES:
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert "Access-Control-Allow-Origin" not in answer.headers
    elif "/download/" not in path:
        assert "Cookie" in answer.headers["Vary"]


def test_a_tile_of_theirs_is_laid_nowhere(app: Flask, as_role: Callable[[Role | None], FlaskClient]) -> None:
    address = tile_address(TILES[1])
    assert as_role(Role.OFFICER).get(address + "?v=1").status_code == 200
    key = read_key(address)
    assert isinstance(key, Key)
    assert app.extensions[SHELF].find(address) is None
    assert app.extensions[SHELF].cache.read(key) is None
    assert app.test_client().get(address + "?v=1").status_code == 403


def test_what_is_handed_on_is_made_as_for_the_public(
    as_role: Callable[[Role | None], FlaskClient], rich: Session
) -> None:
    client = as_role(Role.PLANNER)
    paper = client.get(f"/parcels/{NUMBER}.pdf")
    assert paper.status_code == 200
    assert "Hidden" not in read(paper.data)
    assert "Hidden" not in client.get(f"/parcels/{NUMBER}/keep.html").text
    assert "Hidden" not in read(client.get(f"/print.pdf?parcel={NUMBER}&layers=depots,raid").data)
    # Neither does a certificate stand otherwise because one of the staff asks.
    address = paper.headers["Content-Location"].replace(".pdf", ".json")
    assert client.get(address).get_json()["state"] == "valid"
    assert (
        client.get(f"/parcels/{NUMBER}.pdf").headers["Content-Location"] == paper.headers["Content-Location"]
    )


def test_the_map_says_which_layers_are_theirs(
    as_role: Callable[[Role | None], FlaskClient], rich: Session
) -> None:
    page = as_role(Role.PLANNER).get("/").text
    assert page.count('"for_staff": true') == rich.scalar(
        text("SELECT count(*) FROM layer WHERE visibility = 'staff'")
    )
