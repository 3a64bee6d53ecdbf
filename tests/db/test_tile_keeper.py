"""The keeper: what is on disk follows every edit, through lost connections, restarts, midnights and killed workers."""

import datetime as dt
import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from core.database import make_engine
from layers.tiles import outbox, sources
from layers.tiles.answer import Packed
from layers.tiles.builders import Builders
from layers.tiles.cache import Key, TileCache
from layers.tiles.grid import Cell
from layers.tiles.keeper import Keeper
from layers.tiles.making import make, make_and_store, since_when
from layers.tiles.seeding import cells_of_city, list_sources, seed
from layers.zoning import generalise as zones_from_afar
from parcels import generalise
from tests import mvt, small_city
from tests.conftest import DatabaseMaker
from webmap import wiring

PATIENCE_S = 60


@pytest.fixture
def engine(make_brief_database: DatabaseMaker) -> Iterator[Engine]:
    """A committed small city of the test's own."""
    _register()
    made = make_engine(make_brief_database())
    with Session(made) as session, session.begin():
        small_city.build(session)
        # What is drawn from afar is there from the start: made by the keeper, it would have tiles dropped now or later.
        generalise.rebuild(session)
        zones_from_afar.rebuild(session)
    yield made
    made.dispose()


def _register() -> None:
    wiring.connect()


@pytest.fixture
def cache(tmp_path: Path) -> TileCache:
    return TileCache(tmp_path)


@pytest.fixture
def begin(engine: Engine, cache: TileCache) -> Iterator[Callable[[], Keeper]]:
    """Starts keepers that have caught up; stops them."""
    started: list[Keeper] = []

    def start() -> Keeper:
        started.append(Keeper(engine, cache).start())
        wait_for(lambda: cache.generations.kept)
        return started[-1]

    yield start
    for one in started:
        one.stop()


