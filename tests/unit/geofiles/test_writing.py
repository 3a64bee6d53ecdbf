"""What we write is read again by GDAL as it was: shapes, letters, numbers, days, nothing, and the grid."""

import csv
import datetime as dt
import io
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import pytest
import shapely

from core.geofiles.tables import Column, Table, columns_of_objects, short_names
from core.geofiles.writing import FORMATS, write

SQUARE = shapely.MultiPolygon([shapely.box(540_000, 3_900_000, 540_040, 3_900_030)])
HOLED = shapely.Polygon(
    [(540_100, 3_900_000), (540_200, 3_900_000), (540_200, 3_900_100), (540_100, 3_900_100)],
    [[(540_140, 3_900_040), (540_160, 3_900_040), (540_160, 3_900_060), (540_140, 3_900_060)]],
)
DAY = dt.date(2026, 11, 25)


def table(
    shapes: list[Any], kind: str = "polygon", srid: int = 32639, columns: list[Column] | None = None
) -> Table:
    usual = [
        Column("name_fa", "text", ["کاربری‌های «خیابان پژوهش»", None][: len(shapes)]),
        Column("floors", "integer", [4, None][: len(shapes)]),
        Column("coverage_of_the_ground", "real", [0.6, None][: len(shapes)]),
        Column("coverage_of_the_roof", "boolean", [True, None][: len(shapes)]),
        Column("valid_from", "date", [DAY, None][: len(shapes)]),
    ]
    return Table("plan", usual if columns is None else columns, [each.wkb for each in shapes], kind, srid)


def read(content: bytes, extension: str, tmp_path: Path) -> tuple[dict[str, Any], Any, dict[str, list[Any]]]:
    path = tmp_path / f"read.{extension}"
    path.write_bytes(content)
    meta, _fids, shapes, fields = pyogrio.raw.read(path, encoding="UTF-8" if extension == "csv" else None)
    values = {str(name): field.tolist() for name, field in zip(meta["fields"], fields, strict=True)}
    return meta, shapely.from_wkb(shapes), values


def written(made: Table, extension: str) -> bytes:
    with write(made, extension) as file:
        return file.read()


@pytest.mark.parametrize("extension", ["gpkg", "shp.zip"])
def test_everything_comes_back_from_binary_formats(extension: str, tmp_path: Path) -> None:
    meta, shapes, values = read(written(table([SQUARE, HOLED]), extension), extension, tmp_path)
    assert meta["crs"] == "EPSG:32639"
    assert [shapely.equals(a, b) for a, b in zip(shapes, [SQUARE, HOLED], strict=True)] == [True, True]
    names = ["name_fa", "floors", "coverage_of_the_ground", "coverage_of_the_roof", "valid_from"]
    if extension == "shp.zip":
        assert list(values) == ["name_fa", "floors", "coverage_o", "coverage_2", "valid_from"]
        values = dict(zip(names, values.values(), strict=True))
    assert list(values) == names
    assert values["name_fa"][0] == "کاربری‌های «خیابان پژوهش»"
    assert values["floors"][0] == 4
    assert np.isnan(values["floors"][1])
    assert values["coverage_of_the_ground"][0] == 0.6
    assert bool(values["coverage_of_the_roof"][0]) is True
    assert values["valid_from"][0] == DAY
    assert values["name_fa"][1] is None
    assert values["valid_from"][1] is None


def test_geojson_is_what_its_standard_asks_for(tmp_path: Path) -> None:
    clockwise = shapely.Polygon([(51.0, 35.0), (51.0, 35.1), (51.1, 35.1), (51.1, 35.0)])
    made = table([clockwise], srid=4326)
    content = written(made, "geojson").decode()
    assert '"crs"' not in content
    assert "کاربری‌های" in content
    _meta, shapes, values = read(content.encode(), "geojson", tmp_path)
    assert shapely.is_ccw(shapely.get_exterior_ring(shapes[0]))
    assert values["floors"] == [4]
    assert values["valid_from"] == [DAY]


def test_degrees_keep_a_tenth_of_a_millimetre(tmp_path: Path) -> None:
    spot = shapely.Point(51.123456789, 35.987654321)
    _meta, shapes, _values = read(written(table([spot], "point", 4326, []), "geojson"), "geojson", tmp_path)
    assert shapely.equals(shapes[0], spot)


