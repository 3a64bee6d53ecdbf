"""What the map draws of parcels where they are too small to see, made from them and kept in two tables.

Both are made cell by cell, so that a million parcels take no more memory than the densest cell, and a change
needs only its own cells made again. Geometry here is for drawing: it is in EPSG:3857 and never measured.
"""

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    TextClause,
    and_,
    delete,
    func,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session

from layers.models import TileOutbox
from layers.tiles import revision
from layers.tiles.grid import HALF_WORLD_M, WORLD_M, Cell, cells_of
from parcels.blocks import blocks
from parcels.models import LandUse, Parcel, ParcelBlock, ParcelMosaic
from parcels.mosaic import LEVEL_OFFSET, MOSAIC_ZOOMS, Window, rectangle, runs

BLOCK_CELL_ZOOM = 16
"""Parcels are dissolved within cells of this zoom (some 500 m on the ground)."""
EDIT_ZOOM = 15
"""An edit makes cells of this zoom anew: four block cells, and one cell of the mosaic's coarsest level."""
CITY_ZOOM = 13
"""A whole city is gone through in cells of this zoom: some tens of thousands of parcels in the densest."""

LOCK = 0x7061726365
"""The advisory lock of whoever makes blocks or mosaic: two at once would write the same rows."""

Bounds = tuple[float, float, float, float]
Progress = Callable[[int, int], None]
_Rows = tuple[TextClause, dict[str, Any]]

_AHEAD = 2
"""So many cells are drawn at once: parcels of these, and of the one being read, are in memory."""
_NOTHING = literal(b"", LargeBinary)

_INSERT_BLOCKS = text("""
    INSERT INTO parcel_block (cell_x, cell_y, land_use, geom_3857)
    SELECT cell_x, cell_y, land_use, ST_GeomFromWKB(wkb, 3857)
    FROM unnest(CAST(:cell_x AS integer[]), CAST(:cell_y AS integer[]), CAST(:land_use AS text[]),
                CAST(:wkb AS bytea[])) AS made (cell_x, cell_y, land_use, wkb)
""")
_INSERT_MOSAIC = text("""
    INSERT INTO parcel_mosaic (zoom, cell_x, cell_y, land_use, geom_3857)
    SELECT :zoom, cell_x, cell_y, land_use, ST_ForcePolygonCW(ST_MakeEnvelope(west, south, east, north, 3857))
    FROM unnest(CAST(:cell_x AS integer[]), CAST(:cell_y AS integer[]), CAST(:land_use AS text[]),
                CAST(:west AS float8[]), CAST(:south AS float8[]), CAST(:east AS float8[]), CAST(:north AS float8[]))
         AS made (cell_x, cell_y, land_use, west, south, east, north)
""")


@dataclass(frozen=True)
class _Parcels:
    """The parcels that meet a cell, in columns; ``land_use`` is a place in ``uses``."""

    geometry: NDArray[np.object_]
    land_use: NDArray[np.int64]
    uses: list[str]


def rebuild(session: Session, progress: Progress | None = None) -> None:
    """Make blocks and mosaic of the whole city anew, and say that the parcel tiles have changed.

    ``progress`` is told how many of how many cells are done.
    """
    session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    # Whatever edits have left to be made anew is made anew now: forgotten before the parcels are read, not after.
    session.execute(update(TileOutbox).where(*ours()).values(to_generalise=False))
    session.execute(delete(ParcelBlock))
    session.execute(delete(ParcelMosaic))
    _make(session, list(_occupied(session)), progress)
    revision.bump(session, "parcels")