def wait_for(condition: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
    until = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < until, "nothing came of it"
        time.sleep(0.01)


def run(engine: Engine, sql: str, **values: Any) -> None:
    with engine.begin() as connection:
        connection.execute(text(sql), values)


def all_keys(engine: Engine) -> list[Key]:
    with Session(engine) as session:
        return [Key(name, cell) for name in list_sources(session) for cell in cells_of_city(session)]


def fill(engine: Engine, cache: TileCache, keys: list[Key]) -> None:
    with Session(engine.execution_options(isolation_level="AUTOCOMMIT")) as session:
        for key in keys:
            assert make_and_store(session, cache, sources.get_source(session, key.source), key)


def stale(engine: Engine, cache: TileCache) -> list[Key]:
    """The tiles on disk that are not what an encoding gives now."""
    with Session(engine) as session:
        return [key for key in on_disk(cache) if not _equal(cache.read(key), fresh(session, key))]


def fresh(session: Session, key: Key) -> Packed:
    return make(session, sources.get_source(session, key.source), key)


def _equal(one: Packed | None, other: Packed) -> bool:
    return one is None or one == other or content(one) == content(other)


def content(packed: Packed) -> Any:
    """What a tile shows, in whatever order."""
    import gzip

    layers = mvt.read(gzip.decompress(packed.body))
    return {
        name: sorted(
            repr((each.id, each.kind, sorted(each.attributes.items()), each.parts)) for each in layer.features
        )
        for name, layer in layers.items()
    }


def on_disk(cache: TileCache) -> list[Key]:
    found = []
    for path in cache.root.glob("*/*/*/*.mvt.gz"):
        folder, z, x, y = path.parts[-4:]
        source, _, since = folder.partition("@")
        found.append(Key(source, Cell(int(z), int(x), int(y.partition(".")[0])), since or None))
    return found


class TestKeeping:
    def test_an_edit_is_on_disk_soon_and_all_else_stays(
        self, engine: Engine, cache: TileCache, begin: Callable[[], Keeper]
    ) -> None:
        begin()
        keys = all_keys(engine)
        fill(engine, cache, keys)
        before = {key: cache.read(key) for key in keys}
        run(engine, "UPDATE zone SET class_id = 3 WHERE zone_key = 'west'")
        wait_for(lambda: any(cache.read(key) not in (None, before[key]) for key in keys))
        wait_for(lambda: set(on_disk(cache)) == set(keys))
        assert stale(engine, cache) == []
        changed = {key.source for key in keys if cache.read(key) != before[key]}
        assert changed == {"zoning"}

    def test_a_rolled_back_edit_drops_nothing(
        self, engine: Engine, cache: TileCache, begin: Callable[[], Keeper]
    ) -> None:
        begin()
        keys = [key for key in all_keys(engine) if key.source == "zoning"]
        fill(engine, cache, keys)
        stamps = [cache.stamp(key) for key in keys]
        with engine.connect() as connection:
            connection.execute(text("UPDATE zone SET class_id = 3 WHERE zone_key = 'west'"))
            connection.rollback()
        # An edit after it shows that the keeper has been there.
        turn = cache.generations.turn
        run(engine, "UPDATE parcel SET land_use = 'park' WHERE number = '1-1-1'")
        wait_for(lambda: cache.generations.turn > turn)
        assert [cache.stamp(key) for key in keys] == stamps

    def test_far_views_of_parcels_follow_their_edits(
        self, engine: Engine, cache: TileCache, begin: Callable[[], Keeper]
    ) -> None:
        begin()
        keys = [key for key in all_keys(engine) if key.source == "parcels"]
        fill(engine, cache, keys)
        run(engine, "UPDATE parcel SET land_use = 'industrial'")

        def is_redrawn(key: Key) -> bool:
            packed = cache.read(key)
            return packed is not None and "industrial" in repr(content(packed))

        shown = [key for key in keys if packed_features(cache, key)]
        assert {key.cell.z for key in shown} == set(range(8, 17))

        def is_generalised() -> bool:
            with engine.connect() as connection:
                return not connection.scalar(text("SELECT count(*) FROM tile_outbox WHERE to_generalise"))

        wait_for(lambda: all(is_redrawn(key) for key in shown))
        # What is drawn from afar follows in a transaction of its own, and only then is dropped and made anew.
        wait_for(is_generalised)
        wait_for(lambda: set(on_disk(cache)) == set(keys) and stale(engine, cache) == [])

    def test_edits_while_nobody_kept_are_taken_in_at_the_next_start(
        self, engine: Engine, cache: TileCache, begin: Callable[[], Keeper]
    ) -> None:
        first = begin()
        keys = [key for key in all_keys(engine) if key.source in ("zoning", "clinics")]
        fill(engine, cache, keys)
        first.stop()
        assert not cache.generations.kept, "and nothing is served meanwhile"
        run(engine, "UPDATE zone SET class_id = 3 WHERE zone_key = 'west'")
        run(engine, "UPDATE feature SET name_en = 'Nightly Clinic' WHERE key = 'c1'")
        assert stale(engine, cache)
        begin()
        assert stale(engine, cache) == []
        wait_for(lambda: set(on_disk(cache)) == set(keys))
        assert stale(engine, cache) == []

    def test_edits_during_a_lost_connection_are_taken_in_after_it(
        self, engine: Engine, cache: TileCache, begin: Callable[[], Keeper]
    ) -> None:
        begin()
        keys = [key for key in all_keys(engine) if key.source == "zoning"]
        fill(engine, cache, keys)
        with engine.begin() as connection:
            ended = connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND query LIKE 'LISTEN%'"
                )
            ).all()
            assert len(ended) == 1
            connection.execute(text("UPDATE zone SET class_id = 3 WHERE zone_key = 'west'"))
        wait_for(lambda: stale(engine, cache) == [])
        run(engine, "UPDATE zone SET class_id = 2 WHERE zone_key = 'west'")
        wait_for(lambda: stale(engine, cache) == [])

    def test_another_database_behind_the_same_folder_starts_cold(
        self, engine: Engine, cache: TileCache, make_brief_database: DatabaseMaker
    ) -> None:
        one = Keeper(engine, cache)
        one.cache.open()
        one.builders = _NoBuilders()
        one.take_in()
        fill(engine, cache, [key for key in all_keys(engine) if key.cell.z < 10])
        other = make_engine(make_brief_database())
        try:
            two = Keeper(other, cache)
            two.builders = _NoBuilders()
            two._position = outbox.read_position(two.known.path)
            two.take_in()
        finally:
            other.dispose()
        assert on_disk(cache) == []

    def test_a_failure_halfway_takes_the_edits_in_again(
        self, engine: Engine, cache: TileCache, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        one = Keeper(engine, cache)
        cache.open()
        one.builders = _NoBuilders()
        one.take_in()
        fill(engine, cache, [key for key in all_keys(engine) if key.source == "zoning"])
        run(engine, "UPDATE zone SET class_id = 3 WHERE zone_key = 'west'")
        with monkeypatch.context() as patch:
            patch.setattr(TileCache, "drop", _fail)
            with pytest.raises(OSError, match="disk"):
                one.take_in()
        assert stale(engine, cache)
        one.take_in()
        assert stale(engine, cache) == []

    def test_at_midnight_the_zoning_of_the_new_day_comes_in(self, engine: Engine, cache: TileCache) -> None:
        one = Keeper(engine, cache)
        cache.open()
        one.builders = _NoBuilders()
        one.take_in()
        key = next(key for key in all_keys(engine) if key.source == "zoning")
        fill(engine, cache, [key])
        assert one._position is not None
        quiet = {
            **one._position.__dict__,
            "day": str(dt.date.fromisoformat(one._position.day) - dt.timedelta(1)),
        }
        one._position = outbox.Position(**quiet)
        one.take_in()
        assert cache.read(key) is not None, "nothing came into force that night"
        one._position = outbox.Position(**{**one._position.__dict__, "day": "2019-12-31"})
        one.take_in()
        assert cache.read(key) is None, "east of x = 60 other zones are the law since 2020"

    def test_one_of_two_keeps_and_the_other_takes_over(
        self, engine: Engine, tmp_path: Path, begin: Callable[[], Keeper]
    ) -> None:
        first, second = begin(), Keeper(engine, TileCache(tmp_path)).start()
        try:
            time.sleep(0.7)
            assert not second.has_caught_up
            first.stop()
            wait_for(lambda: second.has_caught_up)
            assert second.cache.generations.kept
        finally:
            second.stop()


def packed_features(cache: TileCache, key: Key) -> bool:
    packed = cache.read(key)
    return packed is not None and bool(content(packed))


class _NoBuilders(Builders):
    def __init__(self) -> None:
        """Makes nothing, so that what is dropped can be seen to be gone."""

    def add(self, keys: Iterable[Key]) -> None:
        list(keys)


def _fail(*_: object) -> None:
    raise OSError("the disk is away")


class TestDays:
    @pytest.mark.parametrize(
        ("on", "since"),
        [
            ("2010-01-01", "0001-01-01"),
            ("2015-03-20", "0001-01-01"),
            ("2015-03-21", "2015-03-21"),
            ("2019-12-31", "2015-03-21"),
            ("2020-01-01", None),
            ("2098-12-31", None),
            ("2099-01-01", "2099-01-01"),
        ],
    )
    def test_days_of_one_regime_share_their_tiles(self, engine: Engine, on: str, since: str | None) -> None:
        with Session(engine) as session:
            source, day = sources.get_source(session, "zoning"), dt.date.fromisoformat(on)
            today = dt.date(2026, 11, 24)
            assert since_when(session, source, day, today) == since
            assert since_when(session, source, None, today) is None
            assert since_when(session, sources.get_source(session, "base"), day, today) is None


class TestSeeding:
    def test_all_and_nothing_twice(self, engine: Engine, cache: TileCache, tmp_path: Path) -> None:
        keys = all_keys(engine)
        cache.open()
        told: list[tuple[int, int | None]] = []
        done = seed(engine, tmp_path, progress=lambda *at: told.append(at))
        assert (done.made, done.here, done.failed) == (len(keys), 0, 0)
        assert told[-1] == (len(keys), len(keys))
        assert set(on_disk(cache)) == set(keys)
        assert stale(engine, cache) == [], "also those that were known to be empty and never encoded"
        again = seed(engine, tmp_path, ["zoning"])
        assert (again.made, again.here) == (0, len(cells_of(keys, "zoning")))

    def test_killed_in_the_middle_it_leaves_whole_tiles_and_goes_on(
        self, engine: Engine, cache: TileCache, tmp_path: Path
    ) -> None:
        cache.open()
        run(engine, "UPDATE city SET boundary = ST_Multi(ST_Buffer(boundary, 3000))")
        url = engine.url.render_as_string(hide_password=False)
        child = multiprocessing.get_context("spawn").Process(target=_seed, args=(url, tmp_path))
        child.start()
        wait_for(lambda: len(on_disk(cache)) > 50, 60)
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)
        child.join()
        keys = set(all_keys(engine))
        settle(cache)
        before = set(on_disk(cache))
        assert before < keys
        assert stale(engine, cache) == []
        done = seed(engine, tmp_path)
        assert done.here >= len(before)
        assert done.made + done.here == len(keys)
        assert set(on_disk(cache)) == keys

    def test_a_city_without_boundary_has_nothing_to_seed(self, engine: Engine, tmp_path: Path) -> None:
        run(engine, "UPDATE city SET boundary = NULL")
        assert seed(engine, tmp_path, ["zoning"]).tiles == 0


