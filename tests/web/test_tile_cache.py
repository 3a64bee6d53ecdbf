"""Tiles kept for whoever asks next: by the middleware and by nginx just as Flask would answer, and never old ones."""

import gzip
import http.client
import os
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from werkzeug.datastructures import Headers
from werkzeug.serving import make_server

from core import i18n
from core.database import make_engine
from core.settings import Settings
from layers.tiles.cache import Key, TileCache
from layers.tiles.encode import encode
from layers.tiles.grid import Cell, cell_at
from layers.tiles.keeper import Keeper
from layers.tiles.maker import Maker
from layers.tiles.views import SHELF
from layers.zoning import generalise as zones_from_afar
from parcels import generalise
from tests import mvt, small_city
from tests.conftest import DatabaseMaker
from webmap import create_app

ROOT = Path(__file__).resolve().parents[2]
CELL = cell_at(51.440253, 35.242548, 16)
TILE = f"/tiles/zoning/{CELL.z}/{CELL.x}/{CELL.y}.mvt"
GZIP = {"Accept-Encoding": "gzip"}
# What every page gets and a tile has no use for.
OF_PAGES = {"Content-Security-Policy", "Referrer-Policy", "X-Request-ID"}


@dataclass
class Place:
    """An application over a database of its own, with a keeper that has caught up."""

    app: Flask
    engine: Engine
    cache: TileCache
    data: Path

    def forget(self, source: str = "zoning") -> None:
        """Have no tile of a source, neither on disk nor in memory."""
        shutil.rmtree(self.cache.root / source, ignore_errors=True)
        self.app.extensions[SHELF]._held.clear()

    def edit(self, sql: str) -> None:
        """Commit an edit and wait until the keeper has taken it in."""
        with self.engine.begin() as connection:
            connection.execute(text(sql))
        with self.engine.connect() as connection:
            rows = connection.execute(text("SELECT source, revision FROM source_revision"))
            wanted = {row.source: row.revision for row in rows}
        # By revision and not by turn: the keeper's next turn may be for what an earlier edit left to be generalised.
        known = self.app.extensions[SHELF].known
        wait_for(
            lambda: all(
                int(known.revisions().get(source, "0").partition(".")[0]) >= number
                for source, number in wanted.items()
            )
        )


