"""Taking a file in: how large, of which kind, whether it opens or is infected; then kept, and pictured by a job."""

import datetime as dt
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from sqlalchemy import exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core import jobs
from core.documents import pictures
from core.documents.kinds import DocumentKind, kind_of
from core.documents.models import DocumentFile
from core.documents.names import safe_name
from core.documents.pictures import Look, NotOpened
from core.documents.scanning import Scanner
from core.documents.store import DocumentStore, hash_of
from core.errors import TooLarge
from core.i18n import format_number
from core.i18n import gettext as _
from core.settings import Settings

_MB = 1_000_000
_FORGET_AFTER = dt.timedelta(hours=25)


@dataclass(frozen=True)
class Desk:
    """Where files are brought: the store they go to, who looks at them first, and how large they may be."""

    store: DocumentStore
    scanner: Scanner = field(default_factory=Scanner)
    most_bytes: int = 50 * _MB

    @classmethod
    def of(cls, settings: Settings) -> "Desk":
        """The desk of a city."""
        return cls(
            DocumentStore(settings.data_dir),
            Scanner(settings.clamav_socket),
            int(settings.document_most_mb) * _MB,
        )


@dataclass(frozen=True)
class Brought:
    """A file somebody brought, taken in, with the name it may be called by."""

    file: DocumentFile
    name: str


_desks: list[Desk] = []
_uses: dict[str, Callable[[Session, str], bool]] = {}


def work_at(desk: Desk) -> None:
    """Have the jobs of this process find files at this desk."""
    _desks[:] = [desk]


def register_use(name: str, is_used: Callable[[Session, str], bool]) -> None:
    """Have a room say whether something of its own still speaks of certain bytes: those are never forgotten."""
    _uses[name] = is_used


def receive(session: Session, desk: Desk, content: bytes, name: str) -> Brought:
    """Take a file in. The same bytes are kept, opened and pictured once.

    Raises TooLarge, FileRefused (of no kind of ours, damaged, locked, a bomb, two things at once), Infected, or
    Unavailable when the scanner or the archive is away. Nothing is written then.
    """
    if len(content) > desk.most_bytes:
        raise TooLarge(
            _("This file is too large: at most %(most)s MB.", most=format_number(desk.most_bytes // _MB)),
            field="file",
        )
    kind = kind_of(content)
    # Asked for every time: what the scanner did not know yesterday it may know today.
    desk.scanner.check(content)
    known = session.get(DocumentFile, hash_of(content))
    # Opened before it is kept: what does not open leaves nothing behind.
    look = _look(content, kind) if known is None else Look(known.width, known.height, known.pages)
    file = _remember(session, desk.store.keep(content), kind, len(content), look)
    file.forgotten_at = None
    if file.pictured_at is None and kind.is_shown:
        jobs.defer(session, "documents.picture", lock=f"document:{file.sha256}", sha256=file.sha256)
    return Brought(file, safe_name(name, kind))


def _look(content: bytes, kind: DocumentKind) -> Look:
    with tempfile.TemporaryDirectory(prefix="shahrnama-brought-") as folder:
        path = Path(folder) / "brought"
        path.write_bytes(content)
        return pictures.inspect(path, kind)


def _remember(session: Session, sha256: str, kind: DocumentKind, size_bytes: int, look: Look) -> DocumentFile:
    """The row of these bytes. Two who bring the same at once make one."""
    values = {"sha256": sha256, "kind": kind.value, "size_bytes": size_bytes, **asdict(look)}
    session.execute(insert(DocumentFile).values(values).on_conflict_do_nothing())
    return session.get_one(DocumentFile, sha256, with_for_update=True, populate_existing=True)


@jobs.task("documents.picture", attempts=4)
def picture(session: Session, sha256: str) -> None:
    """Make a file's preview and, of a picture, the copy without its camera's words."""
    file = session.get(DocumentFile, sha256, with_for_update=True)
    if file is None or file.pictured_at is not None or file.forgotten_at is not None:
        return
    store = _desks[0].store
    path = store.path_of(sha256)
    try:
        if file.found.is_picture:
            file.clean = store.keep(pictures.make_clean(path, file.found))
        file.preview = store.keep(pictures.make_preview(path, file.found))
    except NotOpened as error:
        # It will not open better the next time: the page says that there is no preview.
        file.picture_error = str(error.details["reason"])
    file.pictured_at = func.now()


def let_go(session: Session, sha256: str) -> None:
    """Have the bytes of a file removed a day from now, unless something of the city's speaks of them then."""
    later = dt.datetime.now(dt.UTC) + _FORGET_AFTER
    jobs.defer(session, "documents.forget", lock=f"document:{sha256}", at=later, sha256=sha256)


@jobs.task("documents.forget", attempts=4)
def forget(session: Session, sha256: str) -> None:
    """Remove the bytes of a file, and what was made of it, unless they are spoken of somewhere."""
    file = session.get(DocumentFile, sha256, with_for_update=True)
    if file is None or is_used(session, sha256):
        return None
    # The file itself last of all: what is still there can be made anew, and is looked at again tomorrow.
    for made in ("preview", "clean"):
        if not _removed(session, getattr(file, made), sha256):
            return let_go(session, sha256)
        setattr(file, made, None)
    file.pictured_at = None
    if not _removed(session, sha256, sha256):
        return let_go(session, sha256)
    file.forgotten_at = func.now()
    session.flush()
    return None


def _removed(session: Session, name: str | None, of: str) -> bool:
    """Remove bytes that only this file speaks of; False when somebody has brought or read them within the last day."""
    return name is None or _is_needed(session, name, of) or _desks[0].store.forget(name)


def is_used(session: Session, sha256: str) -> bool:
    """Whether any room speaks of these bytes."""
    return any(each(session, sha256) for each in _uses.values())


def _is_needed(session: Session, name: str, without: str) -> bool:
    """Whether these bytes are a file that is kept, or were made of another one."""
    kept = (DocumentFile.sha256 == name) & DocumentFile.forgotten_at.is_(None)
    made = (DocumentFile.preview == name) | (DocumentFile.clean == name)
    others = exists().where(DocumentFile.sha256 != without, kept | made)
    return bool(session.scalar(select(others))) or is_used(session, name)
