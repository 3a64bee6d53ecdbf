"""A certificate and how it stands, as JSON."""

from typing import Any

from parcels.certificates.models import Certificate
from parcels.certificates.services import Standing


def certificate_json(
    certificate: Certificate, standing: Standing, told: dict[str, str], pdf_url: str
) -> dict[str, Any]:
    """One certificate: ``told`` says in every language how it stands, ``stated`` is what it said when issued."""
    return {
        "id": certificate.public_id,
        "number": certificate.number,
        "state": standing.state.value,
        "why": standing.why.value if standing.why else None,
        "since": standing.since.isoformat() if standing.since else None,
        "changes_on": standing.changes_on.isoformat() if standing.changes_on else None,
        "told": told,
        "parcel": certificate.parcel_number,
        "on": certificate.day.isoformat(),
        "language": certificate.language,
        "issued_at": certificate.issued_at.isoformat(),
        "revoked_at": certificate.revoked_at.isoformat() if certificate.revoked_at else None,
        "revoked_reason": certificate.revoked_reason,
        "stated": certificate.stated,
        "document": {"sha256": certificate.document, "media_type": "application/pdf", "url": pdf_url},
    }
