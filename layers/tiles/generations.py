"""A host's shared memory about its tiles: counters by which each worker knows that what it holds is still true.

One small file, mapped by every process that serves or keeps tiles. Only who keeps them (one process at a time) writes;
reading a counter takes a tenth of a microsecond, where asking the file system takes several.
"""

import mmap
import os
import time
import zlib
from pathlib import Path
from typing import NamedTuple

_BEAT, _TURN, _FIRST_SOURCE = 0, 1, 2
_SOURCES = 256
_CELLS = 1 << 16
_FIRST_CELL = _FIRST_SOURCE + _SOURCES
_SLOTS = _FIRST_CELL + _CELLS
_WORD = 8
TRUSTED_MS = 3000
"""How long after its last sign of life the keeper is believed to be there."""


class Stamp(NamedTuple):
    """What the counters of one tile said at a moment; any edit that touches the tile makes it another."""

    source: int
    cell: int


class Generations:
    """Counters of sources and of cells. Several cells share one: an edit may then distrust a tile too many."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            # Only ever made longer, so that a process that starts takes nothing from those that run.
            if os.fstat(file).st_size < _SLOTS * _WORD:
                os.ftruncate(file, _SLOTS * _WORD)
            self._words = memoryview(mmap.mmap(file, _SLOTS * _WORD)).cast("Q")
        finally:
            os.close(file)

    @staticmethod
    def slots(source: str, z: int, x: int, y: int) -> tuple[int, int]:
        """Where the counters of a tile stand: its source's and its own."""
        cell = zlib.crc32(f"{source}/{z}/{x}/{y}".encode()) % _CELLS
        return Generations._source_slot(source), _FIRST_CELL + cell

    @staticmethod
    def _source_slot(source: str) -> int:
        return _FIRST_SOURCE + zlib.crc32(source.encode()) % _SOURCES

    def stamp(self, slots: tuple[int, int]) -> Stamp:
        """What they say now."""
        return Stamp(self._words[slots[0]], self._words[slots[1]])

    def count_cell(self, source: str, z: int, x: int, y: int) -> None:
        """Make every stamp of a tile that was taken before this untrue."""
        self._words[self.slots(source, z, x, y)[1]] += 1

    def count_source(self, source: str) -> None:
        """The same for all tiles of a source."""
        self._words[self._source_slot(source)] += 1

    @property
    def turn(self) -> int:
        """How often the keeper has taken in edits, or a new day."""
        return self._words[_TURN]

    def next_turn(self) -> None:
        """Say that what the keeper knows has changed."""
        self._words[_TURN] += 1

    def beat(self) -> None:
        """Say that the keeper lives and has taken in all that it knows of."""
        self._words[_BEAT] = _now_ms()

    def stop_beating(self) -> None:
        """Say that nobody keeps the tiles from now on."""
        self._words[_BEAT] = 0

    @property
    def kept(self) -> bool:
        """Whether somebody keeps this host's tiles: without one, stored tiles may be stale and are not served."""
        # A beat of before the machine's last start lies in the future of its clock.
        return 0 <= _now_ms() - self._words[_BEAT] < TRUSTED_MS


def _now_ms() -> int:
    # The same clock in all processes of a machine, which nobody sets back.
    return time.monotonic_ns() // 1_000_000
