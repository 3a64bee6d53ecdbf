"""Makes all tiles of a city before anybody asks: from afar to near, skipping what is here, on all cores."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from core.database import make_engine
from layers.models import IS_PUBLIC, Layer
from layers.tiles import sources
from layers.tiles.cache import Key, TileCache
from layers.tiles.grid import BUFFER, MAX_ZOOM, MIN_ZOOM, Cell, cells_of
from layers.tiles.making import city_box, make_and_store

Progress = Callable[[int, int | None], None]
_BATCH = 64
"""Cells of one task: enough that handing it over costs nothing, few enough that the bar moves."""
_IN_HAND = 8


@dataclass
class Seeded:
    """How many tiles were made, were here before, and were refused again and again for edits that came between."""

    made: int = 0
    here: int = 0
    failed: int = 0

    def add(self, other: "Seeded") -> None:
        """Count another part in."""
        self.made += other.made
        self.here += other.here
        self.failed += other.failed

    @property
    def tiles(self) -> int:
        """All tiles gone through."""
        return self.made + self.here + self.failed


def list_sources(session: Session) -> list[str]:
    """Every source of the city: those declared, then the layers that the public sees."""
    names = [source.name for source in sources.declared()]
    shown = select(Layer.slug).where(IS_PUBLIC).order_by(Layer.slug)
    return [*names, *session.scalars(shown)]


def cells_of_city(session: Session) -> list[Cell]:
    """The cells that the city's boundary box meets, from afar to near; none while it has no boundary."""
    box = city_box(session)
    if box is None:
        return []
    return [cell for z in range(MIN_ZOOM, MAX_ZOOM + 1) for cell in cells_of(box, z, BUFFER)]


def seed(
    engine: Engine, data_dir: Path, names: Sequence[str] = (), progress: Progress | None = None
) -> Seeded:
    """Make the tiles of these sources (by default of all) that are not here yet.

    May be killed at any moment and begun again. Somebody must be keeping the tiles meanwhile, or what is made may
    be stale when it is done. ``progress`` is told how many of how many tiles are done. Raises NotFound for a source
    that is none.
    """
    with Session(engine) as session:
        wanted = list(names) or list_sources(session)
        cells = cells_of_city(session)
        for name in wanted:
            sources.get_source(session, name)
    done, total = Seeded(), len(wanted) * len(cells)
    url = engine.url.render_as_string(hide_password=False)
    # Spawned: a forked process would inherit this one's connections and locks.
    with ProcessPoolExecutor(
        os.cpu_count(), get_context("spawn"), _begin, (url, data_dir, sources.registered())
    ) as pool:
        for part in _results(pool, _batches(wanted, cells)):
            done.add(part)
            if progress:
                progress(done.tiles, total)
    return done


def _batches(names: Sequence[str], cells: Sequence[Cell]) -> Iterator[tuple[str, list[Cell]]]:
    """From afar to near: the map is whole early, and what lies below an empty tile is known to be empty."""
    for start in range(0, len(cells), _BATCH):
        for name in names:
            yield name, list(cells[start : start + _BATCH])


def _results(pool: ProcessPoolExecutor, batches: Iterator[tuple[str, list[Cell]]]) -> Iterator[Seeded]:
    """What each batch came to; a few at a time, so that an interruption need not wait for thousands."""
    running: set[Future[Seeded]] = set()
    for name, cells in batches:
        running.add(pool.submit(_seed_batch, name, cells))
        if len(running) >= _IN_HAND:
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (one.result() for one in finished)
    yield from (one.result() for one in running)


# --- in a process of the pool -------------------------------------------------------------------------------------

_here: dict[str, Any] = {}


def _begin(url: str, data_dir: Path, registered: sources.Registered) -> None:
    # Ctrl-C is for the parent, which ends its pool.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(5)
    sources.register_all(registered)
    _here["cache"] = TileCache(data_dir)
    _here["link"] = make_engine(url).connect().execution_options(isolation_level="AUTOCOMMIT")


def _seed_batch(name: str, cells: list[Cell]) -> Seeded:
    cache: TileCache = _here["cache"]
    done = Seeded()
    missing = [key for key in (Key(name, cell) for cell in cells) if not cache.has(key)]
    done.here = len(cells) - len(missing)
    if missing:
        with Session(_here["link"]) as session:
            source = sources.get_source(session, name)
            for key in missing:
                if make_and_store(session, cache, source, key):
                    done.made += 1
                else:
                    done.failed += 1
    return done
