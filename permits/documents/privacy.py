"""A person's own papers as a download, and for how long papers are kept that nobody needs any more."""

import datetime as dt
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from accounts.models import Person
from accounts.privacy.retention import Kind
from core.i18n import lazy_gettext as _
from permits.documents.models import PermitDocument
from permits.documents.queries import list_versions_by
from permits.documents.services import let_go_of
from permits.models import Permit, PermitEvent
from permits.states import State

_YEAR_DAYS = 365
_LEFT = (State.RETURNED, State.WITHDRAWN, State.CLOSED)


def tell(session: Session, person: Person) -> list[dict[str, Any]]:
    """What a person brought to cases; the files themselves are to be had at the addresses told."""
    return [
        {
            "case": case.reference or case.tracking_code,
            "document": document.id,
            "kind": document.kind,
            "title": document.title,
            "version": version.number,
            "name": version.name,
            "brought": version.uploaded_at.isoformat(),
            "sha256": version.sha256,
            "size_bytes": version.file.size_bytes,
            "address": f"/permits/{case.reference or case.tracking_code}/documents/{document.id}"
            f"/file?version={version.number}&save=1",
        }
        for version, document, case in list_versions_by(session, person.id)
    ]


def _forget_withdrawn(session: Session, before: dt.datetime) -> int:
    """Papers that were taken out of their case before a moment."""
    old = PermitDocument.withdrawn_at < before
    return let_go_of(session, session.scalars(_kept().where(old)))


def _forget_of_left_cases(session: Session, before: dt.datetime) -> int:
    """The papers of applications that never came to a decision and were left before a moment."""
    last = select(PermitEvent.permit_id).where(PermitEvent.at >= before)
    never_sent = (Permit.state == State.DRAFT) & (Permit.opened_at < before)
    left = Permit.state.in_(_LEFT) & Permit.outcome.is_(None) & (Permit.opened_at < before)
    found = _kept().join(Permit, Permit.id == PermitDocument.permit_id)
    return let_go_of(session, session.scalars(found.where(or_(never_sent, left), Permit.id.not_in(last))))


def _kept() -> Any:
    return select(PermitDocument).where(PermitDocument.let_go_at.is_(None))


KINDS = (
    Kind(
        "withdrawn_documents",
        _("Documents that were withdrawn from their case"),
        _YEAR_DAYS,
        _forget_withdrawn,
    ),
    Kind(
        "documents_of_left_cases",
        _("Documents of applications that were never sent, withdrawn, returned or closed without a decision"),
        5 * _YEAR_DAYS,
        _forget_of_left_cases,
    ),
)
