"""Coordinate systems: named by ESRI's text, missing, unreadable, untrue, or with latitude first."""

from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely

from core.geofiles import SourceError
from tests.unit.geofiles.make import POINTS, TEHRAN, geojson, read, shapefile, zipped

# One city in each system: (EPSG, lon, lat); what the registry says must come out within a hand's breadth.
CITIES = [
    (2249, -71.1, 42.37), (26986, -71.1, 42.37), (32145, -72.57, 44.26), (27700, -0.12, 51.5), (2056, 8.54, 47.37),
    (31256, 16.37, 48.2), (3879, 24.94, 60.17), (32639, 51.39, 35.69), (32640, 54.4, 31.9), (2193, 175.28, -37.79),
    (3857, 51.39, 35.69), (4326, 51.39, 35.69), (2059, 51.39, 35.69), (28992, 4.9, 52.37), (6677, 139.7, 35.68),
]  # fmt: skip


def refused(
    path: Path, near: tuple[float, float, float, float] | None = None, crs: int | None = None
) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read(path, near=near, crs=crs)
    assert caught.value.option == "crs"
    return caught.value


def points(epsg: int, lon: float, lat: float) -> list[shapely.Point]:
    there = pyproj.Transformer.from_crs(4326, epsg, always_xy=True)
    return [shapely.Point(there.transform(lon + step, lat)) for step in (0, 0.001, 0.002)]


@pytest.mark.parametrize(("epsg", "lon", "lat"), CITIES)
def test_esri_text_without_authority(tmp_path: Path, epsg: int, lon: float, lat: float) -> None:
    parts = shapefile(points(epsg, lon, lat), {"n": [1, 2, 3]}, epsg=epsg)
    assert b"AUTHORITY" not in parts["prj"]
    made = read(zipped(tmp_path / "a.zip", parts), srid=3857)
    assert made.source.crs.epsg == epsg
    back = pyproj.Transformer.from_crs(3857, 4326, always_xy=True)
    there = back.transform(made.geometries[0].x, made.geometries[0].y)
    assert np.allclose(there, (lon, lat), atol=1e-5)


