"""The tile grid: addresses, edges, and which cells a box touches."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import NotFound
from layers.tiles.grid import (
    BUFFER,
    EXTENT,
    HALF_WORLD_M,
    MAX_ZOOM,
    MIN_ZOOM,
    Cell,
    cell_at,
    cells_of,
    parse_cell,
)

cells = st.integers(MIN_ZOOM, MAX_ZOOM).flatmap(
    lambda z: st.builds(Cell, st.just(z), st.integers(0, 2**z - 1), st.integers(0, 2**z - 1))
)


def test_the_world_is_one_square() -> None:
    assert Cell(0, 0, 0).bounds() == pytest.approx((-HALF_WORLD_M, -HALF_WORLD_M, HALF_WORLD_M, HALF_WORLD_M))


@pytest.mark.parametrize(
    ("lon", "lat", "z", "x", "y"),
    # From the tile calculators of the OpenStreetMap wiki's "Slippy map tilenames" formula, by hand.
    [(51.389, 35.6892, 12, 2632, 1612), (0, 0, 8, 128, 128), (-71.106, 42.375, 16, 19823, 24235)],
)
def test_cell_of_a_place(lon: float, lat: float, z: int, x: int, y: int) -> None:
    assert cell_at(lon, lat, z) == Cell(z, x, y)


@pytest.mark.parametrize(("lon", "lat", "x", "y"), [(-180, 90, 0, 0), (180, -90, 255, 255)])
def test_antimeridian_and_poles_are_on_the_grid(lon: float, lat: float, x: int, y: int) -> None:
    assert cell_at(lon, lat, 8) == Cell(8, x, y)


@given(cells)
def test_an_address_is_read_back(cell: Cell) -> None:
    assert parse_cell(str(cell.z), str(cell.x), str(cell.y)) == cell


@given(cells)
def test_a_cell_touches_itself_and_its_neighbours(cell: Cell) -> None:
    found = set(cells_of(cell.bounds(), cell.z))
    assert cell in found
    last = 2**cell.z - 1
    expected = {
        Cell(cell.z, x, y)
        for x in range(max(0, cell.x - 1), min(last, cell.x + 1) + 1)
        for y in range(max(0, cell.y - 1), min(last, cell.y + 1) + 1)
    }
    assert found == expected


@given(cells, st.floats(0.02, 0.98), st.floats(0.02, 0.98))
def test_a_box_well_inside_touches_one_cell(cell: Cell, across: float, down: float) -> None:
    x, y = cell.west + across * cell.size_m, cell.north - down * cell.size_m
    assert list(cells_of((x, y, x, y), cell.z)) == [cell]


def test_the_buffer_decides_at_the_edge() -> None:
    cell = Cell(14, 10536, 6467)
    _west, south, east, north = cell.bounds()
    just_in, just_out = east - BUFFER * cell.unit_m + 0.01, east - BUFFER * cell.unit_m - 0.01
    middle = (south + north) / 2
    neighbour = Cell(14, 10537, 6467)
    assert neighbour in set(cells_of((just_in, middle, just_in, middle), 14))
    assert neighbour not in set(cells_of((just_out, middle, just_out, middle), 14))


def test_units() -> None:
    cell = Cell(16, 42144, 25870)
    assert cell.unit_m * EXTENT == pytest.approx(cell.size_m)
    latitude = math.degrees(math.atan(math.sinh(cell.north / 6378137)))
    assert cell.ground_unit_m == pytest.approx(cell.unit_m * math.cos(math.radians(latitude)), rel=1e-3)
    # On the equator's own tiles a unit is as large on the ground as on the plane.
    assert Cell(8, 0, 127).ground_unit_m == pytest.approx(Cell(8, 0, 127).unit_m)


@pytest.mark.parametrize(
    ("z", "x", "y", "field"),
    [
        ("7", "0", "0", "z"),
        ("17", "0", "0", "z"),
        ("-8", "0", "0", "z"),
        ("8.0", "0", "0", "z"),
        ("08", "0", "0", "z"),
        ("۸", "0", "0", "z"),
        ("8", "256", "0", "x"),
        ("8", "-1", "0", "x"),
        ("8", "a", "0", "x"),
        ("8", "", "0", "x"),
        ("8", "0", "256", "y"),
        ("8", "0", "1e1", "y"),
        ("8", "0", "99999999999999999999", "y"),
        ("8", "²", "0", "x"),
    ],
)
def test_wrong_addresses_name_what_is_wrong(z: str, x: str, y: str, field: str) -> None:
    with pytest.raises(NotFound) as refused:
        parse_cell(z, x, y)
    assert refused.value.field == field
    assert refused.value.message
