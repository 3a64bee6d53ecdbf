"""Tiles on disk: whole or absent, never stored over an edit, and named so that nginx gives them our tag."""

import gzip
import os
from pathlib import Path

import pytest

from layers.tiles.answer import EMPTY, FOR_A_MINUTE, answer, pack
from layers.tiles.cache import Key, TileCache
from layers.tiles.generations import TRUSTED_MS, Generations
from layers.tiles.grid import Cell
from layers.tiles.middleware import Shelf

CELL = Cell(14, 10536, 6467)
KEY = Key("zoning", CELL)
PATH = f"/tiles/zoning/{CELL.z}/{CELL.x}/{CELL.y}.mvt"
OLD, NEW = pack(b"before the edit"), pack(b"after it")


@pytest.fixture
def cache(tmp_path: Path) -> TileCache:
    made = TileCache(tmp_path)
    made.open()
    return made


def store(cache: TileCache, key: Key, packed: object = OLD) -> None:
    assert cache.store(key, packed, cache.stamp(key))  # type: ignore[arg-type]


class TestFiles:
    def test_a_tile_comes_back_as_it_was(self, cache: TileCache) -> None:
        assert cache.read(KEY) is None
        store(cache, KEY)
        assert cache.read(KEY) == OLD
        assert gzip.decompress(cache.path(KEY).read_bytes()) == b"before the edit"

    def test_it_lies_where_nginx_looks(self, cache: TileCache, tmp_path: Path) -> None:
        store(cache, KEY)
        file = tmp_path / "tiles" / "zoning" / "14" / "10536" / "6467.mvt.gz"
        assert f"{int(file.stat().st_mtime):x}-{file.stat().st_size:x}" == OLD.tag
        assert file.stat().st_mode & 0o044, "another account may read it"

    def test_storing_again_replaces(self, cache: TileCache) -> None:
        store(cache, KEY)
        store(cache, KEY, NEW)
        assert cache.read(KEY) == NEW

    def test_nothing_is_left_half_written(self, cache: TileCache) -> None:
        for packed in (OLD, EMPTY, EMPTY, NEW):
            store(cache, KEY, packed)
        assert list((cache.state / "new").iterdir()) == []

    def test_empty_tiles_share_one_file(self, cache: TileCache) -> None:
        keys = [Key("clinics", Cell(14, x, 1)) for x in range(5)]
        for key in keys:
            store(cache, key, EMPTY)
        assert {cache.read(key) for key in keys} == {EMPTY}
        assert len({cache.path(key).stat().st_ino for key in keys[1:]}) == 1
        # One of them gets content: the others keep theirs.
        store(cache, keys[2], NEW)
        assert [cache.read(key) for key in keys] == [EMPTY, EMPTY, NEW, EMPTY, EMPTY]

    def test_empty_tiles_where_names_cannot_be_shared(
        self, cache: TileCache, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_names: object) -> None:
            raise OSError("too many links")

        monkeypatch.setattr(os, "link", refuse)
        store(cache, KEY, EMPTY)
        assert cache.read(KEY) == EMPTY

    def test_a_deleted_folder_is_only_a_cold_cache(self, cache: TileCache) -> None:
        import shutil

        store(cache, KEY)
        shutil.rmtree(cache.root)
        assert cache.read(KEY) is None
        store(cache, KEY, NEW)
        assert cache.read(KEY) == NEW

    def test_what_killed_processes_left_is_swept(self, cache: TileCache) -> None:
        new = cache.state / "new"
        (new / "999999999-1").write_bytes(b"half a ti")
        (new / f"{os.getpid()}-77").write_bytes(b"being written")
        (new / "1-2").mkdir()
        cache.sweep()
        assert [left.name for left in new.iterdir()] == [f"{os.getpid()}-77"]


class TestRace:
    def test_a_tile_encoded_while_its_edit_is_taken_in_is_not_stored(self, cache: TileCache) -> None:
        stamp = cache.stamp(KEY)  # here the encoding begins
        with cache.taking_in():
            assert cache.drop("zoning", [CELL]) == []
        assert not cache.store(KEY, OLD, stamp)
        assert cache.read(KEY) is None
        assert cache.store(KEY, NEW, cache.stamp(KEY))

    def test_the_same_when_all_of_the_source_is_dropped(self, cache: TileCache) -> None:
        stamp = cache.stamp(KEY)
        with cache.taking_in():
            cache.drop_source("zoning")
        assert not cache.store(KEY, OLD, stamp)

    def test_a_tile_stored_just_before_is_dropped(self, cache: TileCache) -> None:
        store(cache, KEY)
        with cache.taking_in():
            assert cache.drop("zoning", [CELL]) == [KEY]
        assert cache.read(KEY) is None

    def test_another_cell_is_not_touched(self, cache: TileCache) -> None:
        other = Key("zoning", Cell(14, 10537, 6467))
        stamp = cache.stamp(other)
        store(cache, other)
        with cache.taking_in():
            cache.drop("zoning", [CELL])
        assert cache.read(other) == OLD
        assert cache.store(other, NEW, stamp)

    def test_another_process_sees_it(self, cache: TileCache, tmp_path: Path) -> None:
        elsewhere = TileCache(tmp_path)
        stamp = elsewhere.stamp(KEY)
        with cache.taking_in():
            cache.drop("zoning", [CELL])
        assert not elsewhere.store(KEY, OLD, stamp)

    def test_other_days_are_dropped_too(self, cache: TileCache) -> None:
        past = KEY._replace(since="2020-01-01")
        store(cache, KEY)
        store(cache, past)
        with cache.taking_in():
            assert set(cache.drop("zoning", [CELL])) == {KEY, past}
            assert cache.sources() == {"zoning"}
        store(cache, past)
        with cache.taking_in():
            assert cache.drop_source("zoning") == [past]
        assert cache.read(past) is None

    def test_a_source_whose_name_begins_alike_is_another(self, cache: TileCache) -> None:
        other = Key("zoning-old", CELL)
        store(cache, other)
        with cache.taking_in():
            cache.drop_source("zoning")
        assert cache.read(other) == OLD


