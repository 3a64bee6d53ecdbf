"""The open addresses that answer data: what each is asked with and what it answers."""

from dataclasses import dataclass
from typing import Any

JSON = "application/json"
GEOJSON = "application/geo+json"
TILE = "application/vnd.mapbox-vector-tile"
CSV = "text/csv"
PDF = "application/pdf"

Schema = dict[str, Any]

_OBJECT: Schema = {"type": "object"}
_DAY: Schema = {"type": "string", "format": "date"}
_NUMBER: Schema = {"type": "string", "minLength": 1, "maxLength": 100}


@dataclass(frozen=True)
class Asked:
    """One parameter: in the ``path`` or the ``query``."""

    name: str
    told: str
    schema: Schema
    place: str = "query"
    is_needed: bool = False


@dataclass(frozen=True)
class Operation:
    """What one endpoint does: its parameters, its answer, and which refusals may come."""

    endpoint: str
    told: str
    asked: tuple[Asked, ...] = ()
    answer: str = JSON
    schema: Schema | None = None
    refusals: tuple[int, ...] = (400, 404, 422)


def _path(name: str, told: str, schema: Schema = _NUMBER) -> Asked:
    return Asked(name, told, schema, "path", True)


_ON = Asked("on", "The day zoning and parcels are told of; today, if none is given", _DAY)
_PARCEL = _path("number", "The parcel's number, in any spelling")
_LON = Asked(
    "lon",
    "Longitude in degrees (WGS 84)",
    {"type": "number", "minimum": -180, "maximum": 180},
    is_needed=True,
)
_LAT = Asked(
    "lat", "Latitude in degrees (WGS 84)", {"type": "number", "minimum": -90, "maximum": 90}, is_needed=True
)
_PARCELS = Asked(
    "parcel", "Parcel numbers, each as a parameter of its own", {"type": "array", "items": _NUMBER}
)
_BOX = Asked("bbox", "west,south,east,north in degrees", {"type": "string", "maxLength": 200})
_SOURCE = _path("source", "parcels, zoning, base, or a layer's short name")

_PLACE: Schema = {
    "type": "object",
    "required": ["on", "location", "parcel", "zone", "permits", "planned", "nearby", "coverage"],
    "properties": {
        "on": _DAY,
        "location": {
            "type": "object",
            "required": ["lon", "lat"],
            "properties": {"lon": {"type": "number"}, "lat": {"type": "number"}},
        },
        "parcel": {"type": ["object", "null"]},
        "zone": {"type": ["object", "null"]},
        "permits": {"type": "array"},
        "permits_told": {"enum": ["all", "nearest", "no_data"]},
        "planned": {"type": "array"},
        "nearby": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["domain", "layer", "name", "distance_m", "bearing", "lon", "lat"],
            },
        },
        "coverage": {"type": "object"},
    },
}
_RESULTS: Schema = {
    "type": "object",
    "required": ["results"],
    "properties": {
        "results": {
            "type": "array",
            "items": {"type": "object", "required": ["kind", "label", "number", "lon", "lat", "url"]},
        }
    },
}

