"""Finding the papers of a case: for whom, which are asked for and not there, and whose bytes are still spoken of."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, selectinload

from core.errors import NotFound
from core.i18n import gettext as _
from core.visibility import Audience, visibilities_for
from permits.documents.models import DocumentVersion, PermitDocument, RedactedCopy
from permits.models import Permit
from permits.types.settings import Named, TypeSettings


def find_case(session: Session, key: str) -> Permit | None:
    """A case by its reference, or by its tracking code (of which the one never looks like the other)."""
    named = (Permit.reference == key) | (Permit.tracking_code == key)
    return session.scalars(select(Permit).where(named)).one_or_none()


def list_missing(session: Session, case: Permit, settings: TypeSettings) -> list[Named]:
    """The documents that a case's type requires and nobody has brought, or that were withdrawn."""
    brought = set(
        session.scalars(
            select(PermitDocument.kind).where(PermitDocument.permit_id == case.id, *_IN_THE_CASE).distinct()
        )
    )
    return [each for each in settings.documents if each.is_required and each.code not in brought]


def list_documents(
    session: Session, case: Permit, audience: Audience, *, with_withdrawn: bool = False
) -> list[PermitDocument]:
    """The papers of a case that an audience may know of, as they were brought, with all that hangs on them."""
    statement = (
        select(PermitDocument)
        .where(PermitDocument.permit_id == case.id, _meant_for(audience))
        .options(selectinload(PermitDocument.versions).selectinload(DocumentVersion.copies))
        .order_by(PermitDocument.id)
    )
    if not with_withdrawn:
        statement = statement.where(*_IN_THE_CASE)
    return list(session.scalars(statement))


def get_document(
    session: Session, case: Permit, document_id: int, audience: Audience, *, to_change: bool = False
) -> PermitDocument:
    """One paper of this very case. Raises NotFound also for one that the audience may not know of.

    The public does not see what was withdrawn; the parties and the staff do.
    """
    statement = select(PermitDocument).where(
        PermitDocument.id == document_id, PermitDocument.permit_id == case.id, _meant_for(audience)
    )
    if audience is Audience.PUBLIC:
        statement = statement.where(*_IN_THE_CASE)
    if to_change:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound(_("There is no such document in this case."), field="document")
    return found


def is_spoken_of(session: Session, sha256: str) -> bool:
    """Whether a paper of a case that was not let go is made of these bytes."""
    return any(
        session.scalar(select(exists().where(*conditions)))
        for conditions in (
            (
                DocumentVersion.sha256 == sha256,
                DocumentVersion.document_id == PermitDocument.id,
                PermitDocument.let_go_at.is_(None),
            ),
            (
                RedactedCopy.sha256 == sha256,
                RedactedCopy.version_id == DocumentVersion.id,
                DocumentVersion.document_id == PermitDocument.id,
                PermitDocument.let_go_at.is_(None),
            ),
        )
    )


def list_versions_by(
    session: Session, person_id: int
) -> Collection[tuple[DocumentVersion, PermitDocument, Permit]]:
    """What a person brought, of all cases, oldest first."""
    rows = session.execute(
        select(DocumentVersion, PermitDocument, Permit)
        .join(PermitDocument, PermitDocument.id == DocumentVersion.document_id)
        .join(Permit, Permit.id == PermitDocument.permit_id)
        .where(DocumentVersion.uploaded_by == person_id)
        .order_by(DocumentVersion.id)
    )
    return [(row[0], row[1], row[2]) for row in rows]


_IN_THE_CASE = (PermitDocument.withdrawn_at.is_(None), PermitDocument.let_go_at.is_(None))


def _meant_for(audience: Audience) -> ColumnElement[bool]:
    return PermitDocument.visibility.in_(visibilities_for(audience))
