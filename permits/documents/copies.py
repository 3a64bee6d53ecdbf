"""Which bytes of a paper somebody is handed: the one place that decides it.

The parties and the staff get what was brought, any version of it, and the redacted copies beside it. The public gets
the newest version, of photos the copy without what the camera wrote; and once a paper has been redacted only redacted
copies: a version brought later is not shown until somebody has looked at it and made a copy of that one too.
"""

from dataclasses import dataclass

from core.documents.kinds import DocumentKind
from core.documents.models import DocumentFile
from core.visibility import Audience
from permits.documents.models import DocumentVersion, PermitDocument


@dataclass(frozen=True)
class Handed:
    """Bytes to hand out: ``sha256`` None while the public's copy of a photo is still being made."""

    version: DocumentVersion
    file: DocumentFile
    is_redacted: bool
    sha256: str | None

    @property
    def kind(self) -> DocumentKind:
        """What they are."""
        return self.file.found


def find_copy(
    document: PermitDocument, audience: Audience, *, number: int | None = None, redacted: bool = False
) -> Handed | None:
    """The bytes of a paper for an audience, or None when it is not to have any.

    ``number`` and ``redacted`` choose among what the parties and the staff may have; the public cannot choose.
    """
    if document.let_go_at is not None:
        return None
    if audience is Audience.PUBLIC:
        return None if number is not None else _for_the_public(document)
    version = next((v for v in reversed(document.versions) if number in (None, v.number)), None)
    if version is None or (redacted and version.redacted is None):
        return None
    return _redacted(version) if redacted else Handed(version, version.file, False, version.sha256)


def _for_the_public(document: PermitDocument) -> Handed | None:
    redacted = [version for version in document.versions if version.redacted]
    if redacted:
        return _bare(_redacted(redacted[-1]))
    if not document.versions:
        return None
    last = document.versions[-1]
    return _bare(Handed(last, last.file, False, last.sha256))


def _redacted(version: DocumentVersion) -> Handed:
    assert version.redacted is not None
    return Handed(version, version.redacted.file, True, version.redacted.sha256)


def _bare(handed: Handed) -> Handed:
    """The same without what a camera wrote into it."""
    if not handed.kind.is_picture:
        return handed
    return Handed(handed.version, handed.file, handed.is_redacted, handed.file.clean)
