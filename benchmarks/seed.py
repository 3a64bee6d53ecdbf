"""`flask tiles seed`: every tile of the city, made and kept; tegola's seeding of the parcels beside it."""

import os
import subprocess
import sys
import time

from benchmarks.city import VAR, BenchCity, view_of
from benchmarks.ours import ROOT, environment, fresh_folder
from benchmarks.processes import NotHad
from benchmarks.results import Result, Row
from benchmarks.servers import TEGOLA, program, tegola_config
from core import database
from layers.tiles.tilejson import city_bounds

NAME = "seed"
_EXACT = ("14", "16")


class SeedFailed(AssertionError):
    """A seeding did not end well."""


def run(city: BenchCity) -> Result:
    """Seconds that the commands take from start to end, on both cores; into empty folders."""
    result = Result(NAME)
    everything_s, told = _ours(city, ())
    result.note(f"all sources, zooms 8 to 16: {told}")
    result.rows.append(Row("seed the whole city, all sources", city.parcels, "s", everything_s))
    parcels_s, told = _ours(city, ("--source", "parcels"))
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


def _ours(city: BenchCity, options: tuple[str, ...]) -> tuple[float, str]:
    with fresh_folder() as folder:
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
        files = [path.stat() for path in (folder / "tiles").rglob("*.mvt.gz")]
    size_mb = sum(status.st_size for status in files) / 1e6
    return (
        took_s,
        f"{done.stdout.strip()} {size_mb:,.0f} MB in {len(files):,} files, the largest {_largest_kb(files)} kB",
    )


def _largest_kb(files: list[os.stat_result]) -> int:
    return round(max((status.st_size for status in files), default=0) / 1000)


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
