"""CSV as spreadsheets write it: separators, digits, decimal marks, encodings, holes."""

import gzip
from pathlib import Path
from typing import Any

import pytest

from core.geofiles import SourceError
from core.geofiles.delimited import coordinate
from tests.unit.geofiles.make import TEHRAN, read


def written(path: Path, text: str | bytes, encoding: str = "utf-8") -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def refused(path: Path, **options: Any) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read(path, **options)
    return caught.value


@pytest.mark.parametrize(
    ("text", "comma", "number"),
    [
        ("51.4", False, 51.4), ("-51.4", False, -51.4), ("۵۱٫۴", False, 51.4), ("٥١٫٤", False, 51.4),
        ("51,4", True, 51.4), ("51,4", False, None), (" 51.4\u00a0", False, 51.4), ("51.4°", False, 51.4),
        ("51.4E", False, 51.4), ("5.14e1", False, 51.4), ("۵۳۵٬۰۰۰", False, 535000.0), ("", False, None),
        ("abc", False, None), ("nan", False, None), ("inf", False, None), ("1e999", False, None),
        ("1_000", False, None), ("51.4.1", False, None), ("1,234,5", True, None), ("\u200e51.4", False, 51.4),
    ],
)  # fmt: skip
def test_numbers_as_people_write_them(text: str, comma: bool, number: float | None) -> None:
    assert coordinate(text, comma) == (None if number is None else pytest.approx(number))


@pytest.mark.parametrize(
    "text",
    [
        "name,lon,lat\nA,51.4,35.7\n",
        "name;lon;lat\r\nA;51,4;35,7\r\n",
        "name\tLONGITUDE\tLatitude\nA\t51.4\t35.7\n",
        "name|X|Y\nA|51.4|35.7\n",
        "sep=;\nname;lon;lat\nA;51.4;35.7\n",
        "name,طول جغرافیایی,عرض جغرافیایی\nA,۵۱٫۴,۳۵٫۷\n",
        "name,طول,عرض\nA,51.4,35.7\n",
        '"name","lat","lng"\n"A","35.7","51.4"\n',
        "name,WKT\nA,POINT (51.4 35.7)\n",
        "name,geom\nA,SRID=4326;POINT(51.4 35.7)\n",
        "\ufeffname,lon,lat\nA,51.4,35.7\n",
        "name,lon,lat\n\nA,51.4,35.7\n,,\n\n",
    ],
)
def test_ways_to_write_one_row(tmp_path: Path, text: str) -> None:
    made = read(written(tmp_path / "a.csv", text), near=TEHRAN)
    assert made.geometries[0].x == pytest.approx(536190, abs=20)
    assert made.columns["name"] == ["A"]
    assert made.report.lost == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1256", "utf-16"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    text = "نام,lon,lat\nخيابان شريعتي,51.4,35.7\nميدان آزادي,51.41,35.7\n"
    made = read(written(tmp_path / "a.csv", text, encoding))
    assert made.columns["نام"] == ["خيابان شريعتي", "ميدان آزادي"]
    assert made.report.count("encoding.assumed") == (encoding == "cp1256")


def test_values_stay_text(tmp_path: Path) -> None:
    made = read(written(tmp_path / "a.csv", 'number,lon,lat,note\n007,51.4,35.7,"two\nlines"\n'))
    assert made.columns == {"number": ["007"], "lon": ["51.4"], "lat": ["35.7"], "note": ["two\nlines"]}


def test_rows_that_are_lost(tmp_path: Path) -> None:
    text = "n,lon,lat\n1,51.4,35.7\n2,,\n3,51.4,\n4,abc,35.7\n5,51.4,35.7\n6,5000,35.7\n"
    made = read(written(tmp_path / "a.csv", text))
    assert made.columns["n"] == ["1", "5"]
    assert made.indexes == [0, 4]
    assert made.report.count("csv.no_coordinate") == 2
    assert made.report.count("csv.bad_coordinate") == 1
    assert made.report.count("geometry.outside_crs") == 1
    assert made.report.tallies["csv.bad_coordinate"].examples[0].params == {"line": 5, "value": "abc"}


def test_ragged_rows_are_said(tmp_path: Path) -> None:
    made = read(written(tmp_path / "a.csv", "lon,lat,a,b\n51.4,35.7\n51.4,35.7,1,2,3\n51.4,35.7,1,2\n"))
    assert made.columns["a"] == [None, "1", "1"]
    assert made.report.count("csv.ragged") == 2


