"""What the map shows, as JSON: the public contract of /list and of the ways on from a parcel."""

from typing import Any

from layers.schemas import name_of, names_json
from layers.zoning.in_view import ZoneSeen
from parcels.in_view import ParcelSeen, Step
from webmap.listing.page import group_name, step_told, summary
from webmap.listing.service import Group, Listing, Thing


def listing_json(listing: Listing) -> dict[str, Any]:
    """``told`` is the window in a sentence; ``more`` says that a group holds more than can be listed."""
    view = listing.view
    origin = view.window.origin if view.window else None
    return {
        "on": view.day.isoformat(),
        "bbox": [round(side, 7) for side in view.box],
        "from": {
            "parcel": view.parcel.number if view.parcel else None,
            "lon": round(origin.lon, 7) if origin else None,
            "lat": round(origin.lat, 7) if origin else None,
            "street": name_of(*listing.street) if listing.street else None,
        },
        "told": summary(listing),
        "groups": [_group_json(group) for group in listing.groups],
        "count": listing.count,
        "page": listing.page,
        "pages": listing.pages,
        "items": [_item_json(group, thing) for group, thing in listing.things],
    }


def _group_json(group: Group) -> dict[str, Any]:
    return {"layer": group.key, "name": group_name(group), "count": group.count, "more": group.is_more}


def _item_json(group: Group, thing: Thing) -> dict[str, Any]:
    """One thing; ``distance_m`` and ``bearing`` (degrees from true north, null where it lies) from the origin."""
    seen = thing.seen
    return {
        "layer": group.key,
        **_own_json(thing),
        "distance_m": round(seen.distance_m, 1),
        "bearing": None if seen.bearing is None else round(seen.bearing, 1) % 360,
        "lon": round(seen.lon, 7),
        "lat": round(seen.lat, 7),
    }


def _own_json(thing: Thing) -> dict[str, Any]:
    if isinstance(thing, ParcelSeen):
        return {"number": thing.number, "land_use": thing.land_use, "area_m2": round(thing.area_m2, 2)}
    if isinstance(thing, ZoneSeen):
        return {"code": thing.code, "names": names_json(thing.name_fa, thing.name_en)}
    return {"names": names_json(thing.name_fa, thing.name_en), "kind": thing.kind}


def steps_json(steps: list[Step]) -> list[dict[str, Any]]:
    """The ways on; ``direction`` is null for a parcel that touches but lies in no straight direction."""
    return [
        {
            "direction": step_told(step).key or None,
            "bearing": round(step.bearing, 1) % 360,
            "number": step.number,
            "gap_m": round(step.gap_m, 2),
            "across": name_of(step.across_fa, step.across_en) or None,
            "lon": round(step.lon, 7),
            "lat": round(step.lat, 7),
        }
        for step in steps
    ]
