"""Several parcels as JSON: the public contract of /compare and /selection."""

import json
from typing import Any

from sqlalchemy.orm import Session

from parcels.land import Land
from parcels.queries import get_geojson, list_relatives
from parcels.schemas import addresses_of, feature_json
from webmap.compare.page import Group
from webmap.compare.service import Compared, Several, Unknown
from webmap.place.schemas import place_json


def comparison_json(compared: Compared, groups: list[Group]) -> dict[str, Any]:
    """``criteria``: each with the lines every parcel has for it, in the language spoken, and whether they differ."""
    return {
        "parcels": [place_json(place) for place in compared.places],
        "criteria": [
            {"key": row.key, "name": row.name, "differs": row.differs, "values": row.values}
            for group in groups
            for row in group.rows
        ],
        "unknown": [_unknown_json(each) for each in compared.unknown],
    }


def sum_json(several: Several) -> dict[str, Any]:
    """The parcels in short and their sums in m²; ``buildable.untold`` names those not in the sum, and ``closed``

    those that are no more, which are in neither sum.
    """
    total = several.buildable_m2
    return {
        "parcels": [_short_json(land) for land in several.lands],
        "count": len(several.open_lands),
        "area_m2": round(several.area_m2, 2),
        "buildable": {
            "floor_area_m2": None if total is None else round(total, 2),
            "untold": [land.parcel.number for land in several.untold],
        },
        "closed": [land.parcel.number for land in several.closed],
        "unknown": [_unknown_json(each) for each in several.unknown],
    }


def shapes_json(session: Session, several: Several) -> dict[str, Any]:
    """The exact outlines as a GeoJSON feature collection (RFC 7946)."""
    parcels = [land.parcel for land in several.lands]
    return {
        "type": "FeatureCollection",
        "features": [
            feature_json(
                parcel, list_relatives(session, parcel.id), json.loads(get_geojson(session, parcel.id))
            )
            for parcel in parcels
        ],
    }


def _short_json(land: Land) -> dict[str, Any]:
    buildable = land.buildable_m2
    return {
        "number": land.parcel.number,
        "address": addresses_of(land.parcel),
        "land_use": land.parcel.land_use,
        "area_m2": round(land.parcel.area_m2, 2),
        "buildable_m2": None if buildable is None else round(buildable, 2),
        "zones": [part.zone.rules.code for part in land.parts],
        "lon": round(land.parcel.lon, 7),
        "lat": round(land.parcel.lat, 7),
    }


def _unknown_json(unknown: Unknown) -> dict[str, str]:
    return {"number": unknown.number, "reason": unknown.reason, "message": unknown.message}
