"""Several parcels as JSON: the public contract of /compare and /selection."""

import json
from typing import Any

from sqlalchemy.orm import Session

from parcels.queries import get_geojson, list_relatives
from parcels.schemas import addresses_of, feature_json
from webmap.compare.page import Group
from webmap.compare.service import Several, Unknown
from webmap.place.schemas import place_json
from webmap.place.service import Place


def comparison_json(several: Several, groups: list[Group]) -> dict[str, Any]:
    """``criteria``: each with the lines every parcel has for it, in the language spoken, and whether they differ."""
    return {
        "parcels": [place_json(place) for place in several.places],
        "criteria": [
            {"key": row.key, "name": row.name, "differs": row.differs, "values": row.values}
            for group in groups
            for row in group.rows
        ],
        "unknown": [_unknown_json(each) for each in several.unknown],
    }


def sum_json(several: Several) -> dict[str, Any]:
    """The parcels in short and their sums in m²; ``buildable.untold`` names those not in the sum, and ``closed``

    those that are no more, which are in neither sum.
    """
    total = several.buildable_m2
    return {
        "parcels": [_short_json(place) for place in several.places],
        "count": len(several.open_places),
        "area_m2": round(several.area_m2, 2),
        "buildable": {
            "floor_area_m2": None if total is None else round(total, 2),
            "untold": [place.parcel.number for place in several.untold if place.parcel],
        },
        "closed": [place.parcel.number for place in several.closed if place.parcel],
        "unknown": [_unknown_json(each) for each in several.unknown],
    }


def shapes_json(session: Session, several: Several) -> dict[str, Any]:
    """The exact outlines as a GeoJSON feature collection (RFC 7946)."""
    parcels = [place.parcel for place in several.places if place.parcel]
    return {
        "type": "FeatureCollection",
        "features": [
            feature_json(
                parcel, list_relatives(session, parcel.id), json.loads(get_geojson(session, parcel.id))
            )
            for parcel in parcels
        ],
    }


def _short_json(place: Place) -> dict[str, Any]:
    assert place.parcel is not None
    buildable = place.buildable_m2
    return {
        "number": place.parcel.number,
        "address": addresses_of(place.parcel),
        "land_use": place.parcel.land_use,
        "area_m2": round(place.parcel.area_m2, 2),
        "buildable_m2": None if buildable is None else round(buildable, 2),
        "zones": [part.zone.rules.code for part in place.parts],
        "lon": round(place.parcel.lon, 7),
        "lat": round(place.parcel.lat, 7),
    }


def _unknown_json(unknown: Unknown) -> dict[str, str]:
    return {"number": unknown.number, "reason": unknown.reason, "message": unknown.message}
