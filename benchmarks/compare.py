"""Whether tiles hold what they should: ours against PostGIS' own encoder, before any time is told."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import mapbox_vector_tile
import shapely
from shapely.geometry import shape
from sqlalchemy import Engine, text

from benchmarks.city import view_of
from layers.tiles.grid import BUFFER, EXTENT, Cell

_OWN = {
    view: text(f"""
        SELECT ST_AsMVT(tile, 'parcels', {EXTENT}, 'geom', 'id') FROM (
            SELECT {columns}, ST_AsMVTGeom(geom, ST_TileEnvelope(:z, :x, :y), {EXTENT}, {BUFFER}, true) AS geom
            FROM bench.{view}
            WHERE geom && ST_TileEnvelope(:z, :x, :y, margin => {BUFFER / EXTENT})) AS tile
        WHERE geom IS NOT NULL""")
    for view, columns in (("parcels", "id, land_use"), ("numbered", "id, land_use, number"))
}
_WITHIN = text("""
    SELECT id FROM bench.parcels AS parcel, ST_TileEnvelope(:z, :x, :y) AS tile
    WHERE parcel.geom && tile AND ST_Intersects(parcel.geom, tile)""")
_MARGIN_UNITS = 1.0
"""Rounding to the grid moves an outline by at most half a unit; cutting at another edge of the buffer adds as much."""


class WrongTile(AssertionError):
    """A tile does not hold what it should."""


@dataclass
class Tile:
    """A decoded tile: its features by id, attributes and outline of each."""

    count: int = 0
    features: dict[int, dict[str, Any]] = field(default_factory=dict)
    shapes: dict[int, Any] = field(default_factory=dict)


def read_tile(content: bytes) -> Tile:
    """Decode an MVT of one layer, its coordinates in tile units with y downward."""
    tile = Tile()
    if not content:
        return tile
    layers = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})
    for layer in layers.values():
        for found in layer["features"]:
            number = found.get("id") or found["properties"].get("id")
            if number is None:
                # Not every server can give ids to the rows of a view; in their stead, the place in the tile.
                number = -tile.count
            tile.count += 1
            tile.features[int(number)] = {k: v for k, v in found["properties"].items() if k != "id"}
            tile.shapes[int(number)] = found["geometry"]
    return tile


def own_tile(engine: Engine, cell: Cell) -> Tile:
    """The cell as PostGIS' ST_AsMVTGeom and ST_AsMVT make it of the same rows."""
    with engine.connect() as connection:
        content = connection.execute(
            _OWN[view_of(cell.z)], {"z": cell.z, "x": cell.x, "y": cell.y}
        ).scalar_one()
    return read_tile(bytes(content or b""))


def ids_within(engine: Engine, cell: Cell) -> set[int]:
    """The parcels that meet the cell itself, without its buffer."""
    with engine.connect() as connection:
        return set(connection.execute(_WITHIN, {"z": cell.z, "x": cell.x, "y": cell.y}).scalars())


def check(ours: Tile, own: Tile, within: set[int]) -> int:
    """Hold our tile against PostGIS' own and return how many features were compared. Raises WrongTile.

    Ours may hold more: parcels that only their box brings into the buffer, and those that ST_AsMVTGeom drops
    because they have no area once rounded.
    """
    missing = (set(own.features) | within) - set(ours.features)
    if missing:
        raise WrongTile(f"{len(missing)} parcels are missing, such as {min(missing)}")
    for number, attributes in own.features.items():
        if ours.features[number] != attributes:
            raise WrongTile(f"parcel {number}: {ours.features[number]} instead of {attributes}")
        _check_shape(number, ours.shapes[number], own.shapes[number])
    return len(own.features)


def _check_shape(number: int, ours: dict[str, Any], own: dict[str, Any]) -> None:
    tile = shapely.box(0, 0, EXTENT, EXTENT)
    mine, theirs = (shapely.make_valid(shape(each)).intersection(tile) for each in (ours, own))
    strip = theirs.boundary.buffer(_MARGIN_UNITS + 0.5) if not theirs.is_empty else tile.boundary.buffer(1.5)
    beyond = mine.symmetric_difference(theirs).difference(strip)
    if beyond.area > _MARGIN_UNITS:
        raise WrongTile(f"parcel {number} lies elsewhere: {beyond.area:.1f} square units apart")


def share_in_common(peers: Tile, own: Tile) -> float:
    """Of PostGIS' own features with their attributes, the share that a peer's tile holds too."""
    mine, theirs = (
        Counter(map(str, map(sorted, map(dict.items, t.features.values())))) for t in (own, peers)
    )
    return (mine & theirs).total() / mine.total() if mine else 1.0
