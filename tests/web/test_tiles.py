"""Tiles and TileJSON over HTTP: what is answered, how it may be kept, and what is told when there is nothing."""

import gzip
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from core.local_time import get_today
from layers.tiles.grid import cell_at
from layers.tiles.revision import bump
from parcels import generalise
from tests import mvt

CELL = cell_at(51.440253, 35.242548, 16)
TILE = f"/tiles/parcels/{CELL.z}/{CELL.x}/{CELL.y}.mvt"
EMPTY = "/tiles/parcels/16/0/0.mvt"
GZIP = {"Accept-Encoding": "gzip"}


class TestTile:
    def test_gzip_and_identity_are_one_tile(self, client: FlaskClient, city: Session) -> None:
        packed, plain = client.get(TILE, headers=GZIP), client.get(TILE)
        assert packed.status_code == plain.status_code == 200
        assert packed.mimetype == plain.mimetype == "application/vnd.mapbox-vector-tile"
        assert packed.headers["Content-Encoding"] == "gzip"
        assert "Content-Encoding" not in plain.headers
        assert gzip.decompress(packed.data) == plain.data
        assert mvt.read(plain.data)["parcels"].features
        assert "Accept-Encoding" in packed.vary
        assert "Accept-Encoding" in plain.vary
        assert packed.headers["ETag"] != plain.headers["ETag"], "a strong tag is of the very bytes"

    @pytest.mark.parametrize(
        ("accepts", "encoding"),
        [
            ("gzip", "gzip"),
            ("br, gzip;q=0.5", "gzip"),
            ("*", "gzip"),
            ("identity", None),
            ("gzip;q=0", None),
            ("br", None),
            ("", None),
        ],
    )
    def test_encodings(self, client: FlaskClient, city: Session, accepts: str, encoding: str | None) -> None:
        answer = client.get(TILE, headers={"Accept-Encoding": accepts})
        assert answer.headers.get("Content-Encoding") == encoding

    @pytest.mark.parametrize("headers", [{}, GZIP])
    @pytest.mark.parametrize("path", [TILE, EMPTY])
    def test_what_is_known_is_not_sent_again(
        self, client: FlaskClient, city: Session, path: str, headers: dict[str, str]
    ) -> None:
        first = client.get(path, headers=headers)
        tag = first.headers["ETag"]
        assert tag.startswith('"'), "strong"
        again = client.get(path, headers={**headers, "If-None-Match": tag})
        assert again.status_code == 304
        assert again.data == b""
        assert again.headers["ETag"] == tag
        assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
        assert client.get(path, headers={**headers, "If-None-Match": '"another"'}).status_code == 200

    def test_a_change_changes_the_tag(self, client: FlaskClient, city: Session) -> None:
        before = client.get(TILE).headers["ETag"]
        assert client.get(TILE).headers["ETag"] == before
        city.connection().exec_driver_sql("UPDATE parcel SET land_use = 'park' WHERE number = '1-1-1'")
        assert client.get(TILE).headers["ETag"] != before

    def test_head(self, client: FlaskClient, city: Session) -> None:
        got, head = client.get(TILE, headers=GZIP), client.head(TILE, headers=GZIP)
        assert head.status_code == 200
        assert head.data == b""
        for name in ("ETag", "Content-Type", "Content-Encoding", "Content-Length", "Cache-Control", "Vary"):
            assert head.headers[name] == got.headers[name]

    def test_empty_is_a_tile_too(self, client: FlaskClient, city: Session) -> None:
        answer = client.get(EMPTY, headers=GZIP)
        assert answer.status_code == 200
        assert gzip.decompress(answer.data) == b""
        plain = client.get(EMPTY)
        assert (plain.status_code, plain.data) == (200, b"")
        assert "Content-Encoding" not in plain.headers
        assert mvt.read(plain.data) == {}

    def test_kept_for_good_only_under_the_revision_it_has(self, client: FlaskClient, city: Session) -> None:
        def keeping(query: str, source: str = "parcels") -> str:
            return client.get(TILE.replace("parcels", source) + query).headers["Cache-Control"]

        assert "immutable" not in keeping("?v=0"), "nobody has said that nothing will change"
        bump(city, "parcels")
        bump(city, "zoning")
        assert "immutable" in keeping("?v=1")
        for query in ("", "?v=", "?v=0", "?v=2", "?v=x"):
            assert keeping(query) == "public, max-age=60"
        today = get_today(city)
        assert "immutable" in keeping(f"?v=1.{today:%Y%m%d}", "zoning")
        assert "immutable" in keeping("?v=1&on=2020-01-01", "zoning")
        assert "immutable" not in keeping("?v=1", "zoning"), "tomorrow's zoning may be another"

    def test_zoning_on_a_day(self, client: FlaskClient, city: Session) -> None:
        def codes(query: str) -> set[Any]:
            layers = mvt.read(client.get(TILE.replace("parcels", "zoning") + query).data)
            return {feature.attributes["code"] for feature in layers["zones"].features}

        assert codes("") == codes("?on=") == {"R122", "S213"}
        assert codes("?on=2019-12-31") == {"R122", "X999"}
        assert codes("?on=2099-01-01") == {"R122"}

    @pytest.mark.parametrize(
        ("day", "status"), [("tomorrow", 400), ("2020-1-1", 400), ("20200101", 400), ("2021-02-29", 422)]
    )
    def test_a_day_that_is_none(self, client: FlaskClient, city: Session, day: str, status: int) -> None:
        for path in (TILE, "/tiles/zoning.json"):
            answer = client.get(path, query_string={"on": day})
            assert answer.status_code == status
            assert answer.get_json()["field"] == "on"

    @pytest.mark.parametrize(
        ("path", "reason"),
        [
            ("/tiles/unicorns/16/0/0.mvt", "unicorns"),
            ("/tiles/unicorns.json", "unicorns"),
            ("/tiles/parcels/7/0/0.mvt", "zooms 8 to 16"),
            ("/tiles/parcels/17/0/0.mvt", "zooms 8 to 16"),
            ("/tiles/parcels/8/256/0.mvt", "x is beyond"),
            ("/tiles/parcels/8/0/256.mvt", "y is beyond"),
            ("/tiles/parcels/8/-1/0.mvt", "x is not"),
            ("/tiles/parcels/8/0/none.mvt", "y is not"),
            ("/tiles/parcels/z/0/0.mvt", "z is not"),
            ("/tiles/parcels/8/0/1.5.mvt", "y is not"),
        ],
    )
    def test_wrong_addresses_say_why(
        self, client: FlaskClient, city: Session, path: str, reason: str
    ) -> None:
        answer = client.get(path, query_string={"lang": "en"})
        assert answer.status_code == 404
        assert answer.mimetype == "application/problem+json"
        assert reason in answer.get_json()["title"]
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


