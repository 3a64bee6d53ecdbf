"""Helps tile tests to put things where they want them: in units of one tile, wherever the city's own grid is."""

from typing import Any

import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from layers.tiles.grid import Cell
from tests.small_city import SRID

CELL = Cell(16, 42145, 25871)
"""A tile of the demo region, far from any edge."""


def on_ground(shape: Any, cell: Cell = CELL) -> str:
    """WKT in EPSG:3857 of a shape in a tile's units (y downward)."""
    moved = shapely.transform(
        shape, lambda at: at * (cell.unit_m, -cell.unit_m) + (cell.west, cell.north), include_z=False
    )
    return str(shapely.to_wkt(moved, rounding_precision=-1))


def add_parcel(
    session: Session, number: str, shape: Any, cell: Cell = CELL, land_use: str = "residential"
) -> int:
    """A current parcel with this shape in tile units; returns its id."""
    return int(
        session.execute(
            text("""
                INSERT INTO parcel (number, land_use, geom) VALUES (:number, :land_use,
                    ST_Multi(ST_Transform(ST_GeomFromText(:wkt, 3857), CAST(:srid AS integer)))) RETURNING id
            """),
            {"number": number, "land_use": land_use, "wkt": on_ground(shape, cell), "srid": SRID},
        ).scalar_one()
    )


def add_feature(
    session: Session, layer_id: int, key: str, shape: Any, cell: Cell = CELL, **names: str
) -> int:
    """A feature of a layer with this shape in tile units; returns its id."""
    return int(
        session.execute(
            text("""
                INSERT INTO feature (layer_id, key, name_fa, name_en, kind, geom) VALUES (:layer, :key, :fa, :en, :kind,
                    ST_Transform(ST_GeomFromText(:wkt, 3857), CAST(:srid AS integer))) RETURNING id
            """),
            {
                "layer": layer_id,
                "key": key,
                "fa": names.get("fa", ""),
                "en": names.get("en", ""),
                "kind": names.get("kind", ""),
                "wkt": on_ground(shape, cell),
                "srid": SRID,
            },
        ).scalar_one()
    )


def add_layer(session: Session, slug: str, kind: str, role: str | None = None) -> int:
    """A layer of a geometry kind; returns its id."""
    return int(
        session.execute(
            text("""
                INSERT INTO layer (slug, name_fa, name_en, domain, geometry_kind, base_role)
                VALUES (:slug, :slug, :slug, 'infrastructure', :kind, :role) RETURNING id
            """),
            {"slug": slug, "kind": kind, "role": role},
        ).scalar_one()
    )
