"""What stands against taking a survey back: cases on the parcels that it opened, which would be left without land."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.i18n import gettext as _
from layers.words import isolated
from permits.models import Permit
from permits.states import State

_NAMED = 20


def name_cases(_sender: Any, *, session: Session, parcel_ids: list[int]) -> list[str]:
    """A sentence for each case on one of these parcels, whatever became of it; a draft is nothing yet."""
    cases = (
        select(Permit.reference, Permit.parcel_number)
        .where(Permit.parcel_id.in_(parcel_ids), Permit.state != State.DRAFT)
        .order_by(Permit.id)
        .limit(_NAMED)
    )
    return [
        _(
            "The permit case %(reference)s is on parcel %(number)s.",
            reference=isolated(row.reference or "–"),
            number=isolated(row.parcel_number),
        )
        for row in session.execute(cases)
    ]
