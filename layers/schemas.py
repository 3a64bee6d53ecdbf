"""Layers as seen from a spot, as JSON."""

from collections.abc import Mapping
from typing import Any

from core.i18n import language
from layers.around import Over, Passing
from layers.models import PlaceRole
from layers.queries import LayerHere, Nearest

WALK_M_PER_MIN = 80.0
"""A walk at 4.8 km/h."""


def names_json(name_fa: str, name_en: str) -> dict[str, str]:
    """A name in both languages; the one that is missing stays empty."""
    return {"fa": name_fa, "en": name_en}


def name_of(name_fa: str, name_en: str) -> str:
    """A name in the language spoken, else in the other: a name in other letters beats none."""
    return (name_fa or name_en) if language() == "fa" else (name_en or name_fa)


def nearby_json(layers: list[LayerHere]) -> list[dict[str, Any]]:
    """The nearest feature of each layer, nearest first: metres, and degrees clockwise from true north."""
    found = [(layer, layer.nearest) for layer in layers if layer.nearest is not None]
    return [
        {
            "domain": layer.domain,
            "layer": layer.slug,
            "name": name_of(near.name_fa, near.name_en),
            "names": names_json(near.name_fa, near.name_en),
            "distance_m": round(near.distance_m, 1),
            "bearing": _bearing(near),
            "walking_min": walking_min(near.distance_m) if layer.role == PlaceRole.FACILITY else None,
            "lon": round(near.lon, 7),
            "lat": round(near.lat, 7),
        }
        for layer, near in sorted(found, key=lambda pair: pair[1].distance_m)
    ]


def walking_min(distance_m: float) -> int:
    """How long one walks, as the crow flies; where one is already there, no time at all."""
    return 0 if distance_m < 1 else max(1, round(distance_m / WALK_M_PER_MIN))


def overlays_json(
    overlays: list[Over], layers: Mapping[str, LayerHere], ground_m2: float | None
) -> list[dict[str, Any]]:
    """What lies over a place: ``area_m2`` of the parcel and its ``share``, null where there is no area to measure."""
    return [
        {
            "domain": layers[over.slug].domain,
            "layer": over.slug,
            "name": name_of(over.name_fa, over.name_en),
            "names": names_json(over.name_fa, over.name_en),
            "kind": over.kind,
            "share": share_of(over, ground_m2),
            "area_m2": None if over.area_m2 is None else round(over.area_m2, 2),
        }
        for over in overlays
    ]


def share_of(over: Over, ground_m2: float | None) -> float | None:
    """Which part of the ground an overlay covers."""
    if over.area_m2 is None or not ground_m2:
        return None
    return round(min(1.0, over.area_m2 / ground_m2), 4)


def networks_json(networks: list[Passing], layers: Mapping[str, LayerHere]) -> list[dict[str, Any]]:
    """What passes by, nearest first: metres from the parcel's border, 0 where it crosses the parcel."""
    return [
        {
            "domain": layers[passing.slug].domain,
            "layer": passing.slug,
            "name": name_of(passing.nearest.name_fa, passing.nearest.name_en),
            "kind": passing.nearest.kind,
            "distance_m": round(passing.nearest.distance_m, 1),
            "bearing": _bearing(passing.nearest),
            "lon": round(passing.nearest.lon, 7),
            "lat": round(passing.nearest.lat, 7),
        }
        for passing in sorted(networks, key=lambda each: each.nearest.distance_m)
    ]


def _bearing(near: Nearest) -> float | None:
    return None if near.bearing is None else round(near.bearing, 1) % 360


def coverage_json(layers: list[LayerHere]) -> dict[str, str]:
    """For each layer whether the city holds its data at the spot, or does not show them to whoever asks."""
    return {layer.slug: _coverage(layer) for layer in layers}


def _coverage(layer: LayerHere) -> str:
    if not layer.is_shown:
        return "not_public"
    return "covered" if layer.is_covered else "no_data"
