"""`flask tiles seed`: every tile of the city, made and kept; tegola's seeding of the parcels beside it."""

import os
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.asking import Asker
from benchmarks.city import VAR, BenchCity, view_of
from benchmarks.ours import ROOT, environment, fresh_folder, our_server
from benchmarks.processes import NotHad
from benchmarks.results import Result, Row
from benchmarks.servers import TEGOLA, program, tegola_config
from core import database
from layers.tiles.tilejson import city_bounds

NAME = "seed"
MOST_KB = 500
"""No tile of any source may be larger, gzipped."""
_EMPTY_BYTES = 40


class SeedFailed(AssertionError):
    """A seeding did not end well."""


def run(city: BenchCity) -> Result:
    """Seconds that the commands take from start to end, on both cores; into empty folders."""
    result = Result(NAME)
    with fresh_folder() as folder:
        everything_s, told = _ours(city, folder, ())
        result.note(f"all sources, zooms 8 to 16: {told}")
        memory_mb = _serve_everything(city, folder)
    result.rows.append(Row("seed the whole city, all sources", city.parcels, "s", everything_s))
    result.rows.append(Row("memory of a worker after serving every tile", city.parcels, "MB", memory_mb))
    with fresh_folder() as folder:
        parcels_s, told = _ours(city, folder, ("--source", "parcels"))
    result.note(f"parcels alone, zooms 8 to 16: {told}")
    try:
        theirs_s: float | None = _tegola(city)
        result.versions["tegola"] = TEGOLA.version()
        result.note("tegola seeds parcels of zooms 14 to 16 alone, and to files that are not compressed")
    except NotHad as reason:
        theirs_s = None
        result.note(f"tegola was not measured: {reason}")
    peer = "tegola, z14–16 only" if theirs_s else None
    result.rows.append(Row("seed the parcels, all zooms", city.parcels, "s", parcels_s, peer, theirs_s))
    return result


def _ours(city: BenchCity, folder: Path, options: tuple[str, ...]) -> tuple[float, str]:
    words = [sys.executable, "-m", "flask", "--app", "webmap", "tiles", "seed", *options]
    began = time.monotonic()
    done = subprocess.run(
        words,
        env={**os.environ, **environment(city, folder), "LANG": "en_US.UTF-8"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    took_s = time.monotonic() - began
    if done.returncode != 0:
        raise SeedFailed(done.stderr[-300:])
    paths = list((folder / "tiles").rglob("*.mvt.gz"))
    files = [path.stat() for path in paths]
    # Empty tiles are names of one file.
    size_mb = sum({status.st_ino: status.st_size for status in files}.values()) / 1e6
    largest = max(paths, key=lambda path: path.stat().st_size)
    largest_kb = largest.stat().st_size / 1000
    if largest_kb > MOST_KB:
        raise SeedFailed(f"{largest.relative_to(folder)} has {largest_kb:.0f} kB, more than {MOST_KB}")
    told = f"{done.stdout.strip()} {size_mb:,.0f} MB in {len(files):,} tiles"
    return took_s, f"{told}, the largest {largest_kb:.0f} kB ({largest.relative_to(folder / 'tiles')})"


def _serve_everything(city: BenchCity, folder: Path) -> float:
    """Ask for every tile that holds something, and return the memory of the largest of our processes in MB."""
    tiles = folder / "tiles"
    found = [path for path in tiles.rglob("*.mvt.gz") if path.stat().st_size > _EMPTY_BYTES]
    with our_server(city, folder) as root:
        # Each connection stays with one worker: enough of them, and both get about half of the tiles.
        askers = [Asker(root) for _ in range(8)]
        for place, path in enumerate(found):
            asked = f"/tiles/{path.relative_to(tiles)}".removesuffix(".gz")
            if (status := askers[place % len(askers)].ask(asked).status) != 200:
                raise SeedFailed(f"{asked}: {status}")
        return max(_worker_memory_mb(folder))


def _worker_memory_mb(folder: Path) -> list[float]:
    """Resident memory of the processes that serve from this folder: the workers and their parent."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"DATA_DIR={folder}".encode() in (process / "environ").read_bytes().split(b"\0"):
                status = (process / "status").read_text(encoding="utf-8")
                found.append(int(status.split("VmRSS:")[1].split()[0]) / 1000)
        except (OSError, IndexError):
            continue  # It has ended, or is another's.
    return found


def _tegola(city: BenchCity) -> float:
    tegola = program("tegola")
    engine = database.make_engine(city.url)
    with database.transaction(engine) as session:
        bounds = ",".join(str(side) for side in city_bounds(session))
    engine.dispose()
    with fresh_folder() as folder:
        config = tegola_config(city, folder, 1, cached=True)
        took_s = 0.0
        for first, last in ((14, 15), (16, 16)):
            words = [tegola, "cache", "seed", "--config", config, "--map", view_of(first), "--bounds", bounds]
            zooms = ["--min-zoom", str(first), "--max-zoom", str(last), "--concurrency", "2", "--overwrite"]
            began = time.monotonic()
            with (VAR / "log" / "tegola-seed.log").open("ab") as log:
                code = subprocess.run(
                    [*map(str, words), *zooms], stdout=log, stderr=log, check=False
                ).returncode
            took_s += time.monotonic() - began
            if code != 0:
                raise NotHad(f"its seeding ends with {code}")
        if not any((folder / "cache").rglob("*")):
            raise NotHad("its seeding wrote nothing")
    return took_s
