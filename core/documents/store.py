"""Files that may never change, kept under the hash of their bytes: certificates, letters, plans.

``DATA_DIR/documents/ab/abcdef…``: the name is the SHA-256 of what is in the file, so the same bytes are kept once,
and nobody can put other bytes under a name without being found out when it is read.
"""

import contextlib
import hashlib
import os
import secrets
import time
from pathlib import Path

from core.errors import Unavailable
from core.i18n import gettext as _

_FRESH_S = 24 * 3600


class DocumentDamaged(Unavailable):
    """The file is gone, or holds other bytes than were kept: it is not handed out."""

    code = "document_damaged"


def hash_of(content: bytes) -> str:
    """The name that these bytes are kept under: their SHA-256 in 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


class DocumentStore:
    """The documents of one city's data folder."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / "documents"

    def keep(self, content: bytes) -> str:
        """Keep these bytes for good and say under which name. They are on the disk when this returns.

        Bytes kept already are not written again. Raises DocumentDamaged where other bytes stand under that name,
        Unavailable where the disk does not take them.
        """
        name = hash_of(content)
        path = self._path(name)
        try:
            if not _touch(path):
                self._write(path, content)
        except OSError as error:
            raise Unavailable(
                _("The city's archive cannot be written to: %(why)s.", why=error.strerror)
            ) from error
        self.read(name)
        return name

    def read(self, name: str) -> bytes:
        """The bytes kept under a name; raises DocumentDamaged unless they are the very ones."""
        try:
            content = self._path(name).read_bytes()
        except FileNotFoundError as error:
            raise _damaged(_("This document is missing from the city's archive."), name) from error
        if hash_of(content) != name:
            raise _damaged(_("This document was changed after it was issued. It is not handed out."), name)
        return content

    def forget(self, name: str) -> bool:
        """Remove these bytes for good; False when somebody brought or read the same within the last day.

        For bytes that nothing speaks of any more: whoever calls has looked (``core.documents.uses``).
        """
        path = self._path(name)
        if not path.exists():
            return True
        if not _is_old(path):
            return False
        leaving = path.with_name(f".{name}.{secrets.token_hex(4)}")
        path.rename(leaving)
        # Somebody may have brought the same bytes between the look and the move: then they stay.
        if not _is_old(leaving):
            with contextlib.suppress(FileExistsError):
                path.hardlink_to(leaving)
        leaving.unlink()
        return not path.exists()

    def path_of(self, name: str) -> Path:
        """Where the bytes lie, for a program to read; raises DocumentDamaged unless they are the very ones."""
        self.read(name)
        return self._path(name)

    def _path(self, name: str) -> Path:
        return self.folder / name[:2] / name

    def _write(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o440)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            try:
                # A link never replaces: of two who keep the same bytes at once, the second finds them there.
                path.hardlink_to(draft)
            except FileExistsError:
                return
            for folder in (path.parent, self.folder, self.folder.parent):
                _sync_folder(folder)
        finally:
            draft.unlink(missing_ok=True)


def _touch(path: Path) -> bool:
    """Note on a file that somebody brought the same bytes now (``forget`` looks there); False when there is none."""
    try:
        kept = path.stat()
        os.utime(path, ns=(time.time_ns(), kept.st_mtime_ns))
    except FileNotFoundError:
        return False
    return True


def _is_old(path: Path) -> bool:
    try:
        return path.stat().st_atime < time.time() - _FRESH_S
    except FileNotFoundError:
        return False


def _damaged(message: str, name: str) -> DocumentDamaged:
    return DocumentDamaged(message, details={"reason": "document_damaged", "sha256": name})


def _sync_folder(folder: Path) -> None:
    """A file's name is on the disk only when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
