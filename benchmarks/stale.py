"""Whether a storm of edits leaves a stale tile: four workers, two of them killed, every kept tile encoded anew."""

import dataclasses
import gzip
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.orm import Session

from benchmarks.asking import Asker
from benchmarks.city import SEED, BenchCity
from benchmarks.edit_to_fresh import comparable
from benchmarks.ours import ROOT, environment, fresh_folder, our_server
from benchmarks.processes import NotHad
from benchmarks.results import Result, Row
from core.database import make_engine
from layers.tiles import outbox, sources
from layers.tiles.cache import TileCache
from layers.tiles.encode import encode
from layers.tiles.grid import Cell
from webmap import wiring

NAME = "stale"
EDITS = 10_000
WORKERS = 4
KILLED = 2
LARGEST = 100_000
"""Larger cities are not stormed: to encode each of their tiles anew takes longer than it tells."""
_PATIENCE_S = 300
STORM = (
    (
        8,
        "UPDATE parcel SET land_use = CASE land_use WHEN 'park' THEN 'vacant' ELSE 'park' END WHERE id = :id",
    ),
    (3, "UPDATE parcel SET geom = ST_Translate(geom, :n % 5 - 2, 0) WHERE id = :id"),
    (
        4,
        "UPDATE zone SET class_id = (SELECT min(id) FROM zone_class WHERE id <> class_id) WHERE id = :id",
    ),
    (3, "UPDATE feature SET name_en = 'No. ' || :n WHERE id = :id"),
    (2, "UPDATE feature SET geom = ST_Translate(geom, 0, :n % 9 - 4) WHERE id = :id"),
)
"""The kinds of edits, and how often each comes beside the others."""


def run(city: BenchCity) -> Result:
    """Number of kept tiles that are not what a fresh encoding gives, after all edits; and how many were compared."""
    if city.parcels > LARGEST:
        raise NotHad(f"the storm is for cities of up to {LARGEST:,} parcels")
    result = Result(NAME)
    with _copy(city) as other, fresh_folder() as folder:
        began = time.monotonic()
        _seed(other, folder)
        with our_server(other, folder, WORKERS) as root:
            killed = _storm(other.engine, folder, root)
            _wait_until_calm(other.engine, folder)
            took_s = time.monotonic() - began
            stale, compared = compare(other.engine, TileCache(folder))
    result.rows = [
        Row(
            f"stale tiles after {EDITS:,} edits, {WORKERS} workers, {KILLED} killed",
            city.parcels,
            "tiles",
            stale,
        )
    ]
    result.note(f"{compared:,} kept tiles of all sources encoded anew; the storm took {took_s:.0f} s")
    result.note(
        f"killed by SIGKILL at random moments: {killed} workers, each time the one that kept the tiles"
    )
    return result


@contextmanager
def _copy(city: BenchCity) -> Iterator[BenchCity]:
    """The same city in a database of its own, to be edited."""
    name = "bench_stale"
    city.engine.dispose()
    owner = create_engine(make_url(city.url).set(database="postgres"), isolation_level="AUTOCOMMIT")
    drop = text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    with owner.connect() as connection:
        connection.execute(drop)
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {city.database}"))
        url = make_url(city.url).set(database=name).render_as_string(hide_password=False)
        engine = make_engine(url)
        try:
            yield dataclasses.replace(city, url=url, engine=engine)
        finally:
            engine.dispose()
            connection.execute(drop)
    owner.dispose()


def _seed(city: BenchCity, folder: Path) -> None:
    words = [sys.executable, "-m", "flask", "--app", "webmap", "tiles", "seed"]
    env = {**os.environ, **environment(city, folder)}
    subprocess.run(words, env=env, cwd=ROOT, check=True, capture_output=True)


