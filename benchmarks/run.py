"""What script/bench runs: the benchmarks named, at each size, a table on the terminal and a file for each."""

import argparse
import importlib
import json
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from types import ModuleType

from sqlalchemy import text

from benchmarks import fetch, reach
from benchmarks.city import SIZES, BenchCity, open_city
from benchmarks.processes import NotHad
from benchmarks.results import Result, Row, add_growth, write
from benchmarks.table import table

MODULES = {
    "tiles-cold": "tiles_cold",
    "tiles-hot": "tiles_hot",
    "edit-to-fresh": "edit_to_fresh",
    "stale": "stale",
    "seed": "seed",
    "place": "place",
    "search": "search",
    "import": "import_",
    "page": "page",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run benchmarks by name (all by default), or get the peers."""
    asked = _parse(arguments)
    if asked.names == ["peers"]:
        return fetch.main()
    if asked.names == ["table"]:
        return reach.main()
    for parcels in asked.parcels or SIZES:
        with open_city(parcels) as city:
            for name in asked.names or MODULES:
                _run(name, city)
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(MODULES) + "; or: peers, table")
    parser.add_argument(
        "--parcels", type=int, action="append", metavar="N", help="the size of the city; may be given again"
    )
    asked = parser.parse_args(arguments)
    unknown = [name for name in asked.names if name not in MODULES]
    if unknown and asked.names not in (["peers"], ["table"]):
        parser.error(
            f"no benchmark is named {unknown[0]!r}: choose among {', '.join(MODULES)}, peers or table"
        )
    return asked


def _run(name: str, city: BenchCity) -> None:
    module: ModuleType = importlib.import_module(f"benchmarks.{MODULES[name]}")
    try:
        result: Result = module.run(city)
    except NotHad as reason:
        sys.stdout.write(f"\n{name} at {city.parcels:,} parcels was not measured: {reason}\n")
        return
    result.versions = {**_our_versions(city), **result.versions}
    path = write(result)
    rows = [*result.rows, *_growth(path.read_text(encoding="utf-8"), module)]
    sys.stdout.write(f"\n{name}\n{table(rows)}\n")
    for note in result.notes:
        sys.stdout.write(f"  {note}\n")
    sys.stdout.flush()


def _growth(written: str, module: ModuleType) -> list[Row]:
    return add_growth(json.loads(written)["rows"], getattr(module, "GROWING", ()))


def _our_versions(city: BenchCity) -> dict[str, str]:
    with city.engine.connect() as connection:
        postgresql, postgis = connection.execute(
            text("SELECT current_setting('server_version'), postgis_lib_version()")
        ).one()
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return {
        "shahrnama": commit.stdout.strip() or "unknown",
        "python": sys.version.split()[0],
        "granian": version("granian"),
        "postgresql": postgresql.split()[0],
        "postgis": postgis,
    }


if __name__ == "__main__":
    sys.exit(main())
