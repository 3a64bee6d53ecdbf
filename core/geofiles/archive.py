"""Zip archives that may lie: what is inside is judged by name, and only the chosen layer is unpacked, by the byte."""

import io
import lzma
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from core.geofiles.findings import Report, SourceError
from core.geofiles.options import MEGABYTE, Limits

_CHUNK = 1 << 20
_IGNORED_FILES = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
_PARTS = ("shp", "shx", "dbf", "prj", "cpg")
_NESTED = (".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".kmz")
_BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, struct.error, ValueError, OSError, OverflowError,
    AssertionError, IndexError, KeyError, TypeError, UnicodeError,
)  # fmt: skip


@dataclass
class Entry:
    """One layer file of an archive: its readable path and, by ending, the members it is made of."""

    name: str
    kind: str
    members: dict[str, zipfile.ZipInfo] = field(default_factory=dict)

    @property
    def stem(self) -> str:
        """The file's name without folder and ending."""
        return PurePosixPath(self.name).stem


class Archive:
    """An opened zip whose directory has been judged; see :func:`open_archive`."""

    def __init__(self, file: zipfile.ZipFile, limits: Limits) -> None:
        self._file = file
        self._limits = limits
        self._left = limits.unpacked_bytes
        self.names = {id(info): readable_name(info) for info in file.infolist()}
        self._check()

    def entries(self, report: Report) -> list[Entry]:
        """The layers inside: shapefiles, GeoPackages and GeoJSON, or else tables. Raises SourceError."""
        members = [
            (self.names[id(info)], info) for info in self._file.infolist() if not self._is_folder(info)
        ]
        members = [(name, info) for name, info in members if not _ignored(name)]
        shapefiles, orphans = _shapefiles(members)
        for ending, kind in (("gpkg", "gpkg"), ("geojson", "geojson"), ("json", "geojson")):
            shapefiles += [
                Entry(name, kind, {kind: info}) for name, info in members if _ending(name) == ending
            ]
        if not shapefiles:
            tables = [(name, info) for name, info in members if _ending(name) in ("csv", "tsv", "txt")]
            shapefiles = [Entry(name, "csv", {"csv": info}) for name, info in tables if info.file_size > 0]
        if not shapefiles:
            raise _nothing_inside([name for name, _info in members], orphans)
        if orphans:
            report.add("archive.orphans", None, names=_listed(orphans))
        self._refuse_twins(shapefiles)
        return sorted(shapefiles, key=lambda entry: entry.name)

    def unpack(self, entry: Entry, folder: Path) -> dict[str, Path]:
        """Write the parts of one layer as ``layer.<ending>`` into our folder. Raises SourceError."""
        return {
            ending: self._write(info, folder / f"layer.{ending}") for ending, info in entry.members.items()
        }

    def _is_folder(self, info: zipfile.ZipInfo) -> bool:
        # A name may also be empty, on which zipfile's own is_dir stumbles.
        return self.names[id(info)].endswith("/") or not self.names[id(info)]

    def _write(self, info: zipfile.ZipInfo, target: Path) -> Path:
        name = self.names[id(info)]
        if info.flag_bits & 1:
            raise SourceError("archive.encrypted", member=name)
        # LZMA may claim gigabytes for its dictionary before it gives a byte.
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise SourceError("archive.method", member=name, method=info.compress_type)
        try:
            with self._file.open(info) as source, target.open("wb") as sink:
                self._copy(source, sink, name)
        except (*_BROKEN, RuntimeError, NotImplementedError) as error:
            raise SourceError("archive.damaged", member=name, cause=_cause(error)) from None
        return target

    def _copy(self, source: IO[bytes], sink: IO[bytes], name: str) -> None:
        """Copy what is really there, against one budget for the whole archive."""
        while chunk := source.read(_CHUNK):
            self._left -= len(chunk)
            if self._left < 0:
                limit_mb = self._limits.unpacked_bytes // MEGABYTE
                raise SourceError("archive.unpacks_too_large", member=name, limit_mb=limit_mb)
            sink.write(chunk)

    def _check(self) -> None:
        """Refuse names that leave the archive, links and bombs, whichever member they are."""
        limits = self._limits
        for info in self._file.infolist():
            name = self.names[id(info)]
            if _unsafe(name) or _unsafe(info.filename):
                raise SourceError("archive.unsafe_name", member=name)
            if stat.S_ISLNK(info.external_attr >> 16):
                raise SourceError("archive.link", member=name)
            ratio = info.file_size // max(info.compress_size, 1)
            if info.file_size > limits.ratio_counts_from_bytes and ratio > limits.ratio:
                raise SourceError("archive.bomb", member=name, ratio=ratio)
        if sum(info.file_size for info in self._file.infolist()) > limits.unpacked_bytes:
            raise SourceError("archive.unpacks_too_large", limit_mb=limits.unpacked_bytes // MEGABYTE)

    def _refuse_twins(self, entries: list[Entry]) -> None:
        seen: set[str] = set()
        for entry in entries:
            if entry.name.casefold() in seen:
                raise SourceError("archive.duplicate", member=entry.name)
            seen.add(entry.name.casefold())


@contextmanager
def open_archive(path: Path, limits: Limits) -> Iterator[Archive]:
    """Open a zip, judging its directory before anything is unpacked. Raises SourceError."""
    if path.stat().st_size > limits.archive_bytes:
        raise SourceError(
            "file.too_large",
            size_mb=path.stat().st_size // MEGABYTE,
            limit_mb=limits.archive_bytes // MEGABYTE,
        )
    with path.open("rb") as raw:
        _check_directory(raw, limits)
        try:
            file = zipfile.ZipFile(raw)
        except (*_BROKEN, RuntimeError, NotImplementedError) as error:
            raise SourceError("archive.damaged", cause=_cause(error)) from None
        with file:
            if len(file.infolist()) > limits.members:
                raise SourceError("archive.too_many", limit=limits.members)
            yield Archive(file, limits)


def readable_name(info: zipfile.ZipInfo) -> str:
    """The member's path as its maker saw it, with ``/`` between folders.

    Zip says UTF-8 by a flag; without it zipfile reads cp437, which Windows in Iran does not write.
    """
    name = info.filename
    if not info.flag_bits & 0x800 and not name.isascii():
        raw = name.encode("cp437", "replace")
        for codec in ("utf-8", "cp720", "cp1256"):
            text = raw.decode(codec, "replace")
            foreign = [c for c in text if ord(c) > 127]
            if "\ufffd" not in text and (codec == "utf-8" or all("\u0600" <= c <= "\u06ff" for c in foreign)):
                name = text
                break
    name = "".join(c if unicodedata.category(c)[0] != "C" or c == "\u200c" else "\ufffd" for c in name)
    return name.replace("\\", "/")


def _check_directory(file: IO[bytes], limits: Limits) -> None:
    """Hold the size of the directory against its limit before zipfile reads it whole into memory."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - 65_557 - 76))
    tail = file.read()
    file.seek(0)
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or end + 22 > len(tail):
        raise SourceError("archive.damaged", cause="no central directory")
    directory_bytes = struct.unpack("<I", tail[end + 12 : end + 16])[0]
    zip64 = tail.rfind(b"PK\x06\x06", 0, end)
    if zip64 >= 0 and zip64 + 56 <= len(tail):
        directory_bytes = max(
            directory_bytes % 0xFFFFFFFF, struct.unpack("<Q", tail[zip64 + 40 : zip64 + 48])[0]
        )
    if directory_bytes > min(limits.directory_bytes, size):
        raise SourceError("archive.too_many", limit=limits.members)


def _shapefiles(members: list[tuple[str, zipfile.ZipInfo]]) -> tuple[list[Entry], list[str]]:
    """Group the parts of shapefiles by folder and name, whatever the case; parts without a .shp are orphans."""
    groups: dict[str, list[tuple[str, str, zipfile.ZipInfo]]] = {}
    for name, info in members:
        ending = _ending(name)
        if ending in _PARTS:
            groups.setdefault(name[: -len(ending) - 1].casefold(), []).append((ending, name, info))
    entries, orphans = [], []
    for parts in groups.values():
        shp = next((name for ending, name, _info in parts if ending == "shp"), None)
        if shp is None:
            orphans += [name for ending, name, _info in parts if ending in ("dbf", "shx")]
            continue
        entry = Entry(shp, "shp")
        for ending, name, info in parts:
            if ending in entry.members:
                raise SourceError("archive.duplicate", member=name)
            entry.members[ending] = info
        entries.append(entry)
    return entries, orphans


def _nothing_inside(names: list[str], orphans: list[str]) -> SourceError:
    if orphans:
        return SourceError("shapefile.no_shp", names=_listed(orphans))
    if any(".gdb/" in name.lower() for name in names):
        return SourceError("archive.geodatabase")
    nested = [name for name in names if name.lower().endswith(_NESTED)]
    if nested:
        return SourceError("archive.nested", names=_listed(nested))
    return SourceError("archive.no_layer", names=_listed(names) or "–")


def _ending(name: str) -> str:
    return PurePosixPath(name).suffix[1:].lower()


def _ignored(name: str) -> bool:
    """Resource forks of Macs, streams of Windows, and other litter that file managers leave."""
    parts = name.split("/")
    litter = parts[-1].startswith("._") or parts[-1].lower() in _IGNORED_FILES
    return "__MACOSX" in parts or litter or ":" in parts[-1]


def _unsafe(name: str) -> bool:
    path = name.replace("\\", "/")
    return path.startswith("/") or ".." in path.split("/") or re.match(r"[A-Za-z]:", path) is not None


def _listed(names: list[str]) -> str:
    return ", ".join(names[:10]) + (" …" if len(names) > 10 else "")


def _cause(error: BaseException) -> str:
    return (str(error) or type(error).__name__).split("\n", 1)[0][:120]
