"""Looking into files by a process of its own: a bomb or a bug takes that one down and nothing of the city's."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from core.documents.kinds import DocumentKind, FileRefused
from core.i18n import gettext as _
from core.i18n import lazy_gettext

log = structlog.get_logger("documents")
_CHILD = Path(__file__).with_name("child.py")
_PATIENCE_S = 90
_WHY = {
    "encrypted": lazy_gettext(
        "This PDF is locked by a password. Please save it without one and send it again."
    ),
    "damaged": lazy_gettext("This file is damaged or was cut short. Please save it anew and send it again."),
    "too_many_pixels": lazy_gettext(
        "This picture has too many points to be opened. Please save it smaller (at most 120 megapixels)."
    ),
    "too_heavy": lazy_gettext("This file takes too long to open. Please save it in a simpler form."),
    "no_renderer": lazy_gettext(
        "Pages of PDFs cannot be drawn on this machine: poppler-utils is not installed."
    ),
}


class NotOpened(FileRefused):
    """The file could not be opened; ``details["reason"]`` is a stable word for why."""


@dataclass(frozen=True)
class Look:
    """What was found of a file: a picture's size in points, a PDF's pages."""

    width: int | None = None
    height: int | None = None
    pages: int | None = None


@dataclass(frozen=True)
class Box:
    """A box to be made black: its page from 1, the rest in shares of the page from its top left corner."""

    page: int
    left: float
    top: float
    width: float
    height: float


def inspect(source: Path, kind: DocumentKind) -> Look:
    """Open a file as a whole. Raises NotOpened. Kinds that no program here opens are taken as they are."""
    if not kind.is_shown:
        return Look()
    return Look(**_run("inspect", source=str(source), kind=kind))


def make_preview(source: Path, kind: DocumentKind) -> bytes:
    """A small WebP of a picture or a PDF's first page. Raises NotOpened."""
    with _target() as target:
        _run("preview", source=str(source), kind=kind, target=str(target))
        return target.read_bytes()


def make_clean(source: Path, kind: DocumentKind) -> bytes:
    """The same picture without place, time, device and thumbnail. Raises NotOpened."""
    with _target() as target:
        _run("clean", source=str(source), kind=kind, target=str(target))
        return target.read_bytes()


def draw_page(source: Path, kind: DocumentKind, page: int, dpi: int) -> bytes:
    """One page as a PNG. Raises NotOpened."""
    with tempfile.TemporaryDirectory(prefix="shahrnama-page-") as folder:
        asked = {
            "source": str(source),
            "kind": kind,
            "target": folder,
            "dpi": dpi,
            "first": page,
            "last": page,
        }
        told = _run("pages", **asked)
        return Path(folder, str(told["files"][0])).read_bytes()


def make_redacted(source: Path, kind: DocumentKind, boxes: list[Box], dpi: int) -> bytes:
    """A copy of the same kind made of points alone, black where the boxes are. Raises NotOpened."""
    told = [(box.page, box.left, box.top, box.width, box.height) for box in boxes]
    with _target() as target:
        _run("redact", source=str(source), kind=kind, target=str(target), dpi=dpi, boxes=told)
        return target.read_bytes()


@contextmanager
def _target() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="shahrnama-picture-") as folder:
        yield Path(folder) / "made"


def _run(command: str, **asked: Any) -> dict[str, Any]:
    """One command of the child. It gets a folder of its own and nothing of this process's environment but the path."""
    with tempfile.TemporaryDirectory(prefix="shahrnama-child-") as folder:
        try:
            done = subprocess.run(
                [sys.executable, "-I", str(_CHILD), command, json.dumps(asked)],
                capture_output=True,
                timeout=_PATIENCE_S,
                cwd=folder,
                env={"PATH": os.environ.get("PATH", os.defpath), "TMPDIR": folder, "LANG": "C.UTF-8"},
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise _not_opened("too_heavy") from None
    try:
        told: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        # Killed by its limits, or the library fell over: what it said last is for whoever reads the log.
        log.warning("child failed", command=command, status=done.returncode, said=done.stderr[-300:])
        raise _not_opened("too_heavy" if done.returncode < 0 else "damaged") from None
    if "refused" in told:
        raise _not_opened(str(told["refused"]))
    return told


def _not_opened(why: str) -> NotOpened:
    return NotOpened(
        str(_WHY.get(why, _("This file cannot be opened."))), field="file", details={"reason": why}
    )
