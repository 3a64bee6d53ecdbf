"""The database: its engine, its migrations, and one transaction around one piece of work."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.orm import Session

_ROOT = Path(__file__).resolve().parent.parent


def driver_url(url: str) -> str:
    """The URL with the driver we use named: SQLAlchemy 2.1 takes a bare postgresql:// for psycopg 3."""
    parsed = make_url(url.replace("postgres://", "postgresql://", 1))
    return parsed.set(drivername="postgresql+psycopg2").render_as_string(hide_password=False)


def make_engine(url: str) -> Engine:
    """An engine whose connections are tested before use, so that a restarted server goes unnoticed."""
    return create_engine(driver_url(url), pool_pre_ping=True, pool_size=5, max_overflow=10)


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """One session and one transaction: committed at the end of the block, rolled back if it raises."""
    with Session(engine) as session, session.begin():
        yield session


def migrations() -> Config:
    """Alembic's configuration of this house."""
    config = Config()
    config.set_main_option("script_location", str(_ROOT / "migrations"))
    return config


def upgrade(url: str, srid: int | None = None, revision: str = "head", app_role: str | None = None) -> None:
    """Bring the database up to date; ``srid`` fixes the city's grid on the very first migration.

    ``app_role`` is the role that the application works as, if that is another than the tables' owner: it is granted
    what it may do (core/grants.sql). Several processes may call it at once: they queue behind an advisory lock.
    """

    def run(config: Config) -> None:
        command.upgrade(config, revision)
        if app_role:
            _grant(config.attributes["connection"], app_role)

    _migrate(url, srid, run)


def _grant(connection: Connection, role: str) -> None:
    connection.execute(text("SELECT set_config('shahrnama.app_role', :role, true)"), {"role": role})
    connection.exec_driver_sql((_ROOT / "core" / "grants.sql").read_text(encoding="utf-8").replace("%", "%%"))


def downgrade(url: str, revision: str) -> None:
    """Take migrations back, down to a revision (``base``: all of them)."""
    _migrate(url, None, lambda config: command.downgrade(config, revision))


def _migrate(url: str, srid: int | None, run: Callable[[Config], None]) -> None:
    engine = make_engine(url)
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('shahrnama.migrate'))")
            config = migrations()
            config.attributes.update(connection=connection, srid=srid)
            run(config)
    finally:
        engine.dispose()


def is_current(engine: Engine) -> bool:
    """Whether every migration has been run here."""
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    return found == ScriptDirectory.from_config(migrations()).get_current_head()