def settle(cache: TileCache) -> None:
    """Wait until the pool of a killed parent has noticed."""
    count = -1
    while count != (count := len(on_disk(cache))):
        time.sleep(0.5)


def cells_of(keys: list[Key], source: str) -> list[Cell]:
    return [key.cell for key in keys if key.source == source]


def _seed(url: str, data_dir: Path) -> None:
    _register()
    seed(make_engine(url), data_dir)


EDITS = (
    "UPDATE zone SET class_id = 1 + :n % 3 WHERE zone_key = 'west'",
    "UPDATE parcel SET land_use = (ARRAY['park', 'vacant', 'health'])[1 + :n % 3] WHERE number = '1-1-' || :m",
    "UPDATE parcel SET geom = ST_Translate(geom, (:n % 7 - 3) * 60, 0) WHERE number = '1-1-' || :m",
    "UPDATE feature SET name_en = 'Clinic ' || :n WHERE key = 'c1'",
    "UPDATE feature SET geom = ST_Translate(geom, 0, :n % 9 - 4) WHERE key = 's1'",
    "UPDATE layer SET base_role = CASE WHEN base_role IS NULL THEN 'street' END WHERE slug = 'streets'",
)


class TestStorm:
    def test_no_tile_is_stale_after_edits_from_all_sides_and_killed_workers(
        self, engine: Engine, cache: TileCache, tmp_path: Path
    ) -> None:
        cache.open()
        url = engine.url.render_as_string(hide_password=False)
        workers = [_worker(url, tmp_path, number) for number in range(4)]
        try:
            # Four applications starting at once on two busy cores take their time.
            wait_for(lambda: len(on_disk(cache)) > 100, 60)
            dice, ends, edits = random.Random(3), time.monotonic() + 6, 0
            while edits <= 100 or time.monotonic() < ends:
                edit = dice.choice(EDITS)
                values = {"n": dice.randrange(1000), "m": dice.randrange(1, 7)}
                run(engine, edit, **{name: value for name, value in values.items() if f":{name}" in edit})
                edits += 1
                if edits in (40, 90):
                    # The one that keeps the tiles: whoever follows it must not lose what it had heard.
                    keeps = int((cache.state / "keeper").read_text())
                    victim = next(worker for worker in workers if worker.pid == keeps)
                    victim.kill()
                    victim.join()
                    workers.remove(victim)
                    wait_for(lambda: (cache.state / "keeper").read_text() not in ("", f"{keeps}\n"))  # noqa: B023
                time.sleep(dice.random() * 0.02)
            until = time.monotonic() + PATIENCE_S
            with engine.connect() as connection:
                while connection.scalar(text("SELECT count(*) FROM tile_outbox WHERE to_generalise")):
                    assert time.monotonic() < until
                    connection.rollback()
                    time.sleep(0.1)
            wait_for(lambda: _is_calm(engine, cache))
        finally:
            for worker in workers:
                worker.kill()
                worker.join()
        assert len(on_disk(cache)) > 30
        assert stale(engine, cache) == []


