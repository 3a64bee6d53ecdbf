"""Makes a tile that is not here yet, and keeps it, before Flask is asked.

A small tile takes PostGIS half a millisecond. A request of the application, with its session, its transaction and a
look whether the connection still lives, asks the database five times more and takes several.
"""

import contextlib

from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError

from layers.tiles import sources
from layers.tiles.answer import EMPTY, Packed, pack
from layers.tiles.cache import Key, TileCache
from layers.tiles.encode import encode, put_together
from layers.tiles.grid import MAX_ZOOM, MIN_ZOOM
from layers.tiles.known import Known
from layers.tiles.making import Bounds, city_box, meets
from layers.tiles.revision import BASE
from layers.tiles.sources import Link

_CONNECTIONS = 4
"""More tiles at a time only wait for the processors."""
_PATIENCE_S = 5


class Maker:
    """Makes tiles of the sources that live in the code, on connections of its own, a statement each.

    ``url`` is SQLAlchemy's, with its driver.
    """

    def __init__(self, url: str, cache: TileCache, known: Known) -> None:
        self._cache = cache
        self._known = known
        self._box: tuple[str, Bounds | None] | None = None
        # Nobody looks whether a connection lives, and nothing is rolled back: what fails is left to Flask.
        self._engine = create_engine(
            url,
            isolation_level="AUTOCOMMIT",
            pool_size=_CONNECTIONS,
            max_overflow=0,
            pool_timeout=_PATIENCE_S,
            pool_use_lifo=True,
            pool_reset_on_return=None,
        )

    def warm(self) -> None:
        """Put together all statements: the first who asks for a tile of a zoom need not wait for that."""
        for source in sources.declared():
            for zoom in range(MIN_ZOOM, MAX_ZOOM + 1):
                put_together(source, zoom)

    def make(self, key: Key) -> Packed | None:
        """Today's tile, made now and kept if no edit came between; None if somebody else has to answer."""
        cell = key.cell
        source = sources.find_declared(key.source)
        side = 1 << cell.z
        if source is None or not MIN_ZOOM <= cell.z <= MAX_ZOOM or cell.x >= side or cell.y >= side:
            return None
        # Before anything is looked up: an edit taken in from now on forbids to keep what we are about to make.
        stamp = self._cache.stamp(key)
        try:
            with self._engine.connect() as link:
                packed = pack(encode(link, source, cell, None))
                is_to_keep = packed != EMPTY or meets(self._city(link), cell)
        except SQLAlchemyError:
            # Its other connections are as likely dead; Flask tells people what is wrong, if it still is.
            self._engine.dispose()
            return None
        if is_to_keep:
            # A full disk is no reason not to answer.
            with contextlib.suppress(OSError):
                self._cache.store(key, packed, stamp)
        return packed

    def _city(self, link: Link) -> Bounds | None:
        """The city's box, looked up once for each revision of the base map, which draws the boundary."""
        revision = self._known.revisions().get(BASE, "")
        if self._box is None or self._box[0] != revision:
            self._box = revision, city_box(link)
        return self._box[1]
