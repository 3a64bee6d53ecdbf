"""Where the record's chain ended, kept in a file outside the database: what a cut tail is found by.

The file is appended to, so that it also tells when; whoever wants more safety copies it to another machine
(docs/operations.md). Two processes may write at once: each takes the file's lock and only ever moves it forward.
"""

import contextlib
import datetime as dt
import fcntl
import os
from pathlib import Path

_LONGEST_LINE = 200


class Anchor:
    """The last row known to have been written: its number and its hash."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def remember(self, row: int, digest: bytes) -> None:
        """Append row and hash, unless the file already knows a later one. A full disk is no reason to stop work."""
        with contextlib.suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                last = _last_line(file.fileno())
                if last and last[0] >= row:
                    return
                file.seek(0, os.SEEK_END)
                now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
                file.write(f"{row} {digest.hex()} {now}\n".encode())

    def read(self) -> tuple[int, bytes] | None:
        """The last row and its hash; None when nothing has been kept yet."""
        try:
            with self.path.open("rb") as file:
                return _last_line(file.fileno())
        except OSError:
            return None

    def history(self) -> list[tuple[int, bytes]]:
        """Every row and hash kept, oldest first; a line that was cut short is passed over."""
        try:
            lines = self.path.read_text(encoding="ascii", errors="replace").splitlines()
        except OSError:
            return []
        return [known for known in map(_read, lines) if known]


def _last_line(file: int) -> tuple[int, bytes] | None:
    size = os.fstat(file).st_size
    tail = os.pread(file, 2 * _LONGEST_LINE, max(0, size - 2 * _LONGEST_LINE)).decode("ascii", "replace")
    return next((known for known in map(_read, reversed(tail.splitlines())) if known), None)


def _read(line: str) -> tuple[int, bytes] | None:
    words = line.split(" ")
    if len(words) != 3 or not words[0].isdigit() or len(words[1]) != 64:
        return None
    try:
        return int(words[0]), bytes.fromhex(words[1])
    except ValueError:
        return None
