"""Amendments as JSON, for everybody who may read of them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from layers.schemas import names_json
from layers.zoning.amendments.models import Amendment, AmendmentEvent
from layers.zoning.amendments.summary import ClassChange, ZoneChange


def amendment_json(case: Amendment) -> dict[str, Any]:
    """One amendment: what it is called, where it stands, its resolution and its days."""
    return {
        "id": case.id,
        "names": names_json(case.title_fa, case.title_en),
        "purpose": names_json(case.purpose_fa, case.purpose_en),
        "plan": case.plan,
        "state": case.state.value,
        "comments_until": _day(case.comments_until),
        "resolution": case.resolution or None,
        "resolution_on": _day(case.resolution_on),
        "effective_on": _day(case.effective_on),
        "ordinance_sha256": case.ordinance,
    }


def detail_json(
    case: Amendment,
    classes: Sequence[ClassChange],
    zones: Sequence[ZoneChange],
    shapes: Mapping[str, Any],
    events: Sequence[AmendmentEvent],
) -> dict[str, Any]:
    """One amendment with what it changes; areas in m², geometries GeoJSON in degrees, None for a zone that goes."""
    return amendment_json(case) | {
        "classes": [
            {
                "code": each.code,
                "before_m2": round(each.before_m2, 2),
                "after_m2": round(each.after_m2, 2),
            }
            for each in classes
        ],
        "zones": [
            {
                "key": each.key,
                "code_before": each.code_before,
                "code_after": each.code_after,
                "before_m2": None if each.before_m2 is None else round(each.before_m2, 2),
                "after_m2": None if each.after_m2 is None else round(each.after_m2, 2),
                "geometry": shapes.get(each.key),
            }
            for each in zones
        ],
        "history": [{"event": each.event.value, "at": each.at.isoformat()} for each in events],
    }


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None
