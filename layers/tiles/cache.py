"""Tiles on disk: one gzipped file each, whole or not there, never older than the last edit taken in.

Layout: ``DATA_DIR/tiles/<source>/<z>/<x>/<y>.mvt.gz``, which nginx serves as it lies; tiles of another day's zoning
below ``<source>@<first day>``. The lock, the counters and what the keeper knows lie beside, in ``tiles-state/``, so
that ``tiles/`` may be deleted at any time.
"""

import contextlib
import fcntl
import itertools
import os
import shutil
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from layers.tiles.answer import EMPTY, Packed
from layers.tiles.generations import Generations, Stamp
from layers.tiles.grid import Cell


class Key(NamedTuple):
    """Which tile: of a source, in a cell, and of the zoning in force from a day on (None: today's)."""

    source: str
    cell: Cell
    since: str | None = None

    @property
    def folder(self) -> str:
        """The folder of all tiles of its kind."""
        return f"{self.source}@{self.since}" if self.since else self.source


class TileCache:
    """The tiles of one host's data folder."""

    def __init__(self, data_dir: Path) -> None:
        self.root = data_dir / "tiles"
        self.state = data_dir / "tiles-state"
        self._new = self.state / "new"
        self._numbers = itertools.count()
        self._locks = threading.local()

    @cached_property
    def generations(self) -> Generations:
        """The host's counters; nothing is made on disk before they are asked for."""
        self.open()
        return Generations(self.state / "generations")

    def open(self) -> None:
        """Make the folders, if they are not there."""
        self._new.mkdir(parents=True, exist_ok=True)

    def path(self, key: Key) -> Path:
        """Where a tile's file is, or would be."""
        cell = key.cell
        return self.root / key.folder / str(cell.z) / str(cell.x) / f"{cell.y}.mvt.gz"

    def stamp(self, key: Key) -> Stamp:
        """To be taken before a tile is encoded (before its transaction looks at the data), and given to `store`."""
        return self.generations.stamp(Generations.slots(key.source, *_zxy(key.cell)))

    def read(self, key: Key) -> Packed | None:
        """The tile, if it is here."""
        try:
            file = os.open(self.path(key), os.O_RDONLY)
        except (FileNotFoundError, NotADirectoryError):
            return None
        try:
            told = os.fstat(file)
            return Packed(os.read(file, told.st_size), int(told.st_mtime))
        finally:
            os.close(file)

    def has(self, key: Key) -> bool:
        """Whether it is here."""
        return self.path(key).exists()

    def store(self, key: Key, packed: Packed, stamp: Stamp) -> bool:
        """Keep a tile unless an edit was taken in since its stamp, and say whether it was kept."""
        path = self.path(key)
        made = self._write(packed)
        try:
            with self._locked(fcntl.LOCK_SH):
                # Together with the look at the counters: the keeper can take in no edit between.
                if self.stamp(key) != stamp:
                    return False
                self._place(made, path)
                return True
        finally:
            # Moving a file onto another name of itself leaves both.
            made.unlink(missing_ok=True)

    def _write(self, packed: Packed) -> Path:
        made = self._new / f"{os.getpid()}-{next(self._numbers)}"
        if packed == EMPTY and self._link_empty(made):
            return made
        self._fill(made, packed)
        return made

    def _fill(self, path: Path, packed: Packed) -> None:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        try:
            os.write(file, packed.body)
            os.utime(file, (packed.mtime, packed.mtime))
        finally:
            os.close(file)

    def _link_empty(self, made: Path) -> bool:
        """Give the one empty file another name: most tiles of a sparse layer are empty, and take no room so."""
        master = self.state / "empty.mvt.gz"
        try:
            os.link(master, made)
        except FileNotFoundError:
            fresh = self._new / f"{os.getpid()}-{next(self._numbers)}"
            self._fill(fresh, EMPTY)
            fresh.replace(master)
            return False
        except OSError:
            # The file system has no such names, or no more of them for this file: begin another.
            master.unlink(missing_ok=True)
            return False
        return True

    @staticmethod
    def _place(made: Path, path: Path) -> None:
        for _attempt in range(3):
            try:
                made.replace(path)
            except FileNotFoundError:
                path.parent.mkdir(parents=True, exist_ok=True)
            else:
                return

    # --- the keeper's part ----------------------------------------------------------------------------------------

    @contextmanager
    def taking_in(self) -> Iterator[None]:
        """Nobody stores a tile during this block: what is dropped in it cannot come back as it was."""
        with self._locked(fcntl.LOCK_EX):
            yield

    def drop(self, source: str, cells: Iterable[Cell]) -> list[Key]:
        """Forget tiles on every day; returns those that were here. Within `taking_in`."""
        folders = self._folders(source)
        gone = []
        for cell in cells:
            for since in folders:
                key = Key(source, cell, since)
                with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                    self.path(key).unlink()
                    gone.append(key)
            # Counted after the file is gone: whoever reads the counter from now on finds no old file.
            self.generations.count_cell(source, *_zxy(cell))
        return gone

    def drop_source(self, source: str) -> list[Key]:
        """Forget all tiles of a source, on every day; returns those that were here. Within `taking_in`."""
        gone = []
        for since in self._folders(source):
            folder = self.root / Key(source, Cell(0, 0, 0), since).folder
            aside = self._new / f"{os.getpid()}-{next(self._numbers)}"
            with contextlib.suppress(FileNotFoundError):
                folder.rename(aside)
                gone += [Key(source, cell, since) for cell in _cells_below(aside)]
        self.generations.count_source(source)
        return gone

    def sources(self) -> set[str]:
        """The sources that have tiles here."""
        with contextlib.suppress(FileNotFoundError):
            return {entry.name.partition("@")[0] for entry in os.scandir(self.root) if entry.is_dir()}
        return set()

    def mark_revision(self, source: str, revision: str) -> None:
        """Leave a file named ``@revision`` beside the tiles: by it nginx knows which address may be kept for good."""
        folder = self.root / source
        folder.mkdir(parents=True, exist_ok=True)
        wanted = folder / f"@{revision}"
        if wanted.exists():
            return
        for old in folder.glob("@*"):
            old.unlink(missing_ok=True)
        wanted.touch()

    def sweep(self) -> None:
        """Delete what processes that were killed left unfinished, and what was put aside."""
        for left in list(self._new.iterdir()):
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            elif not Path(f"/proc/{left.name.partition('-')[0]}").exists():
                left.unlink(missing_ok=True)

    def _folders(self, source: str) -> list[str | None]:
        """The days that a source has tiles of; None for today."""
        days: list[str | None] = [None]
        with contextlib.suppress(FileNotFoundError):
            prefix = source + "@"
            days += [
                entry.name.removeprefix(prefix)
                for entry in os.scandir(self.root)
                if entry.name.startswith(prefix)
            ]
        return days

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        # A file of its own for each thread: locks of one open file are one lock.
        file = getattr(self._locks, "file", None)
        if file is None:
            file = self._locks.file = os.open(self.state / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        fcntl.flock(file, how)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)


def _zxy(cell: Cell) -> tuple[int, int, int]:
    return cell.z, cell.x, cell.y


def _cells_below(folder: Path) -> Iterator[Cell]:
    for path in folder.glob("*/*/*.mvt.gz"):
        yield Cell(int(path.parts[-3]), int(path.parts[-2]), int(path.name.partition(".")[0]))
