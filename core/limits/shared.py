"""Counting in the database: one count for all workers of all machines, in a table that costs next to nothing.

For sign-in and writes, where a limit that each worker keeps for itself would be as many times too high as there are
workers (docs/adr/0025-rates-counted-in-the-database.md).
"""

import hashlib

from limits.storage import MovingWindowSupport, Storage
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from core.jobs import task

_CONNECTIONS = 4
"""A count takes a fraction of a millisecond: so few do for all of a worker's threads."""
_PATIENCE_S = 5

# One statement: whoever comes second waits for the row, and then sees the first one's time in it.
_HIT = text("""
    INSERT INTO rate_count AS counted (key, times, over_at)
    SELECT :key, array_fill(statement_timestamp(), ARRAY[:amount]),
           statement_timestamp() + make_interval(secs => :window)
    WHERE :amount <= :most
    ON CONFLICT (key) DO UPDATE SET over_at = excluded.over_at, times = excluded.times || ARRAY(
        SELECT at FROM unnest(counted.times) AS at WHERE at > statement_timestamp() - make_interval(secs => :window))
    WHERE :amount + (
        SELECT count(*) FROM unnest(counted.times) AS at
        WHERE at > statement_timestamp() - make_interval(secs => :window)) <= :most
    RETURNING true
""")
_WINDOW = text("""
    SELECT extract(epoch FROM coalesce(min(at), statement_timestamp()))::float8, count(*)::int
    FROM rate_count, unnest(times) AS at
    WHERE key = :key AND at > statement_timestamp() - make_interval(secs => :window)
""")


class SharedCounts(Storage, MovingWindowSupport):
    """The ``limits`` library's counts, in the table ``rate_count``.

    ``url`` is SQLAlchemy's, with its driver. On connections of its own, so that each count is committed by itself,
    whatever becomes of the request, and no request that holds one waits for another. Raises the library's StorageError
    when the database cannot be asked.
    """

    STORAGE_SCHEME = None

    def __init__(self, url: str) -> None:
        super().__init__(None, wrap_exceptions=True)
        self._engine = create_engine(
            url,
            isolation_level="AUTOCOMMIT",
            pool_pre_ping=True,
            pool_size=1,
            max_overflow=_CONNECTIONS - 1,
            pool_timeout=_PATIENCE_S,
        )

    @property
    def base_exceptions(self) -> type[Exception]:
        """What the library turns into its own errors."""
        return SQLAlchemyError

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count ``amount`` more if there is room for them in the last ``expiry`` seconds; says whether there was."""
        values = {"key": _digest(key), "most": limit, "window": float(expiry), "amount": amount}
        with self._engine.connect() as link:
            return link.scalar(_HIT, values) is not None

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:  # noqa: ARG002
        """When the oldest in the window was counted (seconds since 1970), and how many are in it."""
        with self._engine.connect() as link:
            start, count = link.execute(_WINDOW, {"key": _digest(key), "window": float(expiry)}).one()
        return float(start), int(count)

    def clear(self, key: str) -> None:
        """Forget one count."""
        with self._engine.connect() as link:
            link.execute(text("DELETE FROM rate_count WHERE key = :key"), {"key": _digest(key)})

    def reset(self) -> int | None:
        """Forget all; returns how many there were."""
        with self._engine.connect() as link:
            return link.execute(text("DELETE FROM rate_count")).rowcount

    def check(self) -> bool:
        """Whether the database answers."""
        with self._engine.connect() as link:
            return link.scalar(text("SELECT true")) is True

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Not for us: our windows move."""
        raise NotImplementedError

    def get(self, key: str) -> int:
        """Not for us, as :meth:`incr`."""
        raise NotImplementedError

    def get_expiry(self, key: str) -> float:
        """Not for us, as :meth:`incr`."""
        raise NotImplementedError


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


@task("limits.tidy", cron="27 3 * * *")
def tidy(session: Session, timestamp: int = 0) -> None:  # noqa: ARG001 (told when it was due)
    """Forget the counts that are over."""
    session.execute(text("DELETE FROM rate_count WHERE over_at < now()"))
