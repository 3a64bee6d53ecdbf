"""The table of a shapefile at the level of bytes: what its header claims, what is there, and its raw text."""

import shutil
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.geofiles.encoding import Cell
from core.geofiles.findings import Report, SourceError

_ROWS_AT_ONCE = 20_000


@dataclass(frozen=True)
class Column:
    """A DBF column: the bytes of its name, its type letter, where it lies in the row."""

    raw_name: bytes
    kind: str
    start: int
    width: int


@dataclass(frozen=True)
class Table:
    """A DBF file: claimed and present rows, columns, language driver (LDID)."""

    path: Path
    claimed_rows: int
    rows: int
    header_bytes: int
    row_bytes: int
    ldid: int
    columns: tuple[Column, ...]

    def _blocks(self) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """The rows as bytes (n, row_bytes), some thousand at a time, each block with its first row's number."""
        if not self.rows:
            return
        flat = np.memmap(self.path, np.uint8, "r", self.header_bytes, (self.rows, self.row_bytes))
        for start in range(0, self.rows, _ROWS_AT_ONCE):
            yield start, np.asarray(flat[start : start + _ROWS_AT_ONCE])

    def deleted(self) -> NDArray[np.bool_]:
        """Which rows (n,) are marked as deleted."""
        marks = [block[:, 0] == ord("*") for _start, block in self._blocks()]
        return np.concatenate(marks) if marks else np.zeros(0, dtype=bool)

    def cells(self) -> Iterator[Cell]:
        """The column names and all text values that are not plain ASCII."""
        for column in self.columns:
            if not column.raw_name.isascii():
                yield Cell(0, "", column.raw_name, full=len(column.raw_name) >= 10)
        texts = [column for column in self.columns if column.kind == "C"]
        for start, block in self._blocks():
            for column in texts:
                part = block[:, column.start : column.start + column.width]
                for row in np.flatnonzero((part >= 0x80).any(axis=1)):
                    raw = part[row].tobytes()
                    text = raw.split(b"\x00", 1)[0].rstrip(b" ")
                    name = column.raw_name.decode("ascii", "replace")
                    yield Cell(start + int(row), name, text, full=len(text) >= column.width - 1)


def read_table(path: Path, member: str, report: Report) -> Table:
    """Read the header and hold it against the file.

    Raises SourceError ``shapefile.dbf_damaged``; a table that ends early is a warning.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(32)
        if len(head) < 32:
            raise SourceError("shapefile.dbf_damaged", member=member, cause=f"{size} bytes")
        claimed, header_bytes, row_bytes = struct.unpack("<IHH", head[4:12])
        file.seek(0)
        columns = _columns(file.read(min(header_bytes, size)), row_bytes)
    if columns is None or not 33 <= header_bytes <= size or row_bytes < 1:
        raise SourceError("shapefile.dbf_damaged", member=member, cause="header")
    rows = max(0, min(claimed, (size - header_bytes) // row_bytes))
    if rows < claimed:
        report.add("shapefile.dbf_truncated", member, count=claimed - rows, total=claimed)
    return Table(path, claimed, rows, header_bytes, row_bytes, head[29], columns)


def prepare(table: Table, shapes: int) -> None:
    """Rewrite the header in the working folder, so that GDAL leaves to us what it would stumble over.

    Dates become text, as one that does not exist would fail the whole file; rows are as many as shapes, as
    GDAL refuses the shapes behind the last row. A link to the sender's own file becomes a copy first.
    """
    if table.path.is_symlink():
        original = table.path.resolve()
        table.path.unlink()
        shutil.copyfile(original, table.path)
    with table.path.open("r+b") as file:
        file.seek(4)
        file.write(struct.pack("<I", shapes))
        for number, column in enumerate(table.columns):
            if column.kind == "D":
                file.seek(32 + 32 * number + 11)
                file.write(b"C")


def _columns(header: bytes, row_bytes: int) -> tuple[Column, ...] | None:
    """The columns, or None when they do not fill the row as the header says."""
    columns = []
    start = 1
    for at in range(32, len(header) - 31, 32):
        if header[at] == 0x0D:
            break
        name = header[at : at + 11].split(b"\x00", 1)[0]
        kind = chr(header[at + 11])
        # A long text column keeps the high byte of its width where numbers keep their decimals.
        width = header[at + 16] + (header[at + 17] * 256 if kind == "C" else 0)
        columns.append(Column(name, kind, start, width))
        start += width
    return tuple(columns) if start <= row_bytes and all(column.width for column in columns) else None
