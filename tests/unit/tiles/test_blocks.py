"""Blocks and mosaic as pure geometry: what rounding and dissolving may not break."""

from typing import Any

import numpy as np
import pytest
import shapely

from layers.tiles.grid import Cell
from parcels.blocks import BLOCK_ZOOMS, blocks, dissolve
from parcels.mosaic import LEVEL_OFFSET, Window, rectangle, runs

UNIT = Cell(BLOCK_ZOOMS[0], 0, 0).unit_m
CITY = np.array((2_400_000, 1_760_000))
"""A corner of the grid as far from its middle as a city in Iran is, in units."""


def in_units(shape: Any) -> Any:
    return shapely.transform(shape, lambda at: (at / UNIT).round())


def group(*shapes: Any) -> Any:
    return np.array(shapes, dtype=object)


@pytest.mark.parametrize(
    ("across", "up"), [(6, 9), (7, 21), (9, 27), (15, 25), (33, 22), (35, 14), (39, 13), (99, 77)]
)
def test_a_corner_that_rounds_onto_an_edge_is_mended(across: int, up: int) -> None:
    """Seen in metres such a corner lies a hair beside the edge, and the shape seems valid."""
    step = np.array((across, up)) // np.gcd(across, up)
    notch = step + np.array((0.3, -0.2))
    ring = np.array([(0, 0), (across, up), (2 * across, 0), notch]) + CITY
    (block,) = blocks([group(shapely.Polygon(ring * UNIT))], stretch=0.0)
    assert shapely.is_valid(in_units(block))
    assert block.area > 0


def test_neighbours_dissolve_by_their_shared_border() -> None:
    union = dissolve(group(shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)))
    assert union.equals(shapely.box(0, 0, 2, 1))


@pytest.mark.parametrize(
    "shapes",
    [
        (shapely.box(0, 0, 2, 2), shapely.box(1, 1, 3, 3)),  # overlapping
        (shapely.box(0, 0, 2, 2), shapely.box(2, 1, 3, 3)),  # a corner on an edge without a corner
        (shapely.box(0, 0, 2, 2), shapely.box(0, 0, 2, 2)),  # the same one twice
        (shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)]), shapely.box(0, 0, 1, 2)),  # a bow tie
    ],
)
def test_unclean_neighbours_dissolve_too(shapes: tuple[Any, ...]) -> None:
    union = dissolve(group(*shapes))
    assert shapely.is_valid(union)
    assert union.area == pytest.approx(
        shapely.union_all([shapely.make_valid(shape) for shape in shapes]).area
    )


def test_runs_join_neighbours_of_one_use_and_end_where_told() -> None:
    zoom = 11
    size = Cell(zoom + LEVEL_OFFSET, 0, 0).size_m
    x0, y0 = 1 << (zoom + LEVEL_OFFSET - 1), (1 << (zoom + LEVEL_OFFSET - 1)) - 1
    # Seven cells eastward from the middle of the world, just north of the equator: five of one use, two of another.
    lots = group(*(shapely.box(n * size + 1, 1, n * size + 9, 9) for n in range(7)))
    uses = np.array([0, 0, 0, 0, 0, 1, 1])
    found = list(runs(lots, uses, zoom, Window(x0, y0, x0 + 8, y0 + 1), longest=4))
    assert [(run.x0 - x0, run.x1 - x0, run.y - y0, run.land_use) for run in found] == [
        (0, 3, 0, 0),
        (4, 4, 0, 0),
        (5, 6, 0, 1),
    ]
    assert rectangle(found[0], zoom) == pytest.approx((0, 0, 4 * size, size))


def test_no_run_outside_the_window() -> None:
    lot = group(shapely.box(1, 1, 9, 9))
    assert list(runs(lot, np.array([0]), 11, Window(0, 0, 10, 10), longest=8)) == []
