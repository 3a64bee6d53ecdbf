"""Keeping a redacted copy beside the original: one that somebody made, or one made here by boxes drawn on the pages."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from core.documents import pictures
from core.documents.models import DocumentFile
from core.documents.pictures import Box
from core.documents.services import Desk, receive
from core.errors import Conflict, Unprocessable
from core.i18n import format_number
from core.i18n import gettext as _
from permits.audience import Visitor
from permits.documents.models import DocumentVersion, PermitDocument, RedactedCopy
from permits.documents.services import get_to_change, get_version, need, reason_of, record

MOST_BOXES = 500
MOST_PAGES_TO_BLACKEN = 30
_BLACKEN_DPI = 150
_WHOLE = 1.0001
"""A box may be drawn to the very edge; what is more is the rounding of percents."""


def add_redacted(
    session: Session,
    desk: Desk,
    visitor: Visitor,
    document_id: int,
    content: bytes,
    name: str,
    *,
    number: int,
    seen: int,
    reason: str,
) -> RedactedCopy:
    """Keep a copy of a version that somebody redacted by a program of their own. The original stays, apart.

    Raises NotAllowed, NotFound, Conflict for the very file it is to be a copy of, Unprocessable without a reason.
    """
    need(visitor.may_show_and_hide)
    told = reason_of(reason)
    document = get_to_change(session, visitor, document_id, seen)
    version = get_version(document, number)
    file = receive(session, desk, content, name).file
    if file.sha256 == version.sha256:
        raise Conflict(_("This is the original itself, with nothing redacted."), field="file")
    return _add_copy(session, visitor, document, version, file, told)


def blacken(
    session: Session,
    desk: Desk,
    visitor: Visitor,
    document_id: int,
    boxes: Sequence[Box],
    *,
    number: int,
    seen: int,
    reason: str,
) -> RedactedCopy:
    """Make a redacted copy by boxes drawn on the pages: pictures of the pages, with nothing left beneath.

    Raises as ``add_redacted``; Unprocessable also for a file that cannot be drawn upon, for too many pages, and for
    boxes that are none or lie beside the page.
    """
    need(visitor.may_show_and_hide)
    told = reason_of(reason)
    document = get_to_change(session, visitor, document_id, seen)
    version = get_version(document, number)
    pages = pages_to_blacken(version)
    if not boxes or len(boxes) > MOST_BOXES or not all(_lies_on_page(box, pages) for box in boxes):
        raise Unprocessable(_("Please draw at least one box on a page."), field="boxes")
    source = desk.store.path_of(version.sha256)
    made = pictures.make_redacted(source, version.file.found, list(boxes), _BLACKEN_DPI)
    file = receive(session, desk, made, version.name).file
    return _add_copy(session, visitor, document, version, file, told)


def pages_to_blacken(version: DocumentVersion) -> int:
    """How many pages can be drawn upon. Raises Unprocessable where none can, and says what to do instead."""
    if not version.file.found.is_shown:
        raise Unprocessable(
            _("This kind of file cannot be drawn upon. Please redact it yourself and upload the copy."),
            field="file",
        )
    pages = version.file.pages or 1
    if pages > MOST_PAGES_TO_BLACKEN:
        raise Unprocessable(
            _("This has more than %(n)s pages. Please redact it yourself and upload the copy.",
              n=format_number(MOST_PAGES_TO_BLACKEN)),
            field="file",
        )  # fmt: skip
    return pages


def _add_copy(
    session: Session,
    visitor: Visitor,
    document: PermitDocument,
    version: DocumentVersion,
    file: DocumentFile,
    reason: str,
) -> RedactedCopy:
    made_by = visitor.person.id if visitor.person else None
    made = RedactedCopy(of=version, sha256=file.sha256, reason=reason, made_by=made_by)
    session.add(made)
    document.version += 1
    session.flush()
    what = {"number": version.number, "original": version.sha256, "redacted": file.sha256}
    record(session, visitor, "document.redact", document, after=what, reason=reason)
    return made


def _lies_on_page(box: Box, pages: int) -> bool:
    sides = (box.left, box.top, box.left + box.width, box.top + box.height)
    has_area = box.width > 0 and box.height > 0
    return has_area and 1 <= box.page <= pages and all(0 <= side <= _WHOLE for side in sides)
