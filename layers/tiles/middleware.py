"""Answers tiles before Flask is asked: from memory, from the files, or made then and there."""

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from layers.tiles.answer import FOR_A_MINUTE, FOR_GOOD, Answer, Packed, answer, answer_json
from layers.tiles.cache import Key, TileCache
from layers.tiles.generations import Generations, Stamp
from layers.tiles.grid import Cell
from layers.tiles.known import Known, as_json
from layers.tiles.maker import Maker
from layers.tiles.sources import REVISIONS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_NUMBER = "(0|[1-9][0-9]{0,6})"
_TILE = re.compile(rf"/tiles/([a-z0-9][a-z0-9_-]*)/{_NUMBER}/{_NUMBER}/{_NUMBER}\.mvt")
_STATUS = {200: "200 OK", 304: "304 Not Modified"}
_MOST_BYTES = 24 * 1024 * 1024
_MOST_DAYS = 1000
_OVERHEAD_BYTES = 600


@dataclass(frozen=True, slots=True)
class _Held:
    slots: tuple[int, int]
    stamp: Stamp
    packed: Packed


def read_key(path: str, since: str | None = None) -> Key | None:
    """Which tile an address is of; None for whatever is none."""
    parts = _TILE.fullmatch(path)
    return Key(parts[1], Cell(*map(int, parts.groups()[1:])), since) if parts else None


class Shelf:
    """One worker's view of its host's tiles: what it holds in memory, and how it names days."""

    def __init__(self, cache: TileCache) -> None:
        self.cache = cache
        self.known = Known(cache)
        self._held: dict[str, _Held] = {}
        self._bytes = 0
        self._making_room = threading.Lock()
        self._days: dict[tuple[str, str], str | None] = {}
        self._days_turn = -1

    def find(self, path: str, since: str | None = None) -> Packed | None:
        """The tile at an address, if it is here and no edit has touched it."""
        name = f"{path}@{since}" if since else path
        held = self._held.get(name)
        if held is not None and self.cache.generations.stamp(held.slots) == held.stamp:
            return held.packed
        return self._fetch(name, path, since)

    def _fetch(self, name: str, path: str, since: str | None) -> Packed | None:
        key = read_key(path, since)
        if key is None:
            return None
        slots = Generations.slots(key.source, key.cell.z, key.cell.x, key.cell.y)
        # Before reading: whoever drops the file counts after it.
        stamp = self.cache.generations.stamp(slots)
        packed = self.cache.read(key)
        if packed is not None:
            self._hold(name, _Held(slots, stamp, packed))
        return packed

    def _hold(self, name: str, held: _Held) -> None:
        with self._making_room:
            former = self._held.pop(name, None)
            self._held[name] = held
            self._bytes += _size(held) - (_size(former) if former else 0)
            while self._bytes > _MOST_BYTES:
                # The one longest here goes: all are as good, for the file is a hundredth of a millisecond away.
                self._bytes -= _size(self._held.pop(next(iter(self._held))))

    def remember_day(self, source: str, on: str, since: str | None, turn: int) -> None:
        """That a day's tiles are those since another (None: those of today), as found out in a turn of the keeper's."""
        if turn != self._days_turn or len(self._days) > _MOST_DAYS:
            self._days = {}
            self._days_turn = turn
        self._days[source, on] = since

    def find_day(self, source: str, on: str) -> tuple[bool, str | None]:
        """Whether it is known, and since when that day's tiles are what they are."""
        if self._days_turn != self.cache.generations.turn:
            return False, None
        days = self._days
        return (source, on) in days, days.get((source, on))


def _size(held: _Held) -> int:
    return len(held.packed.body) + _OVERHEAD_BYTES


class TileMiddleware:
    """Stands before the application; passes on whatever is not a tile that is here or that ``maker`` makes."""

    def __init__(self, application: "WSGIApplication", shelf: Shelf, maker: Maker) -> None:
        self._application = application
        self._shelf = shelf
        self._maker = maker

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer, or have it answered."""
        path = environ["PATH_INFO"]
        if path.startswith("/tiles/") and environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            found = self._answer(path, environ) if self._shelf.cache.generations.kept else None
            if found is not None:
                start_response(_STATUS[found.status], found.headers)
                return (found.body,)
        return self._application(environ, start_response)

    def _answer(self, path: str, environ: "WSGIEnvironment") -> Answer | None:
        method, known = environ["REQUEST_METHOD"], environ.get("HTTP_IF_NONE_MATCH", "")
        if path == f"/tiles/{REVISIONS}.json":
            return answer_json(as_json(self._shelf.known.revisions()), method, known)
        found = self._look_up(path, environ.get("QUERY_STRING", ""))
        if found is None:
            return None
        packed, keeping = found
        return answer(packed, method, environ.get("HTTP_ACCEPT_ENCODING", ""), known, keeping)

    def _look_up(self, path: str, query: str) -> tuple[Packed, str] | None:
        asked, on = _read_query(query)
        if asked is None:
            return None
        source = path[7:].partition("/")[0]
        is_known, since = self._shelf.find_day(source, on) if on else (True, None)
        if not is_known:
            return None
        # Before the tile: one that is newer than its revision does no harm, the other way round it would.
        revision = self._shelf.known.revisions().get(source, "")
        if on:
            revision = revision.partition(".")[0]
        keeping = _keeping(asked, revision)
        packed = self._find_or_make(path, since) if keeping else None
        return (packed, keeping) if packed and keeping else None

    def _find_or_make(self, path: str, since: str | None) -> Packed | None:
        packed = self._shelf.find(path, since)
        if packed is None and since is None and (key := read_key(path)):
            # Newer than the revision looked up before, if anything.
            packed = self._maker.make(key)
        return packed


def _read_query(query: str) -> tuple[str | None, str]:
    """The revision and the day asked for; None as revision where there is more than we know of."""
    if not query:
        return "", ""
    if query.startswith("v=") and "&" not in query and "%" not in query:
        return query[2:], ""
    fields = parse_qs(query, keep_blank_values=True)
    if fields.keys() <= {"v", "on"} and all(len(values) == 1 for values in fields.values()):
        return fields.get("v", [""])[0], fields.get("on", [""])[0]
    return None, ""


def _keeping(asked: str, revision: str) -> str | None:
    """For how long a tile of this revision may be kept at the address asked for; None if a newer one is asked for.

    Who asks for a newer one has heard of an edit before this host's keeper: the database has to answer.
    """
    if not asked or asked == "0":
        return FOR_A_MINUTE
    if asked == revision:
        return FOR_GOOD
    return None if _as_numbers(asked) > _as_numbers(revision) else FOR_A_MINUTE


def _as_numbers(revision: str) -> tuple[int, ...]:
    parts = revision.split(".")
    if not all(part.isascii() and part.isdecimal() and len(part) < 20 for part in parts):
        return ()
    return tuple(int(part) for part in parts)