def test_columns_named_by_the_sender(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "قطعه,e,n\n1,535000,3950000\n")
    assert refused(path).code == "csv.no_coordinates"
    error = refused(path, lon_field="e", lat_field="n")
    assert error.code == "crs.not_said"
    made = read(path, lon_field="e", lat_field="N", crs=32639)
    assert made.geometries[0].x == 535000
    assert refused(path, lon_field="e", lat_field="q").code == "csv.no_field"
    assert refused(path, lon_field="e").code == "csv.no_field"


def test_metres_need_their_system(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "x,y\n535000,3950000\n")
    error = refused(path, near=TEHRAN)
    assert (error.code, error.option) == ("crs.not_said", "crs")
    assert "EPSG:32639" in error.message
    assert read(path, crs=32639).report.kept == 1


def test_wkt_of_polygons(tmp_path: Path) -> None:
    triangle, line = (
        "POLYGON((51.4 35.7, 51.41 35.7, 51.41 35.71, 51.4 35.7))",
        "LINESTRING(51.4 35.7, 51.5 35.7)",
    )
    text = f'id;wkt\n1;{triangle}\n2;POLYGON((51.4\n3;"{line}"\n'
    made = read(written(tmp_path / "a.csv", text))
    assert [one.geom_type for one in made.geometries] == ["MultiPolygon", "LineString"]
    assert made.source.geometry_type == "mixed"
    assert made.report.count("csv.bad_coordinate") == 1


def test_lat_and_lon_exchanged(tmp_path: Path) -> None:
    made = read(written(tmp_path / "a.csv", "lat,lon\n51.4,35.7\n"), near=TEHRAN)
    assert made.report.count("crs.swapped") == 1
    assert made.geometries[0].x == pytest.approx(536190, abs=20)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file.empty"),
        (b"\n\n\n", "file.empty"),
        (b"lon,lat\n", "source.empty"),
        (b"a,b\n1,2\n", "csv.no_coordinates"),
        (b"just some words", "csv.no_coordinates"),
        (b"lon,lat\n,\n,,\n", "source.empty"),
        (b"lon,lat,n\n,,1\n", "crs.not_said"),
        (b"lon,lat\n51.4,35.7\x00\xff\xfe\n", "file.kind"),
        (b'lon,lat\n51.4,"35.7' + b"9" * 20_000_000, "csv.damaged"),
        (b'lon,lat\n51.4,"35.7' + b"999999999\n" * 2_000_000, "csv.damaged"),
    ],
)
def test_refused(tmp_path: Path, content: bytes, code: str) -> None:
    assert refused(written(tmp_path / "a.csv", content)).code == code


def test_gzipped(tmp_path: Path) -> None:
    text = b"n,lon,lat\n" + b"1,51.4,35.7\n" * 1000
    packed = gzip.compress(text)
    made = read(written(tmp_path / "table.csv.gz", packed))
    assert (made.report.kept, made.source.member, made.source.name) == (1000, "table.csv", "table")
    assert refused(written(tmp_path / "b.csv.gz", packed[:-20])).code == "archive.damaged"
    assert refused(written(tmp_path / "c.csv.gz", packed[:10] + b"\xff" * 50)).code == "archive.damaged"
    from core.geofiles import Limits

    assert (
        refused(tmp_path / "table.csv.gz", limits=Limits(csv_bytes=100)).code == "archive.unpacks_too_large"
    )


def test_batches(tmp_path: Path) -> None:
    text = "n,lon,lat\n" + "".join(f"{number},51.4,35.7\n" for number in range(25))
    made = read(written(tmp_path / "a.csv", text), size=10)
    assert made.columns["n"] == [str(number) for number in range(25)]


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"%PDF-1.7", "PDF"),
        (b"Rar!\x1a\x07", "RAR"),
        (b"AC1032", "DWG"),
        (b"<?xml?><kml>", "KML"),
        (b"II*\x00", "TIFF"),
    ],
)
def test_other_files_are_named(tmp_path: Path, head: bytes, kind: str) -> None:
    error = refused(written(tmp_path / "a.zip", head + bytes(100)))
    assert error.code == "file.kind"
    assert kind in error.message


def test_no_such_file(tmp_path: Path) -> None:
    assert refused(tmp_path / "missing.zip").code == "file.missing"
    assert refused(tmp_path).code == "file.unreadable"
