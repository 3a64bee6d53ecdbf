"""Each run owns its database, built by the migrations; each test leaves no trace in it."""

import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session

from core import cluster, i18n, local_time
from core.database import driver_url, make_engine, upgrade
from core.limits import web as limits
from core.settings import Settings
from core.web import db
from tests import small_city

ROOT = Path(__file__).resolve().parent.parent
SRID = 32639


@pytest.fixture(scope="session", autouse=True)
def _catalogues() -> None:
    i18n.compile_catalogues()
    # Connections opened before any application is made count the same days as those opened after it.
    local_time.use(local_time.DEFAULT_ZONE)


@pytest.fixture(autouse=True)
def _speak_english() -> None:
    """A request of an earlier test may have left its language behind in this thread."""
    i18n.set_language("en")


def find_shared_data() -> Path:
    """The folder of real municipal files; a test that asks for it is skipped where it is absent."""
    folder = Path(os.environ.get("SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"the shared data are not here ({folder}); set SHARED_DATA")
    return folder


@pytest.fixture
def shared_data() -> Path:
    """See :func:`find_shared_data`."""
    return find_shared_data()


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The maintenance database of the server that tests may make databases on."""
    return os.environ.get("TEST_DATABASE_URL") or cluster.ensure_running(ROOT / "var-test", durable=False)


@pytest.fixture(scope="session")
def make_database(server_url: str) -> Iterator["DatabaseMaker"]:
    """Makes databases that go with the run."""
    server = make_engine(server_url).execution_options(isolation_level="AUTOCOMMIT")
    maker = DatabaseMaker(server, {})
    yield maker
    maker.drop_all([*maker.made, *maker.patterns.values()])
    server.dispose()


@pytest.fixture
def make_brief_database(make_database: "DatabaseMaker") -> Iterator["DatabaseMaker"]:
    """Makes databases that go with the test: files that are soon gone never reach the disk, and go in no time."""
    maker = DatabaseMaker(make_database.server, make_database.patterns)
    yield maker
    maker.drop_all(maker.made)


@pytest.fixture(scope="session")
def database_url(make_database: "DatabaseMaker") -> str:
    """A migrated, empty database of this run."""
    return make_database(srid=SRID)


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on this run's database."""
    made = make_engine(database_url)
    yield made
    made.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A connection whose transaction is rolled back after the test, whatever is committed in it."""
    with engine.connect() as opened:
        outer = opened.begin()
        yield opened
        outer.rollback()


@pytest.fixture
def session(connection: Connection) -> Iterator[Session]:
    """A session inside the test's own transaction."""
    with Session(connection, join_transaction_mode="create_savepoint") as opened:
        yield opened


@pytest.fixture(scope="session")
def app(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application over this run's database."""
    from webmap import create_app  # only here: lower rooms are tested without it

    settings = Settings(
        data_dir=tmp_path_factory.mktemp("city"), database_url=database_url, secret_key=secrets.token_hex(16)
    )
    made = create_app(settings)
    made.testing = True
    # Passwords and tokens are hashed to be slow to guess; tests guess none.
    security = made.extensions["security"]
    security.pwd_context.update(argon2__time_cost=1, argon2__memory_cost=64, argon2__parallelism=1)
    security.hashing_context.update(sha256_crypt__default_rounds=1000)
    return made


@pytest.fixture
def client(app: Flask, connection: Connection) -> FlaskClient:
    """A browser without a window, whose requests see what the test's session wrote and are rolled back with it."""
    limits.forget(app)
    with app.app_context():
        db.sessionmaker.configure(bind=connection, join_transaction_mode="create_savepoint")
    return app.test_client()


@pytest.fixture
def city(session: Session) -> Session:
    """The small hand-made city (see tests/small_city.py), in the test's own transaction."""
    small_city.build(session)
    return session


class DatabaseMaker:
    """Creates migrated databases with names of their own, and drops them.

    The migrations run once for each grid; every database is a copy of that pattern, in a quarter of the time.
    """

    def __init__(self, server: Engine, patterns: dict[int, str]) -> None:
        self.server = server
        self.patterns = patterns
        self.made: list[str] = []

    def __call__(self, srid: int | None = SRID) -> str:
        """A new database; with ``srid=None`` nothing is migrated."""
        if srid is not None and srid not in self.patterns:
            pattern = self._create()
            upgrade(self._url_of(pattern), srid)
            self.patterns[srid] = pattern
        name = self._create("" if srid is None else f"TEMPLATE {self.patterns[srid]}")
        self.made.append(name)
        return self._url_of(name)

    def _create(self, like: str = "") -> str:
        name = f"test_{os.getpid()}_{secrets.token_hex(4)}"
        with self.server.connect() as opened:
            opened.execute(text(f"CREATE DATABASE {name} {like}"))
        return name

    def _url_of(self, name: str) -> str:
        return driver_url(self.server.url.set(database=name).render_as_string(hide_password=False))

    def drop_all(self, names: Iterable[str]) -> None:
        """Drop them, whoever is still connected."""
        with self.server.connect() as opened:
            for name in names:
                opened.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