# --- the storm ----------------------------------------------------------------------------------------------------
def _storm(engine: Engine, folder: Path, root: str) -> int:
    """All edits one after the other, while two readers ask for tiles and the keeping worker is killed now and then."""
    dice, ends, killed = random.Random(SEED), threading.Event(), 0
    paths = [_path(folder, tile) for tile in (folder / "tiles").rglob("*.mvt.gz")]
    readers = [threading.Thread(target=_read, args=(root, paths, ends, number)) for number in range(2)]
    for reader in readers:
        reader.start()
    kill_at = sorted(dice.sample(range(EDITS // 10, EDITS * 9 // 10), KILLED))
    ids = _all_ids(engine)
    try:
        for number in range(EDITS):
            _edit(engine, dice, ids, number)
            if number in kill_at:
                os.kill(_keeping(folder), signal.SIGKILL)
                killed += 1
    finally:
        ends.set()
        for reader in readers:
            reader.join()
    return killed


def _all_ids(engine: Engine) -> dict[str, list[int]]:
    with engine.connect() as connection:
        return {
            table: list(connection.execute(text(f"SELECT id FROM {table} ORDER BY id")).scalars())
            for table in ("parcel", "zone", "feature")
        }


def _edit(engine: Engine, dice: random.Random, ids: dict[str, list[int]], number: int) -> None:
    (edit,) = dice.choices([sql for _, sql in STORM], [weight for weight, _ in STORM])
    values = {"id": dice.choice(ids[edit.split()[1]]), "n": number}
    with engine.connect() as connection:
        connection.execute(text(edit), {name: value for name, value in values.items() if f":{name}" in edit})
        # Some are taken back: what is not committed must leave no trace.
        connection.rollback() if dice.random() < 0.05 else connection.commit()


def _keeping(folder: Path) -> int:
    """The process that keeps the tiles now."""
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        written = (folder / "tiles-state" / "keeper").read_text(encoding="utf-8").strip()
        if written and Path(f"/proc/{written}").exists():
            return int(written)
        time.sleep(0.05)
    raise AssertionError("nobody keeps the tiles")


def _path(folder: Path, tile: Path) -> str:
    return f"/tiles/{tile.relative_to(folder / 'tiles')}".removesuffix(".gz")


def _read(root: str, paths: list[str], ends: threading.Event, number: int) -> None:
    dice, asker = random.Random(number), Asker(root)
    while not ends.is_set():
        try:
            asker.ask(dice.choice(paths))
        except NotHad:
            # Its worker was killed while it answered.
            asker = Asker(root)


# --- after it -----------------------------------------------------------------------------------------------------
def _wait_until_calm(engine: Engine, folder: Path) -> None:
    """Until the keeper has taken in every edit, and what is drawn from afar is made anew."""
    until, quiet = time.monotonic() + _PATIENCE_S, 0
    while quiet < 5:
        if time.monotonic() > until:
            raise AssertionError("the keeper does not come to rest")
        time.sleep(1)
        position = outbox.read_position(folder / "tiles-state" / "position.json")
        with engine.connect() as connection:
            waiting = connection.scalar(text("SELECT count(*) FROM tile_outbox WHERE to_generalise"))
            unmade = connection.scalar(
                text(
                    "SELECT count(*) FROM zone WHERE upper_inf(recorded)"
                    " AND NOT EXISTS (SELECT FROM zone_generalised WHERE zone_id = zone.id)"
                )
            )
        is_calm = position and not waiting and not unmade and not outbox.read_news(engine, position).touched
        quiet = quiet + 1 if is_calm else 0


def compare(engine: Engine, cache: TileCache) -> tuple[int, int]:
    """How many kept tiles of today are not what a fresh encoding gives, and how many there are."""
    wiring.connect()
    stale = compared = 0
    with Session(engine.execution_options(isolation_level="AUTOCOMMIT")) as session:
        for tile in cache.root.rglob("*.mvt.gz"):
            name, z, x, y = tile.relative_to(cache.root).as_posix().removesuffix(".mvt.gz").split("/")
            if "@" in name:
                continue
            fresh = encode(session, sources.get_source(session, name), Cell(int(z), int(x), int(y)), None)
            kept = gzip.decompress(tile.read_bytes())
            compared += 1
            # Equal bytes need no look inside; the order of features is the database's to choose.
            if fresh != kept and comparable(fresh) != comparable(kept):
                stale += 1
    return stale, compared