def test_missing(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", shapefile(POINTS, epsg=None))
    assert "--crs" in refused(path).message
    error = refused(path, near=TEHRAN)
    assert error.code == "crs.missing"
    assert "EPSG:32639 (WGS 84 / UTM zone 39N)" in error.message
    assert "32640" not in error.message
    made = read(path, crs=32639)
    assert made.source.crs.how == "option"
    assert made.geometries[0].equals(POINTS[0])


def test_missing_degrees(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", shapefile(points(4326, 51.4, 35.7), {"n": [1, 2, 3]}, epsg=None))
    assert "EPSG:4326" in refused(path).message
    assert "EPSG:4326" in refused(path, near=TEHRAN).message
    assert "EPSG" not in refused(path, near=(-71.2, 42.3, -71.0, 42.4)).message.replace("EPSG:N", "")


@pytest.mark.parametrize(
    "prj",
    [
        b"<!DOCTYPE html><html></html>",
        b"\x00\x01\x02",
        b"GEOGCS[",
        b"EPSG:999999",
        b'LOCAL_CS["x",UNIT["metre",1]]',
    ],
)
def test_unreadable(tmp_path: Path, prj: bytes) -> None:
    path = zipped(tmp_path / "a.zip", {**shapefile(POINTS), "prj": prj})
    assert refused(path).code == "crs.unreadable"
    made = read(path, crs=32639)
    assert made.report.count("crs.said_unreadable") == 1


@pytest.mark.parametrize(
    "prj", [b"EPSG:32639", b"epsg:32639\r\n", pyproj.CRS.from_epsg(32639).to_wkt("WKT2_2019").encode()]
)
def test_other_ways_to_say_it(tmp_path: Path, prj: bytes) -> None:
    assert read(zipped(tmp_path / "a.zip", {**shapefile(POINTS), "prj": prj})).source.crs.epsg == 32639


def test_an_empty_prj_says_nothing(tmp_path: Path) -> None:
    assert refused(zipped(tmp_path / "a.zip", {**shapefile(POINTS), "prj": b" \r\n"})).code == "crs.missing"


def test_overridden(tmp_path: Path) -> None:
    made = read(zipped(tmp_path / "a.zip", shapefile(POINTS, epsg=32638)), crs=32639)
    assert made.report.count("crs.overridden") == 1
    assert read(zipped(tmp_path / "b.zip", shapefile(POINTS)), crs=32639).report.tallies == {}


@pytest.mark.parametrize("code", [1, 999999, 5703, 4978])
def test_codes_that_are_no_map_system(tmp_path: Path, code: int) -> None:
    assert refused(zipped(tmp_path / "a.zip", shapefile(POINTS)), crs=code).code == "crs.unknown_code"


@pytest.mark.parametrize("said", [4326, 27700, 3879])
def test_a_prj_that_lies(tmp_path: Path, said: int) -> None:
    shapes = points(32639, 51.4, 35.7)
    error = refused(zipped(tmp_path / "a.zip", shapefile(shapes, {"n": [1, 2, 3]}, epsg=said)), near=TEHRAN)
    assert error.code == "crs.outside"
    assert "EPSG:32639" in error.message


def test_a_prj_that_may_be_true_but_is_not_of_the_city(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", shapefile(points(32639, 51.4, 35.7), {"n": [1, 2, 3]}, epsg=2249))
    made = read(path, near=TEHRAN)
    assert "EPSG:32639" in made.report.tallies["crs.elsewhere"].examples[0].message()
    assert read(path).report.count("crs.elsewhere") == 0


def test_one_stray_point_is_lost_alone(tmp_path: Path) -> None:
    shapes = [*points(4326, 51.4, 35.7), shapely.Point(535000, 3950000)]
    made = read(zipped(tmp_path / "a.zip", shapefile(shapes, epsg=4326)))
    assert (made.indexes, made.report.count("geometry.outside_crs")) == ([0, 1, 2], 1)


def test_the_zone_next_door_is_believed(tmp_path: Path) -> None:
    shapes = points(32639, 58.0, 35.7)
    assert read(zipped(tmp_path / "a.zip", shapefile(shapes, {"n": [1, 2, 3]})), srid=32640).report.kept == 3


def test_latitude_first(tmp_path: Path) -> None:
    straight = points(4326, 51.4, 35.7)
    turned = [shapely.Point(point.y, point.x) for point in straight]
    path = zipped(tmp_path / "a.zip", shapefile(turned, {"n": [1, 2, 3]}, epsg=4326))
    made = read(path, near=TEHRAN)
    assert made.report.count("crs.swapped") == 1
    want = read(zipped(tmp_path / "b.zip", shapefile(straight, {"n": [1, 2, 3]}, epsg=4326)), near=TEHRAN)
    assert want.report.tallies == {}
    assert made.geometries[0].distance(want.geometries[0]) < 1e-6
    # Nobody knows where the city is, and both orders are places on earth.
    assert read(path).report.tallies == {}


def test_northing_first(tmp_path: Path) -> None:
    turned = [shapely.Point(point.y, point.x) for point in POINTS]
    made = read(zipped(tmp_path / "a.zip", shapefile(turned)), near=TEHRAN)
    assert made.report.count("crs.swapped") == 1
    assert made.geometries[0].distance(POINTS[0]) < 1e-6


def test_impossible_latitudes_are_swapped_without_a_city(tmp_path: Path) -> None:
    path = geojson(
        tmp_path / "a.geojson", [({"type": "Point", "coordinates": [35.0 + i, 139.7]}, {}) for i in range(3)]
    )
    assert read(path, srid=3857).report.count("crs.swapped") == 1


def test_transformed_well_inside_polygons(tmp_path: Path) -> None:
    square = shapely.box(51.4, 35.7, 51.401, 35.701)
    made = read(zipped(tmp_path / "a.zip", shapefile([square], epsg=4326)))
    assert made.geometries[0].geom_type == "MultiPolygon"
    assert made.geometries[0].area == pytest.approx(90.5 * 110.95, rel=0.01)


def test_a_datum_known_only_roughly_is_said(tmp_path: Path) -> None:
    parts = shapefile(points(23239, 54.0, 22.0), {"n": [1, 2, 3]}, epsg=23239)
    assert read(zipped(tmp_path / "a.zip", parts)).report.count("crs.accuracy") == 1
