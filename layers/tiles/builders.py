"""Threads that make dropped tiles anew, those of small edits first."""

import threading
from collections import deque
from collections.abc import Iterable

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core.errors import AppError
from layers.tiles import sources
from layers.tiles.cache import Key, TileCache
from layers.tiles.making import make_and_store

log = structlog.get_logger("tiles")
_THREADS = 2
_SMALL_EDIT = 300
"""Tiles of an edit no larger go before the thousands that a whole new layer touches."""


class Builders:
    """Makes tiles in the background; a tile that somebody asks for before its turn is made then and there."""

    def __init__(self, engine: Engine, cache: TileCache) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._cache = cache
        self._urgent: deque[Key] = deque()
        self._leisurely: deque[Key] = deque()
        self._work = threading.Condition()
        self._busy = 0
        self._ends = False

    def start(self) -> None:
        """Begin."""
        self._threads = [
            threading.Thread(target=self._run, name="tile builder", daemon=True) for _ in range(_THREADS)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End; what is not made yet will be made when it is asked for."""
        with self._work:
            self._ends = True
            self._work.notify_all()
        for thread in self._threads:
            thread.join()

    def add(self, keys: Iterable[Key]) -> None:
        """Have these made."""
        wanted = list(keys)
        with self._work:
            (self._urgent if len(wanted) <= _SMALL_EDIT else self._leisurely).extend(wanted)
            self._work.notify_all()

    @property
    def is_idle(self) -> bool:
        """Whether all that was wanted is made."""
        return not (self._urgent or self._leisurely or self._busy)

    def _run(self) -> None:
        while (key := self._next()) is not None:
            try:
                # Somebody may have asked for it meanwhile, or an edit after the one that dropped it brought it here.
                if not self._cache.has(key):
                    with Session(self._engine) as session:
                        make_and_store(session, self._cache, sources.get_source(session, key.source), key)
            except (AppError, DBAPIError, OSError) as error:
                log.info("tile not made", key=key, error=str(error).splitlines()[0])
            finally:
                with self._work:
                    self._busy -= 1

    def _next(self) -> Key | None:
        with self._work:
            while not (self._urgent or self._leisurely or self._ends):
                self._work.wait()
            if self._ends:
                return None
            self._busy += 1
            return (self._urgent or self._leisurely).popleft()
