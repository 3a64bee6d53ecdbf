"""Keeps a host's tiles true: hears of edits, drops the tiles they touch, makes anew those that were there.

One process of a host is the keeper at a time, by a lock that the kernel takes back when it dies; the others wait for
their turn. What it has taken in is kept in a file, so that the next one goes on from there.
"""

import datetime as dt
import fcntl
import os
import select
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core.errors import AppError
from layers.tiles import outbox, sources
from layers.tiles.builders import Builders
from layers.tiles.cache import Key, TileCache
from layers.tiles.grid import Cell
from layers.tiles.known import Known
from layers.tiles.outbox import News, Position

Chore = Callable[[Session], bool]
"""Work that edits leave behind, in a transaction of its own; says whether there may be more of it."""

log = structlog.get_logger("tiles")
_chores: list[Chore] = []
_TURN_S = 0.3
_LISTEN_S = 0.5
_LOOK_ANYWAY_S = 5.0
_TRIM_S = 3600.0


def register_chore(chore: Chore) -> None:
    """Have keepers do this whenever edits have come in. Registering it again changes nothing."""
    if chore not in _chores:
        _chores.append(chore)


class Keeper:
    """Keeps the tiles of one data folder from one database's outbox."""

    def __init__(self, engine: Engine, cache: TileCache) -> None:
        self.engine = engine
        self.cache = cache
        self.known = Known(cache)
        self._stop = threading.Event()
        self._edits = threading.Event()
        self._position: Position | None = None
        self.has_caught_up = False

    def start(self) -> "Keeper":
        """Keep, or wait for the turn to, in threads that end with the process or by `stop`."""
        self._thread = threading.Thread(target=self.run, name="tile keeper", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """End, leaving the turn to another process."""
        self._stop.set()
        self._thread.join()

    def run(self) -> None:
        """Wait for the turn, then keep until told to stop."""
        while not self._stop.is_set():
            with self._surviving(), self._turn() as is_ours:
                if is_ours:
                    self._keep()
            self._stop.wait(_TURN_S)

    @contextmanager
    def _turn(self) -> Iterator[bool]:
        self.cache.open()
        file = os.open(self.cache.state / "keeper", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            yield _is_locked(file)
        finally:
            os.close(file)

    def _keep(self) -> None:
        generations = self.cache.generations
        # Whoever kept before us may have died with edits unseen: nothing is served until we have caught up.
        generations.stop_beating()
        self.cache.sweep()
        self._position = outbox.read_position(self.known.path)
        self.builders = Builders(self.engine, self.cache)
        self.builders.start()
        chores = threading.Thread(target=self._do_chores, name="tile chores", daemon=True)
        chores.start()
        try:
            while not self._stop.is_set():
                with self._surviving():
                    self._listen()
                if self.has_caught_up:
                    # The database is away, and with it whoever could edit: what is here stays true.
                    generations.beat()
                self._stop.wait(_LISTEN_S)
        finally:
            generations.stop_beating()
            self._edits.set()
            self.builders.stop()
            chores.join()

    @contextmanager
    def _surviving(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, AppError, OSError) as error:
            log.warning("tiles wait for the database", error=str(error).splitlines()[0])
        except Exception as error:
            # A keeper that dies of one odd row would leave the whole city without tiles.
            log.exception("tiles", exc_info=error)

    def _listen(self) -> None:
        """Take in what was missed, then whatever comes, until the connection is lost."""
        wrapped = self.engine.raw_connection()
        link: Any = wrapped.driver_connection
        # Not the pool's any more: what it hears must not surprise another borrower.
        wrapped.detach()
        try:
            link.autocommit = True
            with link.cursor() as cursor:
                cursor.execute(f"LISTEN {outbox.CHANNEL}")
            # Listening first, then looking: nothing can come between.
            self.take_in()
            trim_at = look_at = time.monotonic()
            while not self._stop.is_set():
                self.cache.generations.beat()
                heard, _, _ = select.select([link], [], [], _LISTEN_S)
                if heard:
                    _forget_notices(link)
                now = time.monotonic()
                if heard or now >= look_at:
                    self.take_in()
                    look_at = now + _LOOK_ANYWAY_S
                if now >= trim_at:
                    self._tidy()
                    trim_at = now + _TRIM_S
        finally:
            wrapped.close()

    def take_in(self) -> None:
        """Drop what edits since the last time have touched, and have it made anew."""
        before = self._position
        news = outbox.read_news(self.engine, before)
        if before and not news.touched and not news.is_lost and _same(before, news.position):
            # All the same: it must not grow old while nobody edits, nor be missing where tiles were deleted by hand.
            self.known.show(news.position)
        else:
            touched = self._cells(news, before)
            with self.cache.taking_in():
                gone = self._drop(touched)
                self.known.publish(news.position)
            self.builders.add(key for key in gone if key.since is None)
            self._edits.set()
        # Only now: should anything above fail, the same edits are read again.
        self._position = news.position
        self.has_caught_up = True

    def _cells(self, news: News, before: Position | None) -> dict[str, set[Cell] | None]:
        """The cells to drop of each source; None for all."""
        if news.is_lost or before is None:
            return dict.fromkeys(self.cache.sources())
        return outbox.cells_touched(news.touched) | dict.fromkeys(self._turned(before, news.position))

    def _drop(self, touched: dict[str, set[Cell] | None]) -> list[Key]:
        gone: list[Key] = []
        for source, cells in touched.items():
            if cells is None:
                gone += self.cache.drop_source(source)
            else:
                # The closest views first: they are what whoever made the edit is looking at.
                gone += self.cache.drop(source, sorted(cells, reverse=True))
        return gone

    def _turned(self, before: Position, after: Position) -> list[str]:
        """The sources of which something else is in force today than on the day before, with no edit made."""
        if before.day == after.day:
            return []
        with Session(self.engine) as session:
            return [
                source.name
                for source in sources.list_dated()
                if source.regime
                and source.regime(session, _day(before.day)) != source.regime(session, _day(after.day))
            ]

    def _do_chores(self) -> None:
        while not self._stop.is_set():
            self._edits.clear()
            more = False
            with self._surviving():
                more = self._do_each_chore()
            if not more:
                self._edits.wait(_LOOK_ANYWAY_S)

    def _do_each_chore(self) -> bool:
        more = False
        for chore in _chores:
            with Session(self.engine) as session, session.begin():
                more |= chore(session)
        return more

    def _tidy(self) -> None:
        self.cache.sweep()
        with self.engine.begin() as connection:
            outbox.trim(connection)


def _is_locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    # Whose turn it is, for whoever looks into the folder.
    os.ftruncate(file, 0)
    os.write(file, f"{os.getpid()}\n".encode())
    return True


def _forget_notices(link: Any) -> None:
    # All say the same: look. A lost connection raises here.
    link.poll()
    link.notifies.clear()


def _same(before: Position, after: Position) -> bool:
    return (before.day, before.revisions) == (after.day, after.revisions)


def _day(written: str) -> dt.date:
    return dt.date.fromisoformat(written)
