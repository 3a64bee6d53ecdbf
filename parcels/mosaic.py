"""The land use that prevails in each square of a fine grid: how a whole city is drawn from afar. Pure arithmetic."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.tiles.grid import HALF_WORLD_M, WORLD_M

MOSAIC_ZOOMS = range(8, 12)
LEVEL_OFFSET = 7
"""The mosaic that zoom z shows is made of cells of zoom z + 7: 128 along a tile's side, four screen pixels each."""

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Window:
    """A range of cells: first column and row, and the first beyond the last."""

    x0: int
    y0: int
    x1: int
    y1: int


@dataclass(frozen=True)
class Run:
    """Cells in a row with one land use: drawn as one rectangle."""

    x0: int
    x1: int
    y: int
    land_use: int


def runs(
    geometry: NDArray[np.object_], land_use: Ints, zoom: int, window: Window, longest: int
) -> Iterator[Run]:
    """The mosaic of one zoom in a window of its cells.

    ``geometry`` are polygons in EPSG:3857, ``land_use`` their codes from 0. A run ends at every column divisible by
    ``longest``, so that what is made anew after an edit ends there too.
    """
    x, y, use, weight = _covered(geometry, land_use, zoom + LEVEL_OFFSET)
    inside = (x >= window.x0) & (x < window.x1) & (y >= window.y0) & (y < window.y1)
    if not inside.any():
        return
    x, y, use = _prevailing(x[inside], y[inside], use[inside], weight[inside])
    breaks = (np.diff(y) != 0) | (np.diff(x) != 1) | (np.diff(use) != 0) | (x[1:] % longest == 0)
    starts = np.concatenate(([0], np.flatnonzero(breaks) + 1))
    ends = np.concatenate((starts[1:], [len(x)])) - 1
    for first, last in zip(starts, ends, strict=True):
        yield Run(int(x[first]), int(x[last]), int(y[first]), int(use[first]))


def rectangle(run: Run, zoom: int) -> tuple[float, float, float, float]:
    """West, south, east, north of a run in EPSG:3857."""
    size = WORLD_M / (1 << (zoom + LEVEL_OFFSET))
    return (
        run.x0 * size - HALF_WORLD_M,
        HALF_WORLD_M - (run.y + 1) * size,
        (run.x1 + 1) * size - HALF_WORLD_M,
        HALF_WORLD_M - run.y * size,
    )


def _covered(
    geometry: NDArray[np.object_], land_use: Ints, level: int
) -> tuple[Ints, Ints, Ints, NDArray[np.float64]]:
    """Which cells each polygon counts in, and how much.

    A small one counts where its middle is; one that spans three cells or more counts in each cell whose middle it
    covers, and if it covers none (a long thin one) where its own middle is.
    """
    size = WORLD_M / (1 << level)
    west, south, east, north = shapely.bounds(geometry).T
    x, y = _column((west + east) / 2, size), _row((south + north) / 2, size)
    weight = shapely.area(geometry)
    columns, rows, owners = [x], [y], [np.arange(len(geometry))]
    first_x, last_x = _column(west, size), _column(east, size)
    first_y, last_y = _row(north, size), _row(south, size)
    spans = (last_x - first_x > 1) | (last_y - first_y > 1)
    for number in np.flatnonzero(spans):
        grid_x, grid_y = np.meshgrid(
            np.arange(first_x[number], last_x[number] + 1), np.arange(first_y[number], last_y[number] + 1)
        )
        middles = (grid_x + 0.5) * size - HALF_WORLD_M, HALF_WORLD_M - (grid_y + 0.5) * size
        hit = shapely.intersects_xy(geometry[number], *middles)
        columns.append(grid_x[hit])
        rows.append(grid_y[hit])
        owners.append(np.full(np.count_nonzero(hit), number))
    owner = np.concatenate(owners)
    # In one cell nothing counts for more than the cell.
    return (
        np.concatenate(columns),
        np.concatenate(rows),
        land_use[owner],
        np.minimum(weight, size * size)[owner],
    )


def _column(x: NDArray[np.float64], size: float) -> Ints:
    return np.floor((x + HALF_WORLD_M) / size).astype(np.int64)


def _row(y: NDArray[np.float64], size: float) -> Ints:
    return np.floor((HALF_WORLD_M - y) / size).astype(np.int64)


def _prevailing(x: Ints, y: Ints, use: Ints, weight: NDArray[np.float64]) -> tuple[Ints, Ints, Ints]:
    """For each cell the use with most weight (of equal ones the first), by rows and then columns."""
    order = np.lexsort((use, x, y))
    x, y, use, weight = x[order], y[order], use[order], weight[order]
    first = np.concatenate(([True], (np.diff(x) != 0) | (np.diff(y) != 0) | (np.diff(use) != 0)))
    total = np.add.reduceat(weight, np.flatnonzero(first))
    x, y, use = x[first], y[first], use[first]
    order = np.lexsort((use, -total, x, y))
    x, y, use = x[order], y[order], use[order]
    best = np.concatenate(([True], (np.diff(x) != 0) | (np.diff(y) != 0)))
    return x[best], y[best], use[best]
