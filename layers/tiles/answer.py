"""A tile as it is answered: one place for its bytes, its tag and its headers, whoever answers."""

import zlib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from isal import igzip
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header, parse_etags

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
FOR_GOOD = "public, max-age=31536000, immutable"
FOR_A_MINUTE = "public, max-age=60"
FOR_NOBODY_ELSE = "private, no-store"
SHARED_HEADERS = [
    ("Content-Type", MEDIA_TYPE),
    ("Vary", "Accept-Encoding"),
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "ETag"),
    ("X-Content-Type-Options", "nosniff"),
]
_GZIP_LEVEL = 2


@dataclass(frozen=True, slots=True)
class Packed:
    """A tile's gzipped bytes, with the time its file bears: a digest of them, so that nginx's tag of it is ours."""

    body: bytes
    mtime: int
    ready: dict[str, list[tuple[str, str]]] = field(default_factory=dict, compare=False, repr=False)
    """The headers of the usual answer, by how long it may be kept: making them takes longer than all else."""

    @property
    def tag(self) -> str:
        """The entity tag as nginx makes it of a file: its time and length in hexadecimal."""
        return f"{self.mtime:x}-{len(self.body):x}"


class Answer(NamedTuple):
    """Status, headers and body of one answer."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


def pack(content: bytes) -> Packed:
    """A tile ready to be kept and sent; one without content too, so that every tile is a file like any other."""
    body = igzip.compress(content, _GZIP_LEVEL, mtime=0)
    # Seconds of a date that every file system can hold, never 0: no real time, which nobody is told.
    return Packed(body, (zlib.crc32(body) & 0x7FFFFFFF) or 1)


EMPTY = pack(b"")
"""The tile of where nothing lies: most tiles of most layers."""


def answer(packed: Packed, method: str, accepts: str, known: str, keeping: str) -> Answer:
    """The tile in the encoding the asker takes; 304 without it if ``known`` (If-None-Match) names it.

    The tag is of the very bytes sent, so the plain tile has one of its own.
    """
    plain = not _takes_gzip(accepts)
    if not plain and not known and keeping in packed.ready:
        return Answer(200, packed.ready[keeping].copy(), b"" if method == "HEAD" else packed.body)
    tag = packed.tag + "-plain" if plain else packed.tag
    headers = [("ETag", f'"{tag}"'), ("Cache-Control", keeping), *SHARED_HEADERS]
    if known and parse_etags(known).contains_weak(tag):
        return Answer(304, [header for header in headers if header[0] != "Content-Type"], b"")
    body: bytes = igzip.decompress(packed.body) if plain else packed.body  # type: ignore[no-untyped-call]
    if not plain:
        headers.append(("Content-Encoding", "gzip"))
    headers.append(("Content-Length", str(len(body))))
    if not plain:
        packed.ready[keeping] = headers.copy()
    return Answer(200, headers, b"" if method == "HEAD" else body)


@lru_cache(maxsize=256)
def _takes_gzip(accepts: str) -> bool:
    # Browsers say the same few words each time.
    return parse_accept_header(accepts, Accept).quality("gzip") > 0


def answer_json(content: bytes, method: str, known: str) -> Answer:
    """The revisions, to be asked for anew each time; its tag, too, is the one of the file that nginx serves."""
    tag = f"{(zlib.crc32(content) & 0x7FFFFFFF) or 1:x}-{len(content):x}"
    headers = [
        ("ETag", f'"{tag}"'),
        ("Cache-Control", "public, no-cache"),
        ("Access-Control-Allow-Origin", "*"),
        ("Access-Control-Expose-Headers", "ETag"),
    ]
    if known and parse_etags(known).contains_weak(tag):
        return Answer(304, headers, b"")
    headers += [("Content-Type", "application/json"), ("Content-Length", str(len(content)))]
    return Answer(200, headers, b"" if method == "HEAD" else content)
