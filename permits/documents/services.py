"""Bringing papers to a case, showing and hiding them, redacting and withdrawing them: each act in the record.

What somebody may do is the visitor's (``permits.audience``); what is refused is refused before anything is written.
The record names papers by number and files by their hash, never by their titles and names.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy.orm import Session

from core import audit, redactions
from core.documents.models import DocumentFile
from core.documents.services import Desk, let_go, receive
from core.errors import BadInput, Conflict, NotAllowed, NotFound, Unprocessable
from core.i18n import format_number
from core.i18n import gettext as _
from core.visibility import Audience, Visibility
from permits.audience import Visitor
from permits.documents.models import OTHER, DocumentVersion, PermitDocument
from permits.documents.queries import get_document
from permits.types.settings import Named

MOST_DOCUMENTS = 300
MOST_VERSIONS = 100
_LONGEST_TITLE = 200


def bring(
    session: Session,
    desk: Desk,
    visitor: Visitor,
    content: bytes,
    name: str,
    *,
    kind: str,
    kinds: Sequence[Named],
    title: str = "",
    visibility: Visibility | None = None,
) -> PermitDocument:
    """Add a paper to a case. ``kinds`` are those its type asks for; ``title`` is the file's name where none is given.

    It is meant for the parties until somebody of the staff shows it to the public. Raises NotAllowed, BadInput for a
    kind that the type does not know, and what ``core.documents.services.receive`` raises.
    """
    need(visitor.may_bring)
    if kind != OTHER and kind not in {each.code for each in kinds}:
        raise BadInput(_("This type of permit has no such kind of document."), field="kind")
    if len(title) > _LONGEST_TITLE:
        raise BadInput(
            _("Please use no more than %(n)s letters.", n=format_number(_LONGEST_TITLE)), field="title"
        )
    if visibility not in (None, Visibility.PARTIES):
        need(visitor.may_show_and_hide)
    _keep_within(session, visitor)
    brought = receive(session, desk, content, name)
    made = PermitDocument(
        permit_id=visitor.case.id,
        kind=kind,
        title=title.strip() or brought.name.rpartition(".")[0],
        visibility=visibility or Visibility.PARTIES,
    )
    session.add(made)
    session.flush()
    _add_version(session, visitor, made, brought.file, brought.name)
    return made


def bring_version(
    session: Session, desk: Desk, visitor: Visitor, document_id: int, content: bytes, name: str, *, seen: int
) -> PermitDocument:
    """Bring a paper anew: the version before stays. Raises Conflict when somebody changed it since ``seen``."""
    need(visitor.may_bring)
    document = get_to_change(session, visitor, document_id, seen)
    if len(document.versions) >= MOST_VERSIONS:
        raise Conflict(_("This document has too many versions. Please add a new document."), field="file")
    brought = receive(session, desk, content, name)
    if brought.file.sha256 == document.versions[-1].sha256:
        raise Conflict(_("This is the very file that is there already."), field="file")
    _add_version(session, visitor, document, brought.file, brought.name)
    document.version += 1
    session.flush()
    return document


def set_visibility(
    session: Session, visitor: Visitor, document_id: int, visibility: Visibility, *, seen: int
) -> PermitDocument:
    """Show a paper to a wider audience, or to a narrower one. Raises NotAllowed, NotFound, Conflict."""
    need(visitor.may_show_and_hide)
    document = get_to_change(session, visitor, document_id, seen)
    before, document.visibility = document.visibility, visibility
    document.version += 1
    session.flush()
    record(
        session,
        visitor,
        "document.show",
        document,
        before={"visibility": before},
        after={"visibility": visibility},
    )
    return document


def withdraw(
    session: Session, visitor: Visitor, document_id: int, *, seen: int, reason: str
) -> PermitDocument:
    """Take a paper out of the case; it stays readable to the parties and the staff. Raises Unprocessable, Conflict."""
    need(visitor.may_take_back)
    told = reason_of(reason)
    document = get_to_change(session, visitor, document_id, seen)
    document.withdrawn_at, document.withdrawn_by = dt.datetime.now(dt.UTC), visitor.actor.id
    document.withdrawn_reason = told
    document.version += 1
    session.flush()
    record(session, visitor, "document.withdraw", document, reason=told)
    return document


def get_version(document: PermitDocument, number: int) -> DocumentVersion:
    """A version of a paper. Raises NotFound."""
    found = next((version for version in document.versions if version.number == number), None)
    if found is None or document.let_go_at is not None:
        raise NotFound(_("There is no such version of this document."), field="version")
    return found


def let_go_of(session: Session, documents: Iterable[PermitDocument]) -> int:
    """Give up the bytes, titles and names of papers, after the period they are kept for; say of how many."""
    count = 0
    for document in documents:
        document.let_go_at, document.title = dt.datetime.now(dt.UTC), ""
        redactions.let_go(session, "permit_document", document.id)
        hashes = set()
        for version in document.versions:
            version.name = ""
            hashes |= {version.sha256, *(copy.sha256 for copy in version.copies)}
        session.flush()
        for sha256 in sorted(hashes):
            let_go(session, sha256)
        count += 1
    return count


def _add_version(
    session: Session, visitor: Visitor, document: PermitDocument, file: DocumentFile, name: str
) -> None:
    before = document.versions[-1] if document.versions else None
    made = DocumentVersion(
        document=document,
        number=before.number + 1 if before else 1,
        previous_id=before.id if before else None,
        sha256=file.sha256,
        name=name,
        uploaded_by=visitor.person.id if visitor.person else None,
    )
    session.add(made)
    session.flush()
    what = {"kind": document.kind, "number": made.number, "sha256": file.sha256}
    record(session, visitor, "document.bring", document, after=what)


def get_to_change(session: Session, visitor: Visitor, document_id: int, seen: int) -> PermitDocument:
    """A paper of this case, locked. Raises NotFound; Conflict when it was changed since ``seen`` or withdrawn."""
    document = get_document(session, visitor.case, document_id, visitor.audience, to_change=True)
    if document.version != seen:
        raise Conflict(
            _("Somebody else has changed this document meanwhile. Open it again and look."),
            field="version",
            details={"seen": seen, "now": document.version},
        )
    if document.withdrawn_at is not None or document.let_go_at is not None:
        raise Conflict(_("This document was withdrawn."), field="document")
    return document


def _keep_within(session: Session, visitor: Visitor) -> None:
    # Locked, so that two who bring at once count each other's.
    session.refresh(visitor.case, with_for_update=True)
    count = session.query(PermitDocument).where(PermitDocument.permit_id == visitor.case.id).count()
    if count >= MOST_DOCUMENTS:
        raise Conflict(
            _("This case has %(n)s documents already; no more are taken.", n=format_number(count)),
            field="file",
        )


def need(allowed: bool) -> None:
    """Raises NotAllowed unless it is."""
    if not allowed:
        raise NotAllowed(_("You may not do this in this case, or not while it is in this state."))


def reason_of(reason: str) -> str:
    """Why something is done. Raises Unprocessable for nothing but blanks."""
    told = reason.strip()
    if not told:
        raise Unprocessable(_("Please say why: it is kept in the record."), field="reason")
    return told


def record(
    session: Session,
    visitor: Visitor,
    action: str,
    document: PermitDocument,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    reason: str = "",
) -> None:
    """Note an act on a paper in the record."""
    subject = f"permit_document:{document.id}"
    told = {"permit": document.permit_id, **(after or {})}
    audit.record(session, visitor.actor, action, subject, before=before, after=told, reason=reason)


def may_know_of_withdrawn(audience: Audience) -> bool:
    """Whether papers that were withdrawn are listed: to those whose matter it is."""
    return audience is not Audience.PUBLIC
