"""Our own server, as script/server runs it, over a city that is measured."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.city import VAR, BenchCity
from benchmarks.processes import free_port, running, wait_for
from layers.tiles.grid import Cell

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def fresh_folder() -> Iterator[Path]:
    """A new and empty data folder, in which no tile is kept yet; gone at the end of the block."""
    folder = Path(tempfile.mkdtemp(prefix="data-", dir=VAR))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def our_server(city: BenchCity, folder: Path, workers: int = 2) -> Iterator[str]:
    """The address of our server over a city, its tiles kept in that folder."""
    port, log = free_port(), VAR / "log" / "ours.log"
    words: list[str | Path] = [sys.executable, "-m", "webmap.serve", "--port", str(port), "--data", folder]
    words += ["--workers", str(workers)]
    with running(words, log, environment(city, folder), cwd=ROOT) as process:
        root = f"http://127.0.0.1:{port}"
        wait_for(f"{root}/health", process, log)
        yield root


def environment(city: BenchCity, folder: Path) -> dict[str, str]:
    """What our commands need to work on a city with their tiles in another folder than its own."""
    return {"DATABASE_URL": city.url, "DATA_DIR": str(folder)}


def our_tile(cell: Cell, source: str = "parcels") -> str:
    """The path of one of our tiles."""
    return f"/tiles/{source}/{cell.z}/{cell.x}/{cell.y}.mvt"