def ours() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The rows of the outbox that wait for this room: other sources may have something to generalise, too."""
    return TileOutbox.source == "parcels", TileOutbox.to_generalise.is_(True)


def rebuild_touched(session: Session, boxes: Iterable[Bounds]) -> None:
    """Make anew what parcels within these boxes (EPSG:3857: west, south, east, north) are part of.

    Give the old and the new box of each parcel changed.
    """
    session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    cells = sorted({cell for box in boxes for cell in cells_of(box, EDIT_ZOOM, 0)})
    for cell in cells:
        _forget(session, cell)
    _make(session, cells)
    revision.bump(session, "parcels")


def _occupied(session: Session) -> Iterator[Cell]:
    extent = func.ST_Extent(Parcel.geom_3857)
    corners = (func.ST_XMin(extent), func.ST_YMin(extent), func.ST_XMax(extent), func.ST_YMax(extent))
    west, south, east, north = session.execute(select(*corners).where(Parcel.valid_to.is_(None))).one()
    if west is None:
        return
    for cell in cells_of((west, south, east, north), CITY_ZOOM, 0):
        if session.scalar(select(Parcel.id).where(_current_in(cell)).limit(1)) is not None:
            yield cell


def _current_in(cell: Cell) -> ColumnElement[bool]:
    box = func.ST_MakeEnvelope(*cell.bounds(), 3857)
    return and_(Parcel.geom_3857.op("&&")(box), Parcel.valid_to.is_(None))


def _window(cell: Cell, zoom: int) -> Window:
    """The cells of a deeper zoom that a cell is made of."""
    side = 1 << (zoom - cell.z)
    return Window(cell.x * side, cell.y * side, (cell.x + 1) * side, (cell.y + 1) * side)


def _forget(session: Session, cell: Cell) -> None:
    window = _window(cell, BLOCK_CELL_ZOOM)
    session.execute(delete(ParcelBlock).where(*_within(ParcelBlock, window)))
    for zoom in MOSAIC_ZOOMS:
        window = _window(cell, zoom + LEVEL_OFFSET)
        session.execute(delete(ParcelMosaic).where(ParcelMosaic.zoom == zoom, *_within(ParcelMosaic, window)))


def _within(table: type[ParcelBlock | ParcelMosaic], window: Window) -> tuple[ColumnElement[bool], ...]:
    return (
        table.cell_x.between(window.x0, window.x1 - 1),
        table.cell_y.between(window.y0, window.y1 - 1),
    )


def _make(session: Session, cells: list[Cell], progress: Progress | None = None) -> None:
    """Make blocks and mosaic of cells that have none: drawn by threads while the next cells' parcels are read.

    GEOS lets other threads run while it works, so that the database and two processors are busy at once.
    """
    drawn: deque[Future[list[_Rows]]] = deque()
    with ThreadPoolExecutor(_AHEAD) as threads:
        for done, cell in enumerate(cells, 1):
            parcels = _read(session, cell)
            if parcels is not None:
                drawn.append(threads.submit(_draw, cell, parcels))
            while len(drawn) > (_AHEAD if done < len(cells) else 0):
                for statement, rows in drawn.popleft().result():
                    session.execute(statement, rows)
            if progress:
                progress(done, len(cells))


def _read(session: Session, cell: Cell) -> _Parcels | None:
    shape = func.ST_AsBinary(Parcel.geom_3857)
    # In one row: to make an object of each of a million takes longer than the database takes to find them.
    land_uses, together, lengths = session.execute(
        select(
            func.array_agg(Parcel.land_use),
            func.string_agg(shape, _NOTHING),
            func.array_agg(func.length(shape)),
        ).where(_current_in(cell))
    ).one()
    if land_uses is None:
        return None
    # Land uses in the order of the vocabulary, so that ties are settled the same way every time.
    uses = [*LandUse, *sorted(set(land_uses) - set(LandUse))]
    codes = {use: code for code, use in enumerate(uses)}
    return _Parcels(
        shapely.from_wkb(list(_parted(bytes(together), lengths))),
        np.array([codes[use] for use in land_uses]),
        [str(use) for use in uses],
    )


def _parted(together: bytes, lengths: list[int]) -> Iterator[bytes]:
    start = 0
    for length in lengths:
        yield together[start : start + length]
        start += length


def _draw(cell: Cell, parcels: _Parcels) -> list[_Rows]:
    """What is to be written of one cell: statements with their rows."""
    made = [_draw_blocks(cell, parcels), *(_draw_mosaic(cell, parcels, zoom) for zoom in MOSAIC_ZOOMS)]
    return [rows for rows in made if rows is not None]


def _draw_blocks(cell: Cell, parcels: _Parcels) -> _Rows | None:
    """The blocks of one cell. A parcel belongs to the block cell that its middle lies in, and to no other."""
    window = _window(cell, BLOCK_CELL_ZOOM)
    side = WORLD_M / (1 << BLOCK_CELL_ZOOM)
    west, south, east, north = shapely.bounds(parcels.geometry).T
    x = np.floor(((west + east) / 2 + HALF_WORLD_M) / side).astype(np.int64)
    y = np.floor((HALF_WORLD_M - (south + north) / 2) / side).astype(np.int64)
    ours = np.flatnonzero((x >= window.x0) & (x < window.x1) & (y >= window.y0) & (y < window.y1))
    if len(ours) == 0:
        return None
    groups = [ours[group] for group in _groups(x[ours], y[ours], parcels.land_use[ours])]
    shapes = blocks([parcels.geometry[group] for group in groups], _stretch(cell))
    firsts = [group[0] for group in groups]
    return _INSERT_BLOCKS, {
        "cell_x": x[firsts].tolist(),
        "cell_y": y[firsts].tolist(),
        "land_use": [parcels.uses[code] for code in parcels.land_use[firsts]],
        "wkb": list(shapely.to_wkb(shapes)),
    }


def _groups(*keys: NDArray[np.int64]) -> list[NDArray[np.intp]]:
    """The places at which all keys are equal, group by group."""
    order = np.lexsort(keys[::-1])
    breaks = np.zeros(len(order) - 1, dtype=bool)
    for key in keys:
        breaks |= np.diff(key[order]) != 0
    return np.split(order, np.flatnonzero(breaks) + 1)


def _draw_mosaic(cell: Cell, parcels: _Parcels, zoom: int) -> _Rows | None:
    longest = 1 << (zoom + LEVEL_OFFSET - EDIT_ZOOM)
    window = _window(cell, zoom + LEVEL_OFFSET)
    made = list(runs(parcels.geometry, parcels.land_use, zoom, window, longest))
    if not made:
        return None
    sides = zip(*(rectangle(run, zoom) for run in made), strict=True)
    columns: dict[str, Any] = dict(zip(("west", "south", "east", "north"), map(list, sides), strict=True))
    return _INSERT_MOSAIC, columns | {
        "zoom": zoom,
        "cell_x": [run.x0 for run in made],
        "cell_y": [run.y for run in made],
        "land_use": [parcels.uses[run.land_use] for run in made],
    }


def _stretch(cell: Cell) -> float:
    """How many EPSG:3857 metres one metre on the ground is in the middle of a cell."""
    return math.cosh((cell.north - cell.size_m / 2) / 6378137)
