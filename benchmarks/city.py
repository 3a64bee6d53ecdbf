"""The cities that are measured: made once for each size, kept in a folder of their own, the same from run to run."""

import random
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import Engine, text

from core import cluster, database
from layers.tiles.grid import HALF_WORLD_M, WORLD_M, Cell
from webmap.demo.load import DEFAULT_SRID, load

SIZES = (10_000, 100_000, 1_000_000)
SEED = 1404
VAR = Path(__file__).resolve().parent / "var"
_MIB = 1024 * 1024
_ROOM_PER_PARCEL = 6000
"""Bytes of disk that a parcel takes with its indexes, its share of the other layers and the log of loading it."""


@dataclass(frozen=True)
class BenchCity:
    """One city, its database running. ``url`` is SQLAlchemy's; ``socket_dir`` and ``database`` are what peers need."""

    parcels: int
    folder: Path
    url: str
    engine: Engine

    @property
    def socket_dir(self) -> str:
        """The folder of PostgreSQL's socket: all servers come in by it, ours and the peers."""
        return parse_qs(urlsplit(self.url).query)["host"][0]

    @property
    def role(self) -> str:
        """The role that everybody reads as."""
        return urlsplit(self.url).username or ""

    @property
    def database(self) -> str:
        """The database's name."""
        return urlsplit(self.url).path.lstrip("/")


@contextmanager
def open_city(parcels: int) -> Iterator[BenchCity]:
    """The city of that size for the length of a block, its views for the peers in place; made if it is not there."""
    folder = VAR / str(parcels)
    folder.mkdir(parents=True, exist_ok=True)
    with cluster.running(folder) as url:
        database.upgrade(url, DEFAULT_SRID)
        engine = database.make_engine(url)
        try:
            _load_once(engine, parcels)
            _show_to_peers(engine)
            yield BenchCity(parcels, folder, url, engine)
        finally:
            engine.dispose()


def _load_once(engine: Engine, parcels: int) -> None:
    with engine.connect() as connection:
        if connection.execute(text("SELECT 1 FROM city")).first():
            return
    if shutil.disk_usage(VAR).free < parcels * _ROOM_PER_PARCEL:
        sys.exit(
            f"script/bench: a city of {parcels:,} parcels needs {parcels * _ROOM_PER_PARCEL // _MIB:,} MiB of disk."
        )
    began = time.monotonic()
    with database.transaction(engine) as session:
        load(session, parcels, SEED, _tell)
    # As any server does after a while by itself; left to chance, it would fall into somebody's measurement.
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
        connection.execute(text("CHECKPOINT"))
    sys.stderr.write(f"\rcity of {parcels:,} parcels made in {time.monotonic() - began:.0f} s\n")


def _tell(done: int, total: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\rmaking the city: {done:,} of {total:,} parcels")
        sys.stderr.flush()


def _show_to_peers(engine: Engine) -> None:
    """Views with just what our tiles carry, so that nobody sends more than another."""
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA IF NOT EXISTS bench"))
        for view, columns in VIEWS.items():
            connection.execute(
                text(
                    f"CREATE OR REPLACE VIEW bench.{view} AS SELECT {columns}, geom_3857 AS geom"
                    " FROM public.parcel WHERE valid_to IS NULL"
                )
            )


VIEWS = {"parcels": "id, land_use", "numbered": "id, land_use, number"}
"""The views and their columns: parcels as drawn up to zoom 15, and with their numbers from 16."""


def view_of(zoom: int) -> str:
    """The view whose columns our tiles of that zoom carry."""
    return "numbered" if zoom >= 16 else "parcels"


def sample_cells(city: BenchCity, zoom: int, count: int, seed: int = SEED) -> list[Cell]:
    """At most ``count`` cells of a zoom, each drawn by a random parcel in it: the denser, the likelier."""
    with city.engine.connect() as connection:
        last = connection.execute(text("SELECT max(id) FROM parcel")).scalar_one()
        dice = random.Random(seed * 100 + zoom)
        ids = [dice.randint(1, last) for _ in range(count * 12)]
        rows = connection.execute(
            text(
                "SELECT ST_X(p), ST_Y(p) FROM unnest(CAST(:ids AS bigint[])) WITH ORDINALITY AS asked (id, place)"
                " JOIN parcel USING (id), ST_Centroid(geom_3857) AS p WHERE valid_to IS NULL ORDER BY place"
            ),
            {"ids": ids},
        ).all()
    size = WORLD_M / (1 << zoom)
    cells = [Cell(zoom, int((x + HALF_WORLD_M) // size), int((HALF_WORLD_M - y) // size)) for x, y in rows]
    return list(dict.fromkeys(cells))[:count]
