"""100,000 parcels out of a GeoPackage into an empty city, checked feature by feature; GDAL's bare copy beside it."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from benchmarks.city import VAR, BenchCity
from benchmarks.ours import ROOT
from benchmarks.processes import NotHad
from benchmarks.results import Result, Row
from benchmarks.servers import system_program
from core import database
from webmap.demo.load import DEFAULT_SRID

NAME = "import"
MOST = 100_000
_QUERY = """
    SELECT number, address, land_use, geom FROM parcel WHERE valid_to IS NULL ORDER BY id LIMIT {most}"""


class WrongImport(AssertionError):
    """An import did not bring in what the file holds."""


def run(city: BenchCity) -> Result:
    """Rows per second of the whole command and of PostgreSQL's copy by ogr2ogr, each into tables of its own."""
    result = Result(NAME)
    rows = min(MOST, city.parcels)
    file = _file(city, rows)
    ours_s = _ours(city, file, rows, result)
    try:
        theirs_s, peer = _ogr2ogr(city, file, rows, result), "ogr2ogr, no checks"
    except NotHad as reason:
        result.note(f"ogr2ogr was not measured: {reason}")
        theirs_s, peer = None, None
    theirs = rows / theirs_s if theirs_s else None
    result.rows.append(
        Row(f"import {rows:,} parcels, whole command", city.parcels, "rows/s", rows / ours_s, peer, theirs)
    )
    return result


def _file(city: BenchCity, rows: int) -> Path:
    """A GeoPackage of the city's first parcels, as a cadastre would send it."""
    path = VAR / "files" / f"parcels-{city.parcels}.gpkg"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        words: list[str | Path] = [
            "-f",
            "GPKG",
            path,
            _dsn(city.url),
            "-sql",
            _QUERY.format(most=rows),
            "-nln",
            "parcels",
        ]
        _do([system_program("ogr2ogr"), *words, "-a_srs", f"EPSG:{DEFAULT_SRID}"])
    return path


def _ours(city: BenchCity, file: Path, rows: int, result: Result) -> float:
    with _empty_database(city, "bench_import") as url:
        database.upgrade(url, DEFAULT_SRID)
        env = {"DATABASE_URL": url, "DATA_DIR": str(VAR / "import-data")}
        flask: list[str | Path] = [sys.executable, "-m", "flask", "--app", "webmap"]
        _do([*flask, "city", "init", "--srid", str(DEFAULT_SRID)], env)
        began = time.monotonic()
        said = _do([*flask, "parcels", "import", file], env)
        took_s = time.monotonic() - began
        engine = create_engine(url)
        with engine.connect() as connection:
            found = connection.execute(
                text("SELECT count(*) FROM parcel WHERE valid_to IS NULL")
            ).scalar_one()
        engine.dispose()
    if found != rows:
        raise WrongImport(f"{found:,} of {rows:,} parcels came in: {said}")
    result.note(
        f"ours: {took_s:.1f} s from the command's start to its end, with checks, indexes and the map's far zooms"
    )
    return took_s


def _ogr2ogr(city: BenchCity, file: Path, rows: int, result: Result) -> float:
    ogr2ogr = system_program("ogr2ogr")
    told = subprocess.run([ogr2ogr, "--version"], capture_output=True, text=True, check=True).stdout
    result.versions["gdal"] = (re.search(r"[\d.]+", told) or [told])[0].rstrip(".")
    with _empty_database(city, "bench_ogr") as url:
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("CREATE EXTENSION postgis"))
        began = time.monotonic()
        _do([ogr2ogr, "-f", "PostgreSQL", _dsn(url), file, "-nln", "parcels"], {"PG_USE_COPY": "YES"})
        took_s = time.monotonic() - began
        with engine.connect() as connection:
            found = connection.execute(text("SELECT count(*) FROM parcels")).scalar_one()
        engine.dispose()
    if found != rows:
        raise WrongImport(f"ogr2ogr brought in {found:,} of {rows:,}")
    result.note(
        "ogr2ogr copies rows and makes one spatial index: no checks, no versions, no addresses, no map"
    )
    return took_s


@contextmanager
def _empty_database(city: BenchCity, name: str) -> Iterator[str]:
    """An empty database in the city's own cluster, dropped afterwards."""
    engine = create_engine(city.url, isolation_level="AUTOCOMMIT")
    drop = text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    with engine.connect() as connection:
        connection.execute(drop)
        connection.execute(text(f"CREATE DATABASE {name}"))
        try:
            yield make_url(city.url).set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(drop)
    engine.dispose()


def _dsn(url: str) -> str:
    parsed = make_url(url)
    return f"PG:host={parsed.query['host']} user={parsed.username} dbname={parsed.database}"


def _do(words: list[str | Path], env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        [str(word) for word in words],
        capture_output=True,
        text=True,
        env={**os.environ, **(env or {})},
        cwd=ROOT,
        check=False,
    )
    if done.returncode != 0:
        raise WrongImport(f"{Path(str(words[0])).name}: {(done.stderr or done.stdout).strip()[-400:]}")
    return done.stdout
