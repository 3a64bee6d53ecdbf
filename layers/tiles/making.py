"""Makes a tile as it is kept: the source's, of the day that its folder stands for."""

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from layers.models import City
from layers.tiles.answer import EMPTY, Packed, pack
from layers.tiles.cache import Key, TileCache
from layers.tiles.encode import encode
from layers.tiles.grid import BUFFER, MIN_ZOOM, Cell
from layers.tiles.sources import Link, TileSource

Bounds = tuple[float, float, float, float]
_REFUSALS = 5
_BEFORE_ALL = "0001-01-01"


def make(link: Link, source: TileSource, key: Key) -> Packed:
    """The tile, encoded now."""
    return pack(encode(link, source, key.cell, dt.date.fromisoformat(key.since) if key.since else None))


def make_and_store(session: Session, cache: TileCache, source: TileSource, key: Key) -> bool:
    """Make a tile and keep it; again if an edit came between. Says whether it is kept now.

    Each statement must see what is true then: the session's connection is at AUTOCOMMIT.
    """
    for _attempt in range(_REFUSALS):
        stamp = cache.stamp(key)
        packed = EMPTY if _is_below_empty(cache, source, key) else make(session, source, key)
        if cache.store(key, packed, stamp):
            return True
    return False


def _is_below_empty(cache: TileCache, source: TileSource, key: Key) -> bool:
    """Whether the tile above is here and empty, and the source such that this one must be, too."""
    cell = key.cell
    if not source.nested or cell.z == MIN_ZOOM:
        return False
    # Looked at after the stamp was taken: an edit that fills the one above touches this one, too.
    return cache.read(key._replace(cell=Cell(cell.z - 1, cell.x // 2, cell.y // 2))) == EMPTY


def since_when(session: Session, source: TileSource, on: dt.date | None, today: dt.date) -> str | None:
    """The first day of what is in force on a day: all days since share their tiles. None for what is today's."""
    if on is None or source.regime is None:
        return None
    regime = source.regime(session, on)
    if regime == source.regime(session, today):
        return None
    return regime.isoformat() if regime else _BEFORE_ALL


def is_in_city(link: Link, cell: Cell) -> bool:
    """Whether a cell is one of the city's, whose tiles are kept even where they are empty.

    Beyond lies the rest of the world: nobody may fill the disk with it.
    """
    return meets(city_box(link), cell)


def meets(box: Bounds | None, cell: Cell) -> bool:
    """Whether a cell and its buffer meet a box in EPSG:3857; none meets no box."""
    if box is None:
        return False
    west, south, east, north = cell.bounds(BUFFER)
    return box[0] <= east and west <= box[2] and box[1] <= north and south <= box[3]


def city_box(link: Link) -> Bounds | None:
    """West, south, east, north of the city in EPSG:3857; None while it has no boundary."""
    box = func.ST_Transform(City.boundary, 3857)
    sides = (func.ST_XMin(box), func.ST_YMin(box), func.ST_XMax(box), func.ST_YMax(box))
    found = link.execute(select(*sides)).first()
    return None if found is None or found[0] is None else (found[0], found[1], found[2], found[3])
