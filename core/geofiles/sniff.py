"""What a file is, by its first bytes and not by its ending."""

import zlib
from pathlib import Path

from core.geofiles.findings import SourceError
from core.geofiles.options import MEGABYTE, Limits

_HEAD = 4096

# What people send instead, named so that they recognise it.
_STRANGERS = (
    (b"Rar!", "RAR"), (b"7z\xbc\xaf", "7-Zip"), (b"%PDF", "PDF"), (b"\x89PNG", "PNG"), (b"\xff\xd8\xff", "JPEG"),
    (b"II*\x00", "TIFF"), (b"MM\x00*", "TIFF"), (b"II+\x00", "BigTIFF"), (b"AC10", "DWG (AutoCAD)"),
    (b"\xd0\xcf\x11\xe0", "Excel/Word 97"), (b"\x28\xb5\x2f\xfd", "zstd"), (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"), (b"PAR1", "Parquet"), (b"fgb", "FlatGeobuf"), (b"ARROW1", "Arrow"),
)  # fmt: skip


def kind_of(path: Path) -> str:
    """``zip``, ``shp``, ``dbf``, ``gpkg``, ``gzip``, ``geojson`` or ``csv``. Raises SourceError for anything else."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except FileNotFoundError:
        raise SourceError("file.missing", member=path.name) from None
    except OSError as error:
        raise SourceError("file.unreadable", member=path.name, cause=error.strerror or "?") from None
    if not head:
        raise SourceError("file.empty", member=path.name)
    return kind_of_bytes(head, path.name)


def kind_of_bytes(head: bytes, name: str) -> str:
    """As :func:`kind_of`, of the first bytes."""
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"):
        return "zip"
    if head[:4] == b"\x00\x00\x27\x0a":
        return "shp"
    if head.startswith(b"SQLite format 3\x00"):
        return "gpkg"
    if head[:2] == b"\x1f\x8b":
        return "gzip"
    for magic, stranger in _STRANGERS:
        if head.startswith(magic):
            raise SourceError("file.kind", member=name, kind=stranger)
    return _text_kind(head, name)


def _text_kind(head: bytes, name: str) -> str:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = head[: len(head) // 2 * 2].decode("utf-16", "replace").encode()
    else:
        text = head.removeprefix(b"\xef\xbb\xbf")
    # RFC 8142 begins each feature of a sequence with a record separator.
    start = text.lstrip(b" \t\r\n\x0b\x0c\x1e")
    if start[:1] in (b"{", b"["):
        return "geojson"
    if start[:1] == b"<":
        word = start[:400].lower()
        kind = (
            "KML" if b"<kml" in word else "GML" if b"gml" in word else "HTML" if b"<html" in word else "XML"
        )
        raise SourceError("file.kind", member=name, kind=kind)
    if b"\x00" in text:
        dbf = name.lower().endswith(".dbf") or (head[0] in (0x03, 0x83, 0xF5, 0x30) and 0 < head[2] < 13)
        raise SourceError("file.kind", member=name, kind="DBF" if dbf else "binary")
    if start[:20].split() == [b"0", b"SECTION"] or start.startswith(b"0\r\nSECTION"):
        raise SourceError("file.kind", member=name, kind="DXF (AutoCAD)")
    return "csv"


def unpack_gzip(path: Path, target: Path, limits: Limits) -> Path:
    """Unpack one gzipped file against its limit. Raises SourceError."""
    left = limits.csv_bytes
    unpacker = zlib.decompressobj(wbits=31)
    try:
        with path.open("rb") as source, target.open("wb") as sink:
            while not unpacker.eof and (chunk := unpacker.unconsumed_tail or source.read(1 << 16)):
                plain = unpacker.decompress(chunk, 1 << 20)
                left -= len(plain)
                if left < 0:
                    limit_mb = limits.csv_bytes // MEGABYTE
                    raise SourceError("archive.unpacks_too_large", member=path.name, limit_mb=limit_mb)
                sink.write(plain)
    except zlib.error as error:
        raise SourceError("archive.damaged", member=path.name, cause=str(error)) from None
    if not unpacker.eof:
        raise SourceError("archive.damaged", member=path.name, cause="cut off")
    return target
