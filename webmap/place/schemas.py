"""A place as JSON: the public contract of /place and /parcels."""

from typing import Any

from layers.schemas import coverage_json, names_json, nearby_json, networks_json, overlays_json
from layers.zoning.schemas import buildable_json, sentences_json, zone_json
from parcels.land import Part
from parcels.queries import numbers_of
from parcels.schemas import lineage_json, parcel_json
from webmap.place.history import Period
from webmap.place.permits import RINGS_M, PermitHere, is_whole
from webmap.place.service import Place


def place_json(place: Place) -> dict[str, Any]:
    """Everything at a place on a day; ``also`` names what else a spot on a border touches."""
    names = {layer.slug: layer for layer in place.layers}
    return {
        "on": place.day.isoformat(),
        "location": {"lon": place.lon, "lat": place.lat},
        "parcel": parcel_json(place.parcel, place.relatives) if place.parcel else None,
        "lineage": lineage_json(place.parcel, place.kin) if place.parcel else None,
        "zone": zone_json(place.zone) | _told(place) if place.zone else None,
        "buildable": _buildable_json(place) if place.parts and not place.is_closed else None,
        "also": {
            "parcels": numbers_of(place.also_parcels),
            "zones": [zone.rules.code for zone in place.also_zones],
        },
        "permits": [_permit_json(permit) for permit in place.permits or []],
        "permits_told": _how_permits_are_told(place),
        "planned": [zone_json(zone) for zone in place.planned],
        "history": [_period_json(period) for period in place.history],
        "overlays": overlays_json(
            place.around.overlays, names, place.parcel.area_m2 if place.parcel else None
        ),
        "networks": networks_json(place.around.networks, names),
        "nearby": nearby_json(place.layers),
        "coverage": coverage_json(place.layers),
    }


def _how_permits_are_told(place: Place) -> str:
    """Whether the list of permits is all of them, the nearest of many, or nothing because nothing is known."""
    if place.permits is None:
        return "no_data"
    return "all" if is_whole(RINGS_M[-1], place.permits) else "nearest"


def _permit_json(permit: PermitHere) -> dict[str, Any]:
    return {
        "reference": permit.reference,
        "kind": permit.kind,
        "state": permit.state.value,
        "state_name": permit.state_name,
        "since": permit.since.isoformat(),
        "distance_m": round(permit.distance_m, 1),
        "url": f"/permits/{permit.reference}",
    }


def _period_json(period: Period) -> dict[str, Any]:
    """One stretch of the zoning's history; a null day is "since ever" or "until further notice"."""
    return {
        "from": period.start.isoformat() if period.start else None,
        "to": period.end.isoformat() if period.end else None,
        "zones": [
            {
                "code": zone.rules.code,
                "names": names_json(zone.rules.name_fa, zone.rules.name_en),
                "share": round(zone.share, 4),
            }
            for zone in period.zones
        ],
    }


def _told(place: Place) -> dict[str, Any]:
    """The rules in words; with this parcel's own figures where all of it lies in the zone."""
    assert place.zone is not None
    is_one = len(place.parts) == 1 and place.parts[0].zone.zone_key == place.zone.zone_key
    return {"sentences": sentences_json(place.zone.rules, place.parts[0].area_m2 if is_one else None)}


def _buildable_json(place: Place) -> dict[str, Any]:
    return {
        "floor_area_m2": None if place.buildable_m2 is None else round(place.buildable_m2, 2),
        "footprint_m2": _sum(
            [part.buildable.footprint_m2 if part.buildable else None for part in place.parts]
        ),
        "inset_m2": _sum([_inset_of(part) for part in place.parts]),
        "parts": [_part_json(part) for part in place.parts],
    }


def _inset_of(part: Part) -> float | None:
    """What the setback leaves of a part: all of it where the class sets none."""
    if part.buildable is None:
        return None
    return part.area_m2 if part.buildable.inset_m2 is None else part.buildable.inset_m2


def _sum(areas_m2: list[float | None]) -> float | None:
    """The sum over the parts; None when one of them is not known."""
    known = [area_m2 for area_m2 in areas_m2 if area_m2 is not None]
    return round(sum(known), 2) if known and len(known) == len(areas_m2) else None


def _part_json(part: Part) -> dict[str, Any]:
    return {
        "code": part.zone.rules.code,
        "share": round(part.zone.share, 4),
        "area_m2": round(part.area_m2, 2),
        "buildable": buildable_json(part.buildable, part.zone.rules),
    }
