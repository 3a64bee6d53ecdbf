"""A fresh migrated database in a throw-away cluster, for trials and tests: what script/dev-db runs."""

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from psycopg2 import sql  # noqa: E402
from sqlalchemy import create_engine, make_url  # noqa: E402

from core import cluster, database  # noqa: E402
from core.errors import AppError  # noqa: E402

VAR = ROOT / "var-dev"


def fresh_database(name: str, srid: int) -> str:
    """Make (or make anew) a migrated database and return its URL."""
    url = make_url(cluster.start_and_leave_on(VAR, durable=False))
    engine = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for words in ("DROP DATABASE IF EXISTS {} WITH (FORCE)", "CREATE DATABASE {}"):
            connection.connection.cursor().execute(sql.SQL(words).format(sql.Identifier(name)))
    engine.dispose()
    address = url.set(database=name).render_as_string(hide_password=False)
    database.upgrade(address, srid)
    return address


def main() -> int:
    """Parse, do, print the URL alone on standard output."""
    parser = argparse.ArgumentParser(prog="script/dev-db", description=__doc__)
    parser.add_argument("name", nargs="?", help="the database; one of that name is made anew")
    parser.add_argument("--srid", type=int, default=32639, help="the city's metric grid")
    parser.add_argument("--stop", action="store_true", help="stop the throw-away cluster")
    asked = parser.parse_args()
    if asked.stop:
        return 0 if cluster.stop_now(VAR) else 1
    if not asked.name:
        parser.error("name a database")
    sys.stdout.write(fresh_database(asked.name, asked.srid) + "\n")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except AppError as error:
        sys.exit(error.message)
