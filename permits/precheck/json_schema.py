"""The JSON Schema (2020-12) of what :func:`permits.precheck.schemas.precheck_json` writes."""

from typing import Any

from permits.precheck.checks import Outcome, Reason, Rule, Unit

_WORDS = {
    "type": "object",
    "properties": {"fa": {"type": "string"}, "en": {"type": "string"}},
    "required": ["fa", "en"],
    "additionalProperties": False,
}
_SHAPE = {
    "description": "GeoJSON geometry, WGS 84",
    "type": ["object", "null"],
    "required": ["type"],
    "properties": {"type": {"enum": ["Polygon", "MultiPolygon", "LineString"]}},
}
_FIGURE = {"type": ["number", "null"]}


def _enum(kind: Any) -> dict[str, Any]:
    return {"enum": [each.value for each in kind]}


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    """An object with just these members, all of them."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


PRECHECK_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Pre-check of a proposal against the rules of a day",
    **_closed(
        {
            "parcel": {"type": "string"},
            "parcel_id": {"type": "integer"},
            "on": {"type": "string", "format": "date"},
            "zone_ids": {"type": "array", "items": {"type": "integer"}},
            "checks": {
                "type": "array",
                "items": _closed(
                    {
                        "rule": _enum(Rule),
                        "outcome": _enum(Outcome),
                        "reason": _enum(Reason),
                        "allowed": _FIGURE | {"description": "the most that may be; of a setback the least"},
                        "proposed": _FIGURE,
                        "unit": _enum(Unit),
                        "ratio": _FIGURE | {"description": "the plan's own figure: 0.6 is 60 %"},
                        "article": {"type": "string"},
                        "zone": {
                            "type": "string",
                            "description": "the class's code; empty: a rule of the land",
                        },
                        "zone_id": {"type": ["integer", "null"]},
                        "use": {"type": "string"},
                        "where": _SHAPE,
                        "sentences": _WORDS,
                    }
                ),
            },
            "findings": {
                "type": "array",
                "items": _closed(
                    {
                        "layer": {"type": "string"},
                        "layer_names": _WORDS,
                        "names": _WORDS,
                        "kind": {"type": "string"},
                        "area_m2": {"type": "number", "exclusiveMinimum": 0},
                        "is_drawn": {"type": "boolean"},
                        "where": _SHAPE,
                        "sentences": _WORDS,
                    }
                ),
            },
            "counts": _closed({each.value: {"type": "integer", "minimum": 0} for each in Outcome}),
        }
    ),
}
