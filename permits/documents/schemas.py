"""A paper as it is told: every field says whom it is meant for, and the answer to each audience holds no more."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.documents.kinds import KIND_NAMES
from core.i18n import gettext as _
from core.local_time import to_local
from core.redactions import redacted_words
from core.visibility import VISIBILITY_NAMES, Audience, Visibility, seen_by, shown_by_field, shown_to
from permits.documents.copies import Handed, find_copy
from permits.documents.models import OTHER, DocumentVersion, PermitDocument, RedactedCopy
from permits.types.settings import Named


@shown_by_field
class CopyTold:
    """A redacted copy of a version."""

    made_on: dt.date = seen_by(Visibility.PARTIES)
    reason: str = seen_by(Visibility.STAFF)
    made_by: str = seen_by(Visibility.STAFF)


@shown_by_field
class VersionTold:
    """What was brought once. Names of files may name people: they are not the public's."""

    number: int = seen_by(Visibility.PARTIES)
    name: str = seen_by(Visibility.PARTIES)
    file_kind: str = seen_by(Visibility.PARTIES)
    size_bytes: int = seen_by(Visibility.PARTIES)
    added_on: dt.date = seen_by(Visibility.PARTIES)
    is_from_applicant: bool = seen_by(Visibility.PARTIES)
    added_by: str = seen_by(Visibility.STAFF)
    sha256: str = seen_by(Visibility.STAFF)
    can_be_blackened: bool = seen_by(Visibility.STAFF)
    redacted: CopyTold | None = seen_by(Visibility.PARTIES)


@shown_by_field
class DocumentTold:
    """One paper. ``preview``: ``made``, ``waiting`` or ``none``."""

    id: int = seen_by(Visibility.PUBLIC)
    kind: str = seen_by(Visibility.PUBLIC)
    kind_name: str = seen_by(Visibility.PUBLIC)
    title: str = seen_by(Visibility.PUBLIC)
    is_title_redacted: bool = seen_by(Visibility.PUBLIC)
    added_on: dt.date = seen_by(Visibility.PUBLIC)
    file_kind: str = seen_by(Visibility.PUBLIC)
    media_type: str = seen_by(Visibility.PUBLIC)
    size_bytes: int = seen_by(Visibility.PUBLIC)
    pages: int | None = seen_by(Visibility.PUBLIC)
    is_redacted: bool = seen_by(Visibility.PUBLIC)
    is_handed_out: bool = seen_by(Visibility.PUBLIC)
    preview: str = seen_by(Visibility.PUBLIC)
    version_number: int = seen_by(Visibility.PARTIES)
    visibility: str = seen_by(Visibility.PARTIES)
    visibility_name: str = seen_by(Visibility.PARTIES)
    is_public_waiting: bool = seen_by(Visibility.PARTIES)
    withdrawn_on: dt.date | None = seen_by(Visibility.PARTIES)
    withdrawn_reason: str | None = seen_by(Visibility.PARTIES)
    is_let_go: bool = seen_by(Visibility.PARTIES)
    versions: list[VersionTold] = seen_by(Visibility.PARTIES)
    version: int = seen_by(Visibility.PARTIES)


@dataclass(frozen=True)
class Context:
    """What papers are told with: whom to, the kinds of the case's type, e-mails of who acted, titles out of sight."""

    audience: Audience
    kinds: Sequence[Named]
    emails: Mapping[int, str]
    applicants: frozenset[int | None]
    redacted_titles: frozenset[int] = frozenset()


def document_json(document: PermitDocument, context: Context) -> dict[str, Any]:
    """One paper as its audience may know it. The file it tells of is the one they would be handed."""
    told: dict[str, Any] = shown_to(_tell(document, context), context.audience)
    return told


def _tell(document: PermitDocument, context: Context) -> DocumentTold:
    handed = find_copy(document, context.audience)
    last = document.versions[-1]
    file = handed.file if handed else last.file
    is_redacted = document.id in context.redacted_titles
    return DocumentTold(
        id=document.id,
        kind=document.kind,
        kind_name=kind_name(document.kind, context.kinds),
        title=redacted_words() if is_redacted else document.title,
        is_title_redacted=is_redacted,
        added_on=to_local((handed.version if handed else last).uploaded_at).date(),
        file_kind=str(KIND_NAMES[file.found]),
        media_type=file.found.media_type,
        size_bytes=file.size_bytes,
        pages=file.pages,
        is_redacted=handed is not None and handed.is_redacted,
        is_handed_out=handed is not None and handed.sha256 is not None,
        preview=_preview_of(handed),
        version_number=last.number,
        visibility=document.visibility.value,
        visibility_name=str(VISIBILITY_NAMES[document.visibility]),
        is_public_waiting=any(v.redacted for v in document.versions) and last.redacted is None,
        withdrawn_on=to_local(document.withdrawn_at).date() if document.withdrawn_at else None,
        withdrawn_reason=document.withdrawn_reason,
        is_let_go=document.let_go_at is not None,
        versions=[_version(version, context) for version in reversed(document.versions)],
        version=document.version,
    )


def _version(version: DocumentVersion, context: Context) -> VersionTold:
    return VersionTold(
        number=version.number,
        name=version.name,
        file_kind=str(KIND_NAMES[version.file.found]),
        size_bytes=version.file.size_bytes,
        added_on=to_local(version.uploaded_at).date(),
        is_from_applicant=version.uploaded_by in context.applicants,
        added_by=context.emails.get(version.uploaded_by or 0, ""),
        sha256=version.sha256,
        can_be_blackened=version.file.found.is_shown,
        redacted=_copy(version.redacted, context) if version.redacted else None,
    )


def _copy(copy: RedactedCopy, context: Context) -> CopyTold:
    return CopyTold(to_local(copy.made_at).date(), copy.reason, context.emails.get(copy.made_by or 0, ""))


def _preview_of(handed: Handed | None) -> str:
    if handed is None or not handed.kind.is_shown:
        return "none"
    if handed.file.preview is not None:
        return "made"
    return "none" if handed.file.pictured_at is not None else "waiting"


def kind_name(code: str, kinds: Sequence[Named]) -> str:
    """A kind of paper in the language spoken."""
    named = next((each for each in kinds if each.code == code), None)
    if code == OTHER or named is None:
        return _("Other document")
    return named.name