class TestTileJson:
    @pytest.fixture
    def told(self, client: FlaskClient, city: Session) -> dict[str, Any]:
        generalise.rebuild(city)
        return self.ask(client, "/tiles/parcels.json").get_json()  # type: ignore[no-any-return]

    def ask(self, client: FlaskClient, path: str, **options: Any) -> TestResponse:
        answer = client.get(path, **options)
        assert answer.status_code == 200
        assert answer.mimetype == "application/json"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        return answer

    def test_it_says_what_the_specification_asks(self, told: dict[str, Any]) -> None:
        assert told["tilejson"] == "3.0.0"
        assert (told["minzoom"], told["maxzoom"]) == (8, 16)
        assert told["name"] == "parcels"
        west, south, east, north = told["bounds"]
        assert -180 <= west < 51.440253 < east <= 180
        assert -90 <= south < 35.242548 < north <= 90
        longitude, latitude, zoom = told["center"]
        assert west < longitude < east
        assert south < latitude < north
        assert 8 <= zoom <= 16
        (layer,) = told["vector_layers"]
        assert layer["id"] == "parcels"
        assert set(layer["fields"]) == {"land_use", "number"}

    def test_its_address_leads_to_tiles_that_may_be_kept(
        self, client: FlaskClient, told: dict[str, Any]
    ) -> None:
        (template,) = told["tiles"]
        assert template.startswith("http://localhost/tiles/parcels/{z}/{x}/{y}.mvt?v=")
        address = template.format(z=CELL.z, x=CELL.x, y=CELL.y).removeprefix("http://localhost")
        answer = client.get(address)
        assert "parcels" in mvt.read(answer.data)
        assert "immutable" in answer.headers["Cache-Control"]

    def test_it_follows_the_day(self, client: FlaskClient, city: Session) -> None:
        bump(city, "zoning")
        (template,) = self.ask(client, "/tiles/zoning.json?on=2099-01-01").get_json()["tiles"]
        answer = client.get(template.format(z=CELL.z, x=CELL.x, y=CELL.y).removeprefix("http://localhost"))
        assert [zone.attributes["code"] for zone in mvt.read(answer.data)["zones"].features] == [
            "R122",
            "R122",
        ]
        assert "immutable" in answer.headers["Cache-Control"]

    def test_behind_another_name_and_root(self, client: FlaskClient, city: Session) -> None:
        told = self.ask(client, "/tiles/base.json", base_url="https://map.example.ir/city").get_json()
        assert told["tiles"][0].startswith("https://map.example.ir/city/tiles/base/{z}/")

    @pytest.mark.parametrize("source", ["base", "parcels", "zoning", "clinics", "streets"])
    def test_every_source_has_one(self, client: FlaskClient, city: Session, source: str) -> None:
        told = self.ask(client, f"/tiles/{source}.json").get_json()
        layers = {layer["id"] for layer in told["vector_layers"]}
        read = mvt.read(client.get(f"/tiles/{source}/{CELL.z}/{CELL.x}/{CELL.y}.mvt").data)
        assert set(read) <= layers

    def test_it_is_asked_anew_and_answered_shortly(self, client: FlaskClient, city: Session) -> None:
        first = self.ask(client, "/tiles/parcels.json")
        known = {"If-None-Match": first.headers["ETag"]}
        assert client.get("/tiles/parcels.json", headers=known).status_code == 304
        bump(city, "parcels")
        assert client.get("/tiles/parcels.json", headers=known).status_code == 200

    def test_a_city_without_boundary_is_anywhere(self, client: FlaskClient, session: Session) -> None:
        told = self.ask(client, "/tiles/base.json").get_json()
        assert told["bounds"] == [-180.0, -85.051129, 180.0, 85.051129]
