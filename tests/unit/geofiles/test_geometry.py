"""Geometries: mended where they can be, lost by name where not, and always told."""

from pathlib import Path

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from core.geofiles.geometry import make_fit
from core.geofiles.projecting import unchanged
from tests.unit.geofiles.make import read, shapefile, zipped

Numbers = NDArray[np.float64]


def same(x: Numbers, y: Numbers) -> tuple[Numbers, Numbers]:
    return x, y


def fit(wkt: str) -> tuple[str | None, str, dict[str, object]]:
    """What became of one geometry: its WKT, the code and the params of what was said."""
    outcome = make_fit(np.array([shapely.from_wkt(wkt)], dtype=object), same, same)
    short = make_fit(np.array([shapely.from_wkt(wkt)], dtype=object), unchanged, same)
    assert (short.lost, short.repaired) == (outcome.lost, outcome.repaired), "the short way tells the same"
    assert shapely.equals_identical(short.geometries, outcome.geometries) or outcome.geometries[0] is None
    code, params = outcome.lost.get(0) or outcome.repaired.get(0) or ("", {})
    made = outcome.geometries[0]
    return None if made is None else shapely.to_wkt(made.normalize(), rounding_precision=3), code, params


@pytest.mark.parametrize(
    ("wkt", "code", "area"),
    [
        ("POLYGON((0 0, 4 0, 4 4, 0 4, 0 0))", "", 16),
        ("POLYGON((0 0, 4 4, 4 0, 0 4, 0 0))", "geometry.repaired", 8),  # a bow tie
        (
            "POLYGON((0 0, 4 0, 4 4, 0 4, 0 0), (8 8, 9 8, 9 9, 8 8))",
            "geometry.repaired",
            16.5,
        ),  # a hole outside
        ("MULTIPOLYGON(((0 0, 4 0, 4 4, 0 4, 0 0)), ((2 0, 6 0, 6 4, 2 4, 2 0)))", "geometry.repaired", 24),
        ("POLYGON((0 0, 4 0, 4 4, 2 4, 2 9, 2 4, 0 4, 0 0))", "geometry.repaired", 16),  # a spike
        ("MULTIPOLYGON(((0 0, 4 0, 4 4, 0 0)), EMPTY)", "", 8),
        (
            "GEOMETRYCOLLECTION(POLYGON((0 0, 4 0, 4 4, 0 4, 0 0)), POLYGON((8 0, 9 0, 9 1, 8 1, 8 0)))",
            "geometry.joined",
            17,
        ),
        (
            "GEOMETRYCOLLECTION(POLYGON((0 0, 4 0, 4 4, 0 4, 0 0)), POLYGON((2 0, 6 0, 6 4, 2 4, 2 0)))",
            "geometry.repaired",
            24,
        ),
    ],
)
def test_polygons(wkt: str, code: str, area: float) -> None:
    made, said, params = fit(wkt)
    assert made is not None
    assert made.startswith("MULTIPOLYGON")
    assert said == code
    assert shapely.from_wkt(made).area == pytest.approx(area)
    if code == "geometry.repaired":
        assert params["after_m2"] == pytest.approx(area)


@pytest.mark.parametrize(
    ("wkt", "code"),
    [
        ("POLYGON EMPTY", "geometry.empty"),
        ("POINT EMPTY", "geometry.empty"),
        ("POLYGON((0 0, 1 1, 2 2, 0 0))", "geometry.collapsed"),
        ("POLYGON((0 0, 0 0, 0 0, 0 0))", "geometry.collapsed"),
        ("LINESTRING(1 1, 1 1)", "geometry.collapsed"),
        ("POINT(NaN 1)", "geometry.not_finite"),
        ("LINESTRING(0 0, 1 inf)", "geometry.not_finite"),
        ("GEOMETRYCOLLECTION(POINT(1 1), LINESTRING(0 0, 1 1))", "geometry.collection"),
        ("GEOMETRYCOLLECTION EMPTY", "geometry.empty"),
    ],
)
def test_lost(wkt: str, code: str) -> None:
    made, said, _params = fit(wkt)
    assert (made, said) == (None, code)


@pytest.mark.parametrize(
    "wkt", ["POINT (1 2)", "MULTIPOINT (1 2, 3 4)", "LINESTRING (0 0, 1 1)", "MULTILINESTRING ((0 0, 1 1))"]
)
def test_points_and_lines_stay_as_they_are(wkt: str) -> None:
    made, said, _params = fit(wkt)
    assert made is not None
    assert shapely.equals(shapely.from_wkt(made), shapely.from_wkt(wkt))
    assert said == ""


def test_heights_are_dropped() -> None:
    assert fit("LINESTRING Z (0 0 5, 1 1 6)")[0] == "LINESTRING (0 0, 1 1)"


def test_what_the_transformation_cannot_reach_is_lost() -> None:
    def nowhere(x: Numbers, y: Numbers) -> tuple[Numbers, Numbers]:
        return x * np.inf, y

    outcome = make_fit(np.array([shapely.Point(1, 1)], dtype=object), nowhere, same)
    assert outcome.lost[0][0] == "geometry.not_finite"


def test_where_it_was_wrong(tmp_path: Path) -> None:
    bow_tie = shapely.Polygon([(535000, 3950000), (535100, 3950100), (535100, 3950000), (535000, 3950100)])
    made = read(zipped(tmp_path / "a.zip", shapefile([bow_tie])))
    finding = made.report.tallies["geometry.repaired"].examples[0]
    assert finding.where is not None
    lon, lat = finding.where
    assert lon == pytest.approx(51.3874, abs=0.01)
    assert lat == pytest.approx(35.69, abs=0.01)
    assert finding.feature == 0
    assert "m²" in finding.message()
    assert made.report.repaired == 1