def _is_calm(engine: Engine, cache: TileCache) -> bool:
    """Whether the keeper has taken in all that there is."""
    position = outbox.read_position(cache.state / "position.json")
    return position is not None and outbox.read_news(engine, position).touched == []


def _worker(url: str, data_dir: Path, number: int) -> BaseProcess:
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(url, data_dir, number))
    process.start()
    return process


def _slowly(encode: Callable[..., bytes]) -> Callable[..., bytes]:
    def slow(*arguments: Any) -> bytes:
        content = encode(*arguments)
        time.sleep(random.random() ** 4 * 0.6)
        return content

    return slow


def _serve(url: str, data_dir: Path, number: int) -> None:
    """What a worker does: stands ready to keep the tiles, and answers for tiles by the application itself."""
    from core.settings import Settings
    from core.web import db
    from layers.tiles import maker, making, views
    from layers.tiles.views import SHELF
    from webmap import create_app

    # As in a city with much in a tile: edits land between an encoding and its storing all the time.
    for module in (making, maker, views):
        module.encode = _slowly(module.encode)  # type: ignore[attr-defined]
    app = create_app(Settings(data_dir=data_dir, database_url=url, secret_key="x" * 32))
    with app.app_context():
        engine = db.engine
    Keeper(engine, app.extensions[SHELF].cache).start()
    client, keys, dice = app.test_client(), all_keys(engine), random.Random(number)
    while True:
        source, cell, _ = dice.choice(keys)
        on = "?on=2019-05-05" if source == "zoning" and dice.random() < 0.3 else ""
        answered = client.get(f"/tiles/{source}/{cell.z}/{cell.x}/{cell.y}.mvt{on}")
        assert answered.status_code == 200
