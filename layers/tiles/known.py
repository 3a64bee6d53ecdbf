"""What a host's keeper knows, told to all who serve: up to which revision of each source its tiles are true."""

import json
import os
import zlib
from pathlib import Path

from layers.tiles import sources
from layers.tiles.cache import TileCache
from layers.tiles.outbox import Position, read_position


class Known:
    """Read by every worker, written by the keeper. A revision is known only when all it changed has been dropped."""

    def __init__(self, cache: TileCache) -> None:
        self._cache = cache
        self.path = cache.state / "position.json"
        self._turn = -1
        self._position: Position | None = None
        self._revisions: dict[str, str] = {}

    def publish(self, position: Position) -> None:
        """Tell what is true from now on. Within `TileCache.taking_in`, after dropping."""
        self.show(position)
        self._cache.generations.next_turn()

    def show(self, position: Position) -> None:
        """Write down what is true, for the next keeper and for nginx, which asks nobody."""
        position.write(self.path)
        revisions = revisions_of(position.revisions, position.day)
        for source, revision in revisions.items():
            self._cache.mark_revision(source, revision)
        public = self._cache.root / "revisions.json"
        if not public.exists() or public.read_bytes() != as_json(revisions):
            _write_public(public, as_json(revisions))

    def revisions(self) -> dict[str, str]:
        """The revision of each source, as TileJSON names it."""
        turn = self._cache.generations.turn
        if turn != self._turn:
            position = read_position(self.path)
            self._revisions = revisions_of(position.revisions, position.day) if position else {}
            # Only now: another thread must not take the former ones for these.
            self._turn = turn
        return self._revisions


def revisions_of(numbers: dict[str, int], day: str) -> dict[str, str]:
    """What names the present content of each source; that of a dated one holds the day, too."""
    dated = {source.name for source in sources.list_dated()}
    stamp = day.replace("-", "")
    names = numbers | {name: numbers.get(name, 0) for name in dated}
    return {name: f"{number}.{stamp}" if name in dated else str(number) for name, number in names.items()}


def as_json(revisions: dict[str, str]) -> bytes:
    """What an open map polls."""
    return json.dumps({"revisions": revisions}, sort_keys=True, separators=(",", ":")).encode()


def _write_public(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(".revisions.new")
    beside.write_bytes(content)
    # Its time is a digest of it, for nginx makes the tag of it: twice in a second it may change.
    digest = (zlib.crc32(content) & 0x7FFFFFFF) or 1
    os.utime(beside, (digest, digest))
    beside.replace(path)