@pytest.fixture(scope="module")
def place(make_database: DatabaseMaker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    url, data = make_database(), tmp_path_factory.mktemp("kept")
    engine = make_engine(url)
    with Session(engine) as session, session.begin():
        small_city.build(session)
        # What is drawn from afar is there from the start: made by the keeper, it would have tiles dropped now or later.
        generalise.rebuild(session)
        zones_from_afar.rebuild(session)
    app = create_app(Settings(data_dir=data, database_url=url, secret_key="x" * 32))
    cache = app.extensions[SHELF].cache
    keeper = Keeper(engine, cache).start()
    wait_for(lambda: cache.generations.kept)
    yield Place(app, engine, cache, data)
    keeper.stop()
    engine.dispose()


@pytest.fixture
def kept(place: Place) -> FlaskClient:
    """A browser of that application."""
    return place.app.test_client()


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until, "nothing came of it"
        time.sleep(0.01)


def is_from_flask(headers: Headers) -> bool:
    return "X-Request-ID" in headers


def revision(client: FlaskClient, source: str = "zoning") -> str:
    return str(client.get("/tiles/revisions.json").get_json()["revisions"][source])


def codes(body: bytes) -> set[object]:
    return {feature.attributes["code"] for feature in mvt.read(body)["zones"].features}


class TestMiddleware:
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    @pytest.mark.parametrize("accepts", ["gzip", "identity", "gzip;q=0, *", "br"])
    @pytest.mark.parametrize("known", [False, True])
    @pytest.mark.parametrize("v", ["", "?v=1", "?v={current}", "?v=nonsense", "?v="])
    def test_it_answers_as_flask_does(
        self,
        place: Place,
        kept: FlaskClient,
        monkeypatch: pytest.MonkeyPatch,
        method: str,
        accepts: str,
        known: bool,
        v: str,
    ) -> None:
        path = TILE + v.format(current=revision(kept))
        headers = {"Accept-Encoding": accepts}
        if known:
            headers["If-None-Match"] = kept.get(path, headers=headers).headers["ETag"]
        place.forget()
        made = kept.open(path, method=method, headers=headers)
        place.forget()
        with monkeypatch.context() as patch:
            patch.setattr(Maker, "make", lambda _self, _key: None)
            first, second = (kept.open(path, method=method, headers=headers) for _ in range(2))
        assert [is_from_flask(each.headers) for each in (made, first, second)] == [False, True, False]
        assert made.status_code == first.status_code == second.status_code == (304 if known else 200)
        assert made.data == first.data == second.data

        def told(answer: Mapping[str, str]) -> dict[str, str]:
            return {name: value for name, value in answer.items() if name not in OF_PAGES}

        assert told(dict(made.headers)) == told(dict(first.headers)) == told(dict(second.headers))
        assert ("immutable" in second.headers["Cache-Control"]) is ("current" in v)

    def test_what_is_missing_is_made_and_kept(self, place: Place, kept: FlaskClient) -> None:
        for source in ("zoning", "parcels", "base"):
            place.forget(source)
            path = TILE.replace("zoning", source)
            answer = kept.get(path, headers=GZIP)
            assert not is_from_flask(answer.headers)
            assert place.cache.path(Key(source, CELL)).read_bytes() == answer.data
            assert mvt.read(gzip.decompress(answer.data))

    def test_when_its_connections_are_lost_flask_answers_and_then_it_does_again(
        self, place: Place, kept: FlaskClient
    ) -> None:
        place.forget()
        kept.get(TILE)
        with place.engine.begin() as connection:
            # All but the keeper's, which would take its time to come back.
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND query LIKE 'EXECUTE tile_%' AND pid <> pg_backend_pid()"
                )
            )
        place.forget()
        assert is_from_flask(kept.get(TILE).headers)
        place.forget()
        assert not is_from_flask(kept.get(TILE).headers)

    def test_an_edit_while_it_encodes_forbids_to_keep(
        self, place: Place, kept: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        place.forget()

        def edited_meanwhile(*asked: Any) -> bytes:
            content = encode(*asked)
            place.cache.generations.count_cell("zoning", CELL.z, CELL.x, CELL.y)
            return content

        monkeypatch.setattr("layers.tiles.maker.encode", edited_meanwhile)
        assert not is_from_flask(kept.get(TILE).headers)
        assert not place.cache.has(Key("zoning", CELL))

    def test_a_revision_it_has_not_heard_of_is_asked_of_the_database(self, kept: FlaskClient) -> None:
        kept.get(TILE)
        number, day = revision(kept).split(".")
        assert not is_from_flask(kept.get(f"{TILE}?v={number}.{day}").headers)
        assert is_from_flask(kept.get(f"{TILE}?v={int(number) + 1}.{day}").headers)
        assert is_from_flask(kept.get(f"{TILE}?v={number}.{int(day) + 1}").headers)
        assert not is_from_flask(kept.get(f"{TILE}?v={int(number) - 1}.{day}").headers)

    def test_an_edit_is_never_answered_over(self, place: Place, kept: FlaskClient) -> None:
        assert codes(kept.get(TILE).data) == codes(kept.get(TILE).data) == {"R122", "S213"}
        before = revision(kept)
        try:
            place.edit("UPDATE zone SET class_id = 3 WHERE zone_key = 'west'")
            assert codes(kept.get(TILE).data) == {"X999", "S213"}
            after = revision(kept)
            assert after != before
            assert "immutable" not in kept.get(f"{TILE}?v={before}").headers["Cache-Control"]
            assert "immutable" in kept.get(f"{TILE}?v={after}").headers["Cache-Control"]
        finally:
            place.edit("UPDATE zone SET class_id = 1 WHERE zone_key = 'west'")

    def test_days_of_one_regime_are_one_tile(self, place: Place, kept: FlaskClient) -> None:
        def ask(day: str) -> tuple[bool, set[object]]:
            answer = kept.get(f"{TILE}?on={day}")
            return is_from_flask(answer.headers), codes(answer.data)

        past = {"R122", "X999"}
        assert ask("2016-01-01") == (True, past)
        assert ask("2016-01-01") == (False, past)
        assert ask("2017-01-01") == (True, past), "the day is not known yet"
        assert ask("2017-01-01") == (False, past)
        assert place.cache.has(Key("zoning", CELL, "2015-03-21"))
        assert not (place.cache.root / "zoning@2017-01-01").exists()
        assert ask("2098-01-01")[1] == {"R122", "S213"}
        assert ask("2098-01-01") == (False, {"R122", "S213"}), "those of today"
        place.edit("UPDATE zone SET class_id = 2 WHERE valid @> DATE '2016-01-01' AND class_id = 3")
        try:
            assert ask("2016-01-01") == (True, {"R122", "S213"})
            assert ask("2017-01-01") == (True, {"R122", "S213"})
        finally:
            place.edit("UPDATE zone SET class_id = 3 WHERE valid @> DATE '2016-01-01' AND class_id = 2")

    def test_the_rest_of_the_world_is_not_kept(self, place: Place, kept: FlaskClient) -> None:
        for x in range(3):
            assert kept.get(f"/tiles/zoning/16/{x}/0.mvt").data == b""
            assert not place.cache.has(Key("zoning", Cell(16, x, 0)))
        near = Cell(16, CELL.x, CELL.y)
        assert kept.get(f"/tiles/hydrants/16/{near.x}/{near.y}.mvt").status_code == 200
        assert place.cache.has(Key("hydrants", near)), "empty, but the city's"

    @pytest.mark.parametrize(
        ("path", "status"),
        [
            ("/tiles/zoning/17/0/0.mvt", 404),
            ("/tiles/unicorns/16/0/0.mvt", 404),
            ("/tiles/zoning/16/00/0.mvt", 404),
            (TILE.replace("/16/", "/016/"), 404),
            (f"{TILE}?on=tomorrow", 400),
            (f"/tiles/../tiles-state/{CELL.z}/{CELL.x}/{CELL.y}.mvt", 404),
        ],
    )
    def test_what_is_no_tile_is_told_so(self, kept: FlaskClient, path: str, status: int) -> None:
        kept.get(TILE)
        assert kept.get(path).status_code == status

    def test_other_methods_are_not_answered(self, kept: FlaskClient) -> None:
        kept.get(TILE)
        assert kept.post(TILE).status_code == 405

    def test_revisions(self, place: Place, kept: FlaskClient) -> None:
        first = kept.get("/tiles/revisions.json")
        known = {"If-None-Match": first.headers["ETag"]}
        assert not is_from_flask(first.headers)
        assert kept.get("/tiles/revisions.json", headers=known).status_code == 304
        place.cache.generations.stop_beating()
        unkept = kept.get("/tiles/revisions.json")
        assert is_from_flask(unkept.headers)
        assert unkept.get_json() == first.get_json()
        assert unkept.headers["ETag"] == first.headers["ETag"]
        wait_for(lambda: place.cache.generations.kept)

    def test_without_a_keeper_nothing_is_kept_or_served(self, place: Place, kept: FlaskClient) -> None:
        kept.get(TILE)
        place.cache.generations.stop_beating()
        assert is_from_flask(kept.get(TILE).headers)
        wait_for(lambda: place.cache.generations.kept)
        assert not is_from_flask(kept.get(TILE).headers)


@dataclass
class Answered:
    status: int
    headers: dict[str, str]
    body: bytes
    reached_the_application: bool


@pytest.fixture(scope="module")
def nginx(place: Place) -> Iterator[Callable[..., Answered]]:
    """Asks a real nginx, configured as docs/operations.md says, with the application behind it."""
    program = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    if not program:
        pytest.skip("nginx is not installed (apt-get install nginx-light)")
    asked: list[str] = []

    def application(environ: Any, start_response: Any) -> Any:
        asked.append(environ["PATH_INFO"])
        return place.app(environ, start_response)

    behind = make_server("127.0.0.1", 0, application, threaded=True)
    threading.Thread(target=behind.serve_forever, daemon=True).start()
    port = free_port()
    folder = place.data / "nginx"
    folder.mkdir()
    (folder / "nginx.conf").write_text(configuration(folder, place.data, port, behind.port), encoding="utf-8")
    process = subprocess.Popen([program, "-p", folder, "-c", folder / "nginx.conf", "-g", "daemon off;"])
    wait_for(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0)

    def ask(path: str, method: str = "GET", **headers: str) -> Answered:
        asked.clear()
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        link.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = link.getresponse()
        return Answered(answer.status, dict(answer.getheaders()), answer.read(), bool(asked))

    yield ask
    process.terminate()
    process.wait()
    behind.shutdown()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def configuration(folder: Path, data: Path, port: int, behind: int) -> str:
    """The block of the manual, on this machine's ports and folders."""
    manual = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    block = re.search(r"```nginx\n(.*?)```", manual, re.DOTALL)
    assert block
    ours = block[1]
    for told, here in (
        ("listen 80;", f"listen 127.0.0.1:{port};"),
        ("root /srv/north;", f"root {data};"),
        ("127.0.0.1:8000", f"127.0.0.1:{behind}"),
    ):
        assert ours.count(told) == 1
        ours = ours.replace(told, here)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        # A test's folder is its owner's alone, and so must nginx be.
        ("user root;\n" if os.getuid() == 0 else "")
        + f"pid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
        + f"http {{\naccess_log off;\n{temporary}\n{ours}\n}}\n"
    )