def test_csv_opens_in_a_spreadsheet_and_does_nothing_there() -> None:
    words = ["=HYPERLINK(1)", "+98 21", "-5", "@SUM", "\tx", "سلام", "a=b", ""]
    made = table(
        [shapely.Point(51.5, 35.5)] * len(words),
        "point",
        4326,
        [Column("=name", "text", list(words)), Column("depth", "real", [-5.5] * len(words))],
    )
    content = written(made, "csv")
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows[0] == ["'=name", "depth", "lon", "lat", "wkt"]
    told = [row[0] for row in rows[1:]]
    assert told == ["'=HYPERLINK(1)", "'+98 21", "'-5", "'@SUM", "'\tx", "سلام", "a=b", ""]
    # A number is no formula: it stays one that can be reckoned with.
    assert rows[1][1:] == ["-5.5", "51.5", "35.5", "POINT (51.5 35.5)"]


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize("kind", ["point", "line", "polygon"])
def test_nothing_is_a_file_too(extension: str, kind: str, tmp_path: Path) -> None:
    meta, shapes, values = read(written(table([], kind, 4326), extension), extension, tmp_path)
    assert len(shapes if shapes is not None else []) == 0
    if extension in ("gpkg", "shp.zip"):
        assert meta["crs"] == "EPSG:4326"
        assert len(values) == 5
        assert kind.title().replace("Line", "LineString") in meta["geometry_type"]


def test_one_shapefile_for_each_kind_of_geometry(tmp_path: Path) -> None:
    line = shapely.LineString([(540_000, 3_900_000), (540_050, 3_900_000)])
    content = written(table([SQUARE, line]), "shp.zip")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = set(archive.namelist())
        assert archive.read("plan-lines.cpg") == b"UTF-8"
    assert {"plan-polygons.shp", "plan-lines.shp", "plan-lines.prj", "plan-fields.txt"} <= names
    (tmp_path / "both.zip").write_bytes(content)
    counts = {
        str(name): pyogrio.read_info(tmp_path / "both.zip", layer=name)["features"]
        for name, _kind in pyogrio.list_layers(tmp_path / "both.zip")
    }
    assert counts == {"plan-lines": 1, "plan-polygons": 1}
    meta, _shapes, _values = read(written(table([SQUARE, line]), "gpkg"), "gpkg", tmp_path)
    assert meta["geometry_type"] == "Unknown"


@pytest.mark.parametrize("extension", ["gpkg", "shp.zip"])
def test_single_and_multiple_points_together(extension: str, tmp_path: Path) -> None:
    spots = [shapely.Point(1, 1), shapely.MultiPoint([(2, 2), (3, 3)])]
    _meta, shapes, _values = read(written(table(spots, "point"), extension), extension, tmp_path)
    assert [len(shapely.get_parts(each)) for each in shapes] == [1, 2]


def test_the_folder_is_gone_before_the_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    file = write(table([SQUARE]), "gpkg")
    assert list(tmp_path.iterdir()) == []
    assert file.read(6) == b"SQLite"
    with pytest.raises(Exception, match="EPSG"):
        write(table([SQUARE], srid=999_999), "gpkg")
    assert list(tmp_path.iterdir()) == []


def test_short_names_are_unique_whatever_their_case() -> None:
    assert short_names(["address_in_persian", "Address_In_English", "نام", "نشانی", "a-b"]) == [
        "address_in",
        "Address_2",
        "FIELD_3",
        "FIELD_4",
        "a_b",
    ]


def test_what_a_layer_brought_becomes_columns_of_its_own() -> None:
    objects = [
        {"lanes": 2, "oneway": True, "width": 3, "name_fa": "x", "fid": 1},
        {"width": 3.5, "tags": {"ا": [1]}},
    ]
    made = {each.name: (each.kind, each.values) for each in columns_of_objects(objects, ["name_fa"])}
    assert made == {
        "lanes": ("integer", [2, None]),
        "oneway": ("boolean", [True, None]),
        "width": ("real", [3.0, 3.5]),
        "name_fa_2": ("text", ["x", None]),
        "fid_2": ("integer", [1, None]),
        "tags": ("text", [None, '{"ا": [1]}']),
    }