class TestMemory:
    def test_what_is_held_in_memory_is_dropped_with_the_file(self, cache: TileCache) -> None:
        shelf = Shelf(cache)
        store(cache, KEY)
        assert shelf.find(PATH) == OLD
        cache.path(KEY).unlink()
        assert shelf.find(PATH) == OLD, "from memory: the file is not asked for"
        with cache.taking_in():
            cache.drop("zoning", [CELL])
        assert shelf.find(PATH) is None
        store(cache, KEY, NEW)
        assert shelf.find(PATH) == NEW

    def test_it_is_bounded(self, cache: TileCache, monkeypatch: pytest.MonkeyPatch) -> None:
        from layers.tiles import middleware

        monkeypatch.setattr(middleware, "_MOST_BYTES", 10_000)
        shelf = Shelf(cache)
        big = pack(os.urandom(2000))
        for x in range(20):
            store(cache, Key("zoning", Cell(14, x, 1)), big)
            assert shelf.find(f"/tiles/zoning/14/{x}/1.mvt") == big
        assert 1 <= len(shelf._held) <= 4
        assert shelf.find("/tiles/zoning/14/0/1.mvt") == big, "from its file again"

    @pytest.mark.parametrize(
        "path",
        [
            "/tiles/../position/1/1/1.mvt",
            "/tiles/zoning@x/1/1/1.mvt",
            "/tiles/zoning/1/1/1.mvt/",
            "/tiles//1/1/1.mvt",
        ],
    )
    def test_no_address_leads_out_of_the_folder(self, cache: TileCache, path: str) -> None:
        assert Shelf(cache).find(path) is None

    def test_a_day_is_known_for_one_turn_only(self, cache: TileCache) -> None:
        shelf = Shelf(cache)
        shelf.remember_day("zoning", "2020-01-01", "2015-03-21", cache.generations.turn)
        assert shelf.find_day("zoning", "2020-01-01") == (True, "2015-03-21")
        assert shelf.find_day("zoning", "2020-01-02") == (False, None)
        cache.generations.next_turn()
        assert shelf.find_day("zoning", "2020-01-01") == (False, None)


class TestGenerations:
    def test_nobody_keeps_an_unkept_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        from layers.tiles import generations

        counters = Generations(tmp_path / "state" / "generations")
        assert not counters.kept
        counters.beat()
        assert counters.kept
        now = generations._now_ms()
        monkeypatch.setattr(generations, "_now_ms", lambda: now + TRUSTED_MS + 10)
        assert not counters.kept, "its keeper is silent"
        monkeypatch.setattr(generations, "_now_ms", lambda: now - 60_000)
        assert not counters.kept, "that beat was before the machine's last start"
        monkeypatch.undo()
        counters.beat()
        counters.stop_beating()
        assert not counters.kept


class TestAnswer:
    def test_the_tag_is_of_the_bytes(self) -> None:
        assert pack(b"one").tag == pack(b"one").tag != pack(b"two").tag

    @pytest.mark.parametrize("known", ['"{tag}"', 'W/"{tag}"', '"x", "{tag}"'])
    def test_what_is_known_is_not_sent_again(self, known: str) -> None:
        answered = answer(OLD, "GET", "gzip", known.format(tag=OLD.tag), FOR_A_MINUTE)
        assert (answered.status, answered.body) == (304, b"")
        assert dict(answered.headers)["ETag"] == f'"{OLD.tag}"'

    def test_the_plain_one_is_another(self) -> None:
        packed, plain = (answer(OLD, "GET", how, f'"{OLD.tag}"', FOR_A_MINUTE) for how in ("gzip", ""))
        assert (packed.status, plain.status) == (304, 200)
        assert plain.body == b"before the edit"

    def test_head(self) -> None:
        got, head = (answer(OLD, method, "gzip", "", FOR_A_MINUTE) for method in ("GET", "HEAD"))
        assert (head.body, head.headers) == (b"", got.headers)
