"""Amendments as JSON: zones of a change set in the city's own metres, and what a save that came late is told."""

from typing import Any

import shapely

from layers.zoning.amendments.drafts import Draft, DraftZone


def zone_json(zone: DraftZone | None) -> dict[str, Any] | None:
    """A zone of a change set; its geometry is GeoJSON's in the city's grid (metres, not degrees)."""
    if zone is None:
        return None
    return {
        "class": zone.class_code,
        "rule_text": {"fa": zone.rule_text_fa, "en": zone.rule_text_en},
        "geometry": shapely.geometry.mapping(zone.shape),
    }


def conflict_json(base: Draft, theirs: Draft, mine: Draft | None) -> list[dict[str, Any]]:
    """Every zone that either of two planners changed since both saw it: as it was, as one and as the other has it.

    ``mine`` None: what was sent can no longer be carried out, and only theirs is told.
    """
    changed = set(theirs.list_changed(base)) | (set(mine.list_changed(base)) if mine else set())
    return [
        {
            "key": key,
            "base": zone_json(base.zones.get(key)),
            "theirs": zone_json(theirs.zones.get(key)),
            "mine": zone_json(mine.zones.get(key)) if mine else None,
            "is_changed_by_both": _differs(theirs, base, key)
            and mine is not None
            and _differs(mine, base, key),
        }
        for key in sorted(changed)
    ]


def _differs(one: Draft, other: Draft, key: str) -> bool:
    return key in one.list_changed(other)