OPERATIONS: tuple[Operation, ...] = (
    Operation("place.place_json", "Everything at a spot", (_LON, _LAT, _ON), schema=_PLACE),
    Operation("place.parcel_json", "Everything at a parcel", (_PARCEL, _ON), schema=_PLACE),
    Operation("place.parcel_geojson", "A parcel's exact outline", (_PARCEL, _ON), GEOJSON),
    Operation("listing.beside", "The neighbouring parcels by direction", (_PARCEL, _ON)),
    Operation(
        "search.search_json",
        "Parcels, addresses, streets, facilities and zones by what was typed",
        (
            Asked("q", "What was typed", {"type": "string", "maxLength": 200}),
            Asked("limit", "How many results at the most", {"type": "integer", "minimum": 1, "maximum": 50}),
            _ON,
        ),
        schema=_RESULTS,
    ),
    Operation("compare.comparison_json", "Parcels side by side", (_PARCELS, _ON)),
    Operation(
        "compare.selection_json", "Parcels together: areas and buildable floor area summed", (_PARCELS, _ON)
    ),
    Operation("compare.selection_shapes", "The outlines of several parcels", (_PARCELS, _ON), GEOJSON),
    Operation(
        "listing.listing_json",
        "What the map shows in a window, a page at a time",
        (
            _BOX,
            Asked("at", "lon,lat that directions are told from", {"type": "string", "maxLength": 100}),
            Asked("layers", "Layers' short names with commas", {"type": "string", "maxLength": 1000}),
            Asked("only", "One group of the list", {"type": "string", "maxLength": 100}),
            Asked("q", "Words in the name", {"type": "string", "maxLength": 200}),
            Asked("page", "Which page", {"type": "integer", "minimum": 1, "maximum": 1000}),
            _ON,
        ),
    ),
    Operation("listing.told", "What the map shows in a window, in a sentence", (_BOX, _ON)),
    Operation("zoning.zoning_json", "Zone classes and their rules"),
    Operation("zoning.amendments_json", "Amendments of the plan, newest first"),
    Operation(
        "zoning.amendment_json",
        "One amendment of the plan with what it changes",
        (_path("amendment_id", "Its number", {"type": "integer", "minimum": 1}),),
    ),
    Operation("tiles.revisions", "What names the present content of each tile source"),
    Operation(
        "tiles.tilejson", "TileJSON 3.0 of a tile source", (_SOURCE, _ON), refusals=(400, 403, 404, 422)
    ),
    Operation(
        "tiles.tile",
        "One vector tile (Mapbox Vector Tile 2.1)",
        (
            _SOURCE,
            _path("z", "Zoom", {"type": "integer", "minimum": 8, "maximum": 16}),
            _path("x", "Column", {"type": "integer", "minimum": 0}),
            _path("y", "Row", {"type": "integer", "minimum": 0}),
            _ON,
        ),
        TILE,
        refusals=(400, 403, 404, 422),
    ),
    Operation(
        "certificates.verify_json",
        "Whether a zoning certificate holds, and what it states",
        (_path("public_id", "The certificate's public number"),),
    ),
    Operation(
        "register.register_json",
        "The public register of permits, newest first, a page at a time",
        (
            Asked(
                "q", "Words, an address, a parcel number or a reference", {"type": "string", "maxLength": 200}
            ),
            Asked(
                "type", "Kinds of permits by their codes, with commas", {"type": "string", "maxLength": 200}
            ),
            Asked("state", "States, or groups of them, with commas", {"type": "string", "maxLength": 500}),
            Asked("from", "The first day of registration", _DAY),
            Asked("to", "The last day of registration", _DAY),
            _BOX,
            Asked("parcel", "The parcel around which to look", _NUMBER),
            Asked("at", "lon,lat around which to look", {"type": "string", "maxLength": 100}),
            Asked("within", "How many metres around", {"type": "integer", "minimum": 1, "maximum": 20000}),
            Asked(
                "after", "Where the page begins, as the page before says", {"type": "string", "maxLength": 40}
            ),
        ),
    ),
    Operation(
        "register.case_json",
        "One permit: its state, timeline, clocks, decision and comments",
        (_path("reference", "The permit's reference"),),
    ),
    Operation(
        "documents.papers_json",
        "The documents of a permit that the public is shown",
        (_path("key", "The permit's reference"),),
    ),
    Operation(
        "documents.paper_json",
        "One document of a permit",
        (
            _path("key", "The permit's reference"),
            _path("document_id", "The document's number", {"type": "integer", "minimum": 0}),
        ),
    ),
    Operation(
        "permit_letters.verify_json",
        "Whether a letter of the city about a permit still stands, and what it says",
        (_path("public_id", "The letter's public number"),),
    ),
    Operation("webmap.health", "Whether this process answers and reaches its database"),
)
