"""TileJSON 3.0: how a source tells programs where its tiles are and what is in them."""

import datetime as dt
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from layers.models import City, Layer
from layers.tiles.grid import MAX_ZOOM, MIN_ZOOM
from layers.tiles.revision import get_revision
from layers.tiles.sources import TileLayer, TileSource

WORLD = (-180.0, -85.051129, 180.0, 85.051129)
"""All that the grid can show, west, south, east, north: the bounds of a city without a boundary."""
_OPENING_ZOOM = 13


def describe(
    session: Session, source: TileSource, root_url: str, on: dt.date | None, today: dt.date
) -> dict[str, Any]:
    """The TileJSON of a source; ``root_url`` is where the application answers, with no slash at its end.

    Its tile address carries the revision: a program that reads this first may keep what it gets for good.
    """
    revision = get_revision(session, source, on, today)
    day = f"&on={on.isoformat()}" if source.dated and on else ""
    west, south, east, north = city_bounds(session)
    return {
        "tilejson": "3.0.0",
        "name": source.name,
        "scheme": "xyz",
        "tiles": [f"{root_url}/tiles/{source.name}/{{z}}/{{x}}/{{y}}.mvt?v={revision}{day}"],
        "vector_layers": [_vector_layer(layer) for layer in source.layers],
        "attribution": _attribution(session, source),
        "bounds": [west, south, east, north],
        "center": [round((west + east) / 2, 6), round((south + north) / 2, 6), _OPENING_ZOOM],
        "minzoom": MIN_ZOOM,
        "maxzoom": MAX_ZOOM,
        "revision": revision,
    }


def _vector_layer(layer: TileLayer) -> dict[str, Any]:
    return {
        "id": layer.name,
        "description": layer.description,
        "minzoom": MIN_ZOOM,
        "maxzoom": MAX_ZOOM,
        "fields": dict(layer.fields),
    }


def city_bounds(session: Session) -> tuple[float, float, float, float]:
    """West, south, east, north of the city in EPSG:4326 degrees; the whole grid while the city has no boundary."""
    box = func.ST_Transform(City.boundary, 4326)
    sides = (func.ST_XMin(box), func.ST_YMin(box), func.ST_XMax(box), func.ST_YMax(box))
    found = session.execute(select(*sides)).first()
    if found is None or found[0] is None:
        return WORLD
    west, south, east, north = (round(float(side), 6) for side in found)
    return west, south, east, north


def _attribution(session: Session, source: TileSource) -> str:
    """Whose data these are, as the layer's record says; the city's own tables need no other thanks."""
    said = session.execute(select(Layer.source, Layer.licence).where(Layer.slug == source.name)).first()
    city = session.execute(select(City.name_fa, City.name_en)).first()
    return " · ".join(part for part in [*(said or ()), *(city or ())] if part)
