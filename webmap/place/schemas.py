"""A place as JSON: the public contract of /place and /parcels."""

from typing import Any

from layers.schemas import coverage_json, nearby_json
from layers.zoning.schemas import buildable_json, sentences_json, zone_json
from parcels.queries import numbers_of
from parcels.schemas import parcel_json
from webmap.place.service import Part, Place


def place_json(place: Place) -> dict[str, Any]:
    """Everything at a place on a day; ``also`` names what else a spot on a border touches."""
    return {
        "on": place.day.isoformat(),
        "location": {"lon": place.lon, "lat": place.lat},
        "parcel": parcel_json(place.parcel, place.relatives) if place.parcel else None,
        "zone": zone_json(place.zone) | _told(place) if place.zone else None,
        "buildable": _buildable_json(place) if place.parts and not place.is_closed else None,
        "also": {
            "parcels": numbers_of(place.also_parcels),
            "zones": [zone.rules.code for zone in place.also_zones],
        },
        "permits": [],
        "planned": [zone_json(zone) for zone in place.planned],
        "nearby": nearby_json(place.layers),
        "coverage": coverage_json(place.layers),
    }


def _told(place: Place) -> dict[str, Any]:
    """The rules in words; with this parcel's own figures where all of it lies in the zone."""
    assert place.zone is not None
    is_one = len(place.parts) == 1 and place.parts[0].zone.zone_key == place.zone.zone_key
    return {"sentences": sentences_json(place.zone.rules, place.parts[0].area_m2 if is_one else None)}


def _buildable_json(place: Place) -> dict[str, Any]:
    return {
        "floor_area_m2": None if place.buildable_m2 is None else round(place.buildable_m2, 2),
        "parts": [_part_json(part) for part in place.parts],
    }


def _part_json(part: Part) -> dict[str, Any]:
    return {
        "code": part.zone.rules.code,
        "share": round(part.zone.share, 4),
        "area_m2": round(part.area_m2, 2),
        "buildable": buildable_json(part.buildable),
    }
