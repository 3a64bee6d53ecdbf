"""The register as JSON: the public contract of /permits.json and of a case's own."""

from collections.abc import Mapping
from typing import Any

from permits.register.case import CasePage
from permits.register.models import PublicPermit
from permits.states import STATE_NAMES


def permit_json(permit: PublicPermit, names: Mapping[str, str]) -> dict[str, Any]:
    """A permit of the list; moments in UTC (ISO 8601), places in degrees."""
    return {
        "reference": permit.reference,
        "type": {"code": permit.type_code, "name": names.get(permit.type_code, permit.type_code)},
        "state": {"code": permit.state.value, "name": str(STATE_NAMES[permit.state])},
        "group": permit.group.value,
        "outcome": permit.outcome.value if permit.outcome else None,
        "parcel": permit.parcel_number or None,
        "address": permit.address,
        "description": permit.description,
        "submitted_at": _moment(permit.submitted_at),
        "published_at": _moment(permit.published_at),
        "decided_at": _moment(permit.decided_at),
        "comments_until": permit.comments_until.isoformat() if permit.comments_until else None,
        "location": None if permit.lon is None else {"lon": permit.lon, "lat": permit.lat},
        "imported": permit.is_imported,
        "url": f"/permits/{permit.reference}",
    }


def case_json(page: CasePage) -> dict[str, Any]:
    """A case's page as data."""
    return permit_json(page.permit, {page.permit.type_code: page.type_name}) | {
        "next": page.next,
        "clocks": page.clocks,
        "timeline": [
            {"event": step.event, "at": _moment(step.at), "told": step.told, "detail": step.detail}
            for step in page.steps
        ],
        "proposal": {figure.name: figure.value for figure in page.figures},
        "conditions": [
            {"number": each.number, "text": each.text, "before_start": each.before_start, "met": each.is_met}
            for each in page.conditions
        ],
        "decision_reason": page.reason,
        "parent": page.parent.reference if page.parent else None,
        "children": [each.reference for each in page.children],
        "comments": [
            {
                "stance": each.stance.value,
                "text": each.text,
                "at": _moment(each.at),
                "answer": each.answer,
            }
            for each in page.comments
        ],
    }


def _moment(at: Any) -> str | None:
    return at.isoformat() if at else None
