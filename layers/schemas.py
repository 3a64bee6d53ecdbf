"""Layers as seen from a spot, as JSON."""

from typing import Any

from core.i18n import language
from layers.queries import LayerHere


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
            "bearing": None if near.bearing is None else round(near.bearing, 1) % 360,
            "lon": round(near.lon, 7),
            "lat": round(near.lat, 7),
        }
        for layer, near in sorted(found, key=lambda pair: pair[1].distance_m)
    ]


def coverage_json(layers: list[LayerHere]) -> dict[str, str]:
    """For each layer whether the city holds its data at the spot."""
    return {layer.slug: "covered" if layer.is_covered else "no_data" for layer in layers}
