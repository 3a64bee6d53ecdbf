"""Rounding to a tile's grid: what the quick way may be trusted with, and that the careful way mends all the rest."""

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from layers.tiles.grid import BUFFER, EXTENT
from parcels.tiles import SAFE_UNITS
from tests.mvt import area2

# In a tile whose corner is 0, 0 and whose units are metres, y upward as on the map.
CAREFUL = text("""
    SELECT ST_AsBinary(tile_geometry(ST_GeomFromWKB(:wkb, 3857),
        ST_MakeEnvelope(-64, -4160, 4160, 64, 3857), ST_MakeEnvelope(-4096, -8192, 8192, 4096, 3857), 0, 0, 1))
""")
QUICK = text("""
    SELECT ST_AsBinary(ST_SnapToGrid(ST_TransScale(
        ST_ForcePolygonCW(ST_GeomFromWKB(:wkb, 3857)), 0, 0, 1, -1), 1))
""")


def run(connection: Connection, statement: Any, shape: Any) -> Any:
    made = connection.execute(statement, {"wkb": shapely.to_wkb(shape)}).scalar_one()
    return None if made is None else shapely.from_wkb(bytes(made))


def assert_fit_for_a_tile(shape: Any) -> None:
    """Valid, on the grid, every shell clockwise to the eye and every hole the other way."""
    assert shapely.is_valid(shape), shapely.is_valid_reason(shape)
    assert shape.area > 0
    assert np.array_equal(shapely.get_coordinates(shape), np.round(shapely.get_coordinates(shape)))
    for polygon in shapely.get_parts(shape):
        assert area2([(int(x), int(y)) for x, y in polygon.exterior.coords[:-1]]) > 0
        for hole in polygon.interiors:
            assert area2([(int(x), int(y)) for x, y in hole.coords[:-1]]) < 0


@st.composite
def stars(draw: st.DrawFn) -> Any:
    """A polygon of any nastiness around a point, of a few units or a few dozen, now and then with a hole."""
    corners = draw(st.integers(3, 12))
    radii = draw(st.lists(st.floats(0.05, 1), min_size=corners, max_size=corners))
    size = draw(st.sampled_from([0.3, 1, 3, 10, 40]))
    x, y = draw(st.floats(100, 101)), draw(st.floats(-101, -100))
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    radii_units = np.array(radii) * size
    ring = np.column_stack((x + radii_units * np.cos(angles), y + radii_units * np.sin(angles)))
    star: Any = shapely.Polygon(ring)
    if draw(st.booleans()):
        star = star.difference(shapely.Point(x, y).buffer(size * draw(st.floats(0.01, 0.3)), quad_segs=2))
    return shapely.MultiPolygon([part for part in shapely.get_parts(star) if part.geom_type == "Polygon"])


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stars())
@example(shapely.MultiPolygon([shapely.box(100.2, -100.4, 100.4, -100.2)]))
def test_the_careful_way_makes_any_polygon_fit(connection: Connection, star: Any) -> None:
    if star.is_empty:
        return
    made = run(connection, CAREFUL, star)
    assert_fit_for_a_tile(made)
    flipped = shapely.transform(made, lambda at: at * (1, -1))
    assert shapely.distance(flipped, star) <= 1


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stars())
def test_clearance_makes_the_quick_way_safe(connection: Connection, star: Any) -> None:
    if star.is_empty or shapely.minimum_clearance(star) <= SAFE_UNITS:
        return
    made = run(connection, QUICK, star)
    assert_fit_for_a_tile(made)
    assert len(shapely.get_parts(made)) == len(shapely.get_parts(star))


def test_without_clearance_the_quick_way_is_not_safe(connection: Connection) -> None:
    """What the check is for: a passage narrower than a unit closes, and the ring meets itself."""
    rooms: list[Any] = [shapely.box(0, 0, 5, 5), shapely.box(5, 2.1, 9, 2.4), shapely.box(9, 0, 14, 5)]
    shape: Any = shapely.MultiPolygon(list(shapely.get_parts([shapely.unary_union(rooms)])))
    assert shapely.minimum_clearance(shape) < SAFE_UNITS
    assert not shapely.is_valid(run(connection, QUICK, shape))
    assert_fit_for_a_tile(run(connection, CAREFUL, shape))


@pytest.mark.parametrize(
    ("shape", "area"),
    [
        (shapely.box(-9000, -9000, 9000, 9000), (EXTENT + 2 * BUFFER) ** 2),
        (shapely.box(-9000, -2000, 9000, -1000), (EXTENT + 2 * BUFFER) * 1000),
        (shapely.box(5000, -2000, 9000, -1000), None),  # beyond the tile
        (shapely.box(4160, -2000, 9000, -1000), None),  # along the buffer's edge
        (shapely.box(-900, -900, 900, 900), 1800 * 1800),  # small enough to stay whole
    ],
)
def test_cutting(connection: Connection, shape: Any, area: int | None) -> None:
    made = run(connection, CAREFUL, shape)
    assert (None if made is None else made.area) == area


def test_a_polygon_that_is_none_does_not_stop_the_tile(connection: Connection) -> None:
    bow_tie = shapely.Polygon([(0, 0), (50, -50), (50, 0), (0, -50)])
    assert_fit_for_a_tile(run(connection, CAREFUL, bow_tie))
    crossing_the_edge = shapely.Polygon([(0, 0), (50_000, -50), (50_000, 0), (0, -50)])
    made = run(connection, CAREFUL, crossing_the_edge)
    assert made is None or shapely.is_valid(made)
