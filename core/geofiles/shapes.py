"""The .shp and .shx of a shapefile at the level of bytes: which shapes are there, where they lie, what is cut off."""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from core.geofiles.findings import Report, SourceError

_KINDS = {0: "mixed", 1: "point", 3: "line", 5: "polygon", 8: "point"}
_HEADER = 100
_MAGIC = 9994


@dataclass
class Shapes:
    """What lies at each position: ``state`` (n,), ``bounds`` (n, 4) in file units, NaN where there is none."""

    GOOD: ClassVar[int] = 0
    NULL: ClassVar[int] = 1
    CUT_OFF: ClassVar[int] = 2

    kind: str
    has_z: bool
    state: NDArray[np.uint8]
    bounds: NDArray[np.float64]

    def padded(self, count: int) -> "Shapes":
        """These shapes, followed by empty ones up to ``count``."""
        more = max(0, count - len(self.state))
        state = np.concatenate([self.state, np.full(more, self.NULL, dtype=np.uint8)])
        bounds = np.concatenate([self.bounds, np.full((more, 4), np.nan)])
        return Shapes(self.kind, self.has_z, state, bounds)


def read_shapes(shp: Path, shx: Path | None, member: str, report: Report) -> Shapes:
    """Look at every record; an index that is missing or wrong is made anew beside the .shp.

    Raises SourceError ``shapefile.not_shapefile`` or ``shapefile.kind``.
    """
    size = shp.stat().st_size
    code = _check_header(shp, size, member, report)
    data: NDArray[np.uint8] = np.memmap(shp, np.uint8, "r") if size else np.zeros(0, np.uint8)
    index = _read_index(shx) if shx is not None else None
    if index is None or not _fits(index, data):
        index = _walk(data)
        _write_index(shp, index)
        report.add("shapefile.shx_missing" if shx is None else "shapefile.shx_wrong", member)
    state, bounds = _look(data, index)
    return Shapes(_KINDS[code % 10], code > 10, state, bounds)


def _check_header(shp: Path, size: int, member: str, report: Report) -> int:
    """The shape type, after holding the claimed length against the real one."""
    with shp.open("rb") as file:
        head = file.read(_HEADER)
    if len(head) < _HEADER:
        raise SourceError("shapefile.not_shapefile", member=member, cause=f"{size} bytes")
    magic, words = struct.unpack(">i20xi", head[:28])
    code = struct.unpack("<i", head[32:36])[0]
    if magic != _MAGIC:
        raise SourceError("shapefile.not_shapefile", member=member, cause=f"header {head[:4].hex()}")
    if code == 31:
        raise SourceError("shapefile.kind", member=member, kind="MultiPatch")
    if code not in (0, 1, 3, 5, 8, 11, 13, 15, 18, 21, 23, 25, 28):
        raise SourceError("shapefile.kind", member=member, kind=code)
    claimed = words * 2
    if size < claimed:
        report.add("shapefile.truncated", member, real=size, claimed=claimed)
    elif size > claimed:
        report.add("shapefile.longer", member, real=size, claimed=claimed)
    return int(code)


def _read_index(shx: Path) -> NDArray[np.int64] | None:
    """Offsets and content lengths (n, 2) in bytes, or None when this is no index."""
    raw = shx.read_bytes()
    if len(raw) < _HEADER or struct.unpack(">i", raw[:4])[0] != _MAGIC or (len(raw) - _HEADER) % 8:
        return None
    return np.frombuffer(raw, ">i4", offset=_HEADER).reshape(-1, 2).astype(np.int64) * 2


def _fits(index: NDArray[np.int64], data: NDArray[np.uint8]) -> bool:
    """Whether each entry that is not cut off points at a record of that length, and no record is left out."""
    offsets, lengths = index[:, 0], index[:, 1]
    if (offsets < _HEADER).any() or (lengths < 0).any():
        return False
    inside = offsets + 8 <= len(data)
    if inside.any() and not (_int_at(data, offsets[inside] + 4, ">i4") * 2 == lengths[inside]).all():
        return False
    if not inside.all():
        # Entries past the end are the tail of a truncated file, whose beginning must then be as the index says.
        walked = _walk(data)[:, 0]
        return 0 < len(walked) <= len(index) and bool((walked == offsets[: len(walked)]).all())
    covered = _HEADER + int((lengths + 8).sum())
    return covered >= len(data) or len(_walk(data)) <= len(index)


def _walk(data: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The records found by going from one to the next, the last one perhaps cut off."""
    raw = memoryview(data.data)
    at, end, found = _HEADER, len(data), []
    while at + 8 <= end:
        number, words = struct.unpack_from(">ii", raw, at)
        # A record is at least its type; numbers count up from 1. Anything else is filling behind the last one.
        if words < 2 or number < 1:
            break
        found.append((at, words * 2))
        at += 8 + words * 2
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def _write_index(shp: Path, index: NDArray[np.int64]) -> None:
    with shp.open("rb") as file:
        head = bytearray(file.read(_HEADER))
    head[24:28] = struct.pack(">i", (_HEADER + 8 * len(index)) // 2)
    target = shp.with_suffix(".shx")
    # The old one may be a link to the sender's own file.
    target.unlink(missing_ok=True)
    target.write_bytes(bytes(head) + (index // 2).astype(">i4").tobytes())


def _look(data: NDArray[np.uint8], index: NDArray[np.int64]) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """State and bounds of each record."""
    offsets, lengths = index[:, 0], index[:, 1]
    state = np.full(len(index), Shapes.CUT_OFF, dtype=np.uint8)
    bounds = np.full((len(index), 4), np.nan)
    whole = (offsets + 8 + lengths <= len(data)) & (lengths >= 4)
    kinds = np.zeros(len(index), dtype=np.int64)
    kinds[whole] = _int_at(data, offsets[whole] + 8, "<i4")
    state[whole & (kinds != 0)] = Shapes.GOOD
    state[whole & (kinds == 0)] = Shapes.NULL
    point = whole & (kinds % 10 == 1) & (lengths >= 20)
    boxed = whole & np.isin(kinds % 10, (3, 5, 8)) & (lengths >= 36)
    bounds[point] = np.tile(_floats_at(data, offsets[point] + 12, 2), 2)
    bounds[boxed] = _floats_at(data, offsets[boxed] + 12, 4)
    return state, bounds


def _int_at(data: NDArray[np.uint8], at: NDArray[np.int64], kind: str) -> NDArray[np.int64]:
    return _bytes_at(data, at, 4).view(kind)[:, 0].astype(np.int64)


def _floats_at(data: NDArray[np.uint8], at: NDArray[np.int64], count: int) -> NDArray[np.float64]:
    return _bytes_at(data, at, 8 * count).view("<f8")


def _bytes_at(data: NDArray[np.uint8], at: NDArray[np.int64], count: int) -> NDArray[np.uint8]:
    """``count`` bytes at each offset (n, count); in blocks, so that a million shapes take no more memory."""
    out = np.empty((len(at), count), dtype=np.uint8)
    for start in range(0, len(at), 50_000):
        part = at[start : start + 50_000]
        out[start : start + len(part)] = data[part[:, None] + np.arange(count)]
    return out