def is_from_nginx(answer: Answered) -> bool:
    return not answer.reached_the_application


class TestNginx:
    def test_it_serves_the_very_tile(
        self, place: Place, kept: FlaskClient, nginx: Callable[..., Answered]
    ) -> None:
        for path in (TILE, f"/tiles/hydrants/{CELL.z}/{CELL.x}/{CELL.y}.mvt"):
            ours = kept.get(path, headers=GZIP)
            theirs = nginx(path, Accept_Encoding="gzip")
            assert is_from_nginx(theirs)
            assert theirs.body == ours.data
            for name in (
                "ETag",
                "Content-Type",
                "Content-Encoding",
                "Content-Length",
                "Cache-Control",
                "Vary",
                "Access-Control-Allow-Origin",
                "Access-Control-Expose-Headers",
                "X-Content-Type-Options",
            ):
                assert theirs.headers[name] == ours.headers[name], name
            assert "Last-Modified" not in theirs.headers

    def test_conditional_requests_go_by_either_s_tag(
        self, kept: FlaskClient, nginx: Callable[..., Answered]
    ) -> None:
        tag = kept.get(TILE, headers=GZIP).headers["ETag"]
        unchanged = nginx(TILE, Accept_Encoding="gzip", If_None_Match=tag)
        assert (unchanged.status, unchanged.body, unchanged.headers["ETag"]) == (304, b"", tag)
        assert nginx(TILE, Accept_Encoding="gzip", If_None_Match='"other"').status == 200
        theirs = nginx(TILE, Accept_Encoding="gzip").headers["ETag"]
        assert kept.get(TILE, headers={**GZIP, "If-None-Match": theirs}).status_code == 304

    def test_head(self, kept: FlaskClient, nginx: Callable[..., Answered]) -> None:
        kept.get(TILE)
        got, head = nginx(TILE, Accept_Encoding="gzip"), nginx(TILE, "HEAD", Accept_Encoding="gzip")
        assert head.body == b""
        for name in ("ETag", "Content-Length", "Content-Encoding", "Cache-Control"):
            assert head.headers[name] == got.headers[name]

    def test_those_who_refuse_gzip_get_it_plain(
        self, kept: FlaskClient, nginx: Callable[..., Answered]
    ) -> None:
        plain = kept.get(TILE).data
        answer = nginx(TILE)
        assert "Content-Encoding" not in answer.headers
        assert answer.body == plain
        assert gzip.decompress(nginx(TILE, Accept_Encoding="gzip").body) == plain

    def test_for_good_only_at_the_address_of_the_revision(
        self, kept: FlaskClient, nginx: Callable[..., Answered]
    ) -> None:
        kept.get(TILE)
        current = revision(kept)
        known = nginx(f"{TILE}?v={current}")
        assert is_from_nginx(known)
        assert "immutable" in known.headers["Cache-Control"]
        number, day = current.split(".")
        for other in (f"{int(number) + 1}.{day}", f"{int(number) - 1}.{day}", "../../x", "%2e%2e"):
            answer = nginx(f"{TILE}?v={other}")
            assert answer.status == 200
            assert not is_from_nginx(answer)
            assert "immutable" not in answer.headers["Cache-Control"]
        assert "immutable" not in nginx(f"{TILE}?v=0").headers["Cache-Control"]

    def test_what_is_not_there_is_made_and_then_served(
        self, place: Place, nginx: Callable[..., Answered]
    ) -> None:
        place.forget()
        first, second = nginx(TILE, Accept_Encoding="gzip"), nginx(TILE, Accept_Encoding="gzip")
        assert (is_from_nginx(first), is_from_nginx(second)) == (False, True)
        assert first.body == second.body

    def test_an_edit_is_never_answered_over(self, place: Place, nginx: Callable[..., Answered]) -> None:
        assert codes(nginx(TILE).body) == {"R122", "S213"}
        try:
            place.edit("UPDATE zone SET class_id = 3 WHERE zone_key = 'west'")
            assert codes(nginx(TILE).body) == {"X999", "S213"}
        finally:
            place.edit("UPDATE zone SET class_id = 1 WHERE zone_key = 'west'")

    def test_other_days_and_no_tiles_are_the_application_s(self, nginx: Callable[..., Answered]) -> None:
        assert codes(nginx(f"{TILE}?on=2016-01-01").body) == {"R122", "X999"}
        assert nginx("/tiles/unicorns/16/0/0.mvt").status == 404
        assert nginx(TILE, "POST").status == 405
        assert nginx("/health").status == 200
        assert nginx("/tiles-state/position.json").status == 404
        assert nginx("/settings.env").status == 404

    def test_revisions(self, kept: FlaskClient, nginx: Callable[..., Answered]) -> None:
        ours, theirs = kept.get("/tiles/revisions.json"), nginx("/tiles/revisions.json")
        assert is_from_nginx(theirs)
        assert theirs.body == ours.data
        assert theirs.headers["ETag"] == ours.headers["ETag"]
        assert theirs.headers["Content-Type"] == "application/json"
        assert nginx("/tiles/revisions.json", If_None_Match=ours.headers["ETag"]).status == 304


class TestSeedCommand:
    def test_it_makes_what_is_missing_and_says_so(self, place: Place) -> None:
        runner = place.app.test_cli_runner()
        shutil.rmtree(place.cache.root / "zoning", ignore_errors=True)
        made = re.compile(r"(\d+) tiles made, (\d+) were here already")
        with i18n.speaking("en"):
            first, second = (runner.invoke(args=["tiles", "seed", "--source", "zoning"]) for _ in range(2))
        assert first.exit_code == second.exit_code == 0, first.output
        found = [made.search(answer.output) for answer in (first, second)]
        assert found[0]
        assert found[1]
        count = int(found[0][1])
        assert count > 9, "at least one for each zoom"
        assert (found[1][1], found[1][2]) == ("0", str(count))
        assert not is_from_flask(place.app.test_client().get(TILE).headers)

    def test_a_source_that_is_none_is_told_in_one_line(self, place: Place) -> None:
        answer = place.app.test_cli_runner().invoke(args=["tiles", "seed", "--source", "unicorns"])
        assert answer.exit_code == 2
        (line,) = answer.output.strip().splitlines()
        assert "unicorns" in line
