"""GeoJSON as people write it: bare geometries, missing ones, odd numbers, odd bytes, and no GeoJSON at all."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.geofiles import Limits, SourceError
from tests.unit.geofiles.make import geojson, read

POINT = {"type": "Point", "coordinates": [51.4, 35.7]}
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[51.4, 35.7], [51.41, 35.7], [51.41, 35.71], [51.4, 35.71], [51.4, 35.7]]],
}


def written(path: Path, content: Any) -> Path:
    path.write_bytes(
        content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
    )
    return path


def refused(path: Path, **options: Any) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read(path, **options)
    return caught.value


def feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def collection(*features: Any, **more: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features), **more}


def test_properties(tmp_path: Path) -> None:
    first = {"نام": "قطعه", "n": 1, "x": 1, "b": True, "list": [1, "آ"], "mixed": 1, "null": None}
    second = {"n": 2, "x": 1.5, "b": None, "mixed": "a", "Ünï\x00cö": "z\x00"}
    made = read(geojson(tmp_path / "a.geojson", [(POINT, first), (SQUARE, second)]))
    assert made.source.geometry_type == "mixed"
    types = {field.name: field.type for field in made.source.fields}
    assert types == {
        "نام": "text", "n": "integer", "x": "real", "b": "boolean", "list": "json", "mixed": "text", "null": "text",
        "Ünï cö": "text",
    }  # fmt: skip
    assert made.columns["x"] == [1.0, 1.5]
    assert made.columns["list"] == ['[1, "آ"]', None]
    assert made.columns["mixed"] == ["1", "a"]
    assert made.columns["Ünï cö"] == [None, "z"]


@pytest.mark.parametrize(
    "content",
    [
        POINT,
        feature(POINT),
        collection(feature(POINT)),
        {"features": [feature(POINT)], "type": "FeatureCollection"},
        collection(feature({"type": "Point", "coordinates": [51.4, 35.7, 1200]})),
        {"type": "GeometryCollection", "geometries": [POINT, POINT]},
        b"\xef\xbb\xbf" + json.dumps(collection(feature(POINT))).encode(),
        json.dumps(collection(feature(POINT))).encode("utf-16"),
        json.dumps(feature(POINT)).encode() + b"\n",
    ],
)
def test_ways_to_hold_one_point(tmp_path: Path, content: Any) -> None:
    made = read(written(tmp_path / "a.txt", content))
    assert made.geometries[0].centroid.x == pytest.approx(536190, abs=20)


def test_one_feature_a_line(tmp_path: Path) -> None:
    lines = "\n".join(json.dumps(feature(POINT, n=number)) for number in range(3))
    assert read(written(tmp_path / "a.geojsonl", lines.encode())).columns == {"n": [0, 1, 2]}
    separated = "".join(f"\x1e{json.dumps(feature(POINT, n=number))}\n" for number in range(3))
    assert read(written(tmp_path / "b.geojson", separated.encode("utf-8"))).columns == {"n": [0, 1, 2]}


def test_features_that_are_lost(tmp_path: Path) -> None:
    bad: list[tuple[Any, str]] = [
        (None, "geometry.null"),
        ({"type": "Point", "coordinates": []}, "geometry.empty"),
        ({"type": "Point", "coordinates": ["a", "b"]}, "geometry.unreadable"),
        ({"type": "Circle", "coordinates": [1, 2]}, "geometry.unreadable"),
        ({"type": "LineString", "coordinates": [[51.4, 35.7]]}, "geometry.unreadable"),
        ({"type": "Point", "coordinates": [float("nan"), 35.7]}, "geometry.not_finite"),
        ({"type": "Point", "coordinates": [float("inf"), 35.7]}, "geometry.not_finite"),
        ({"type": "GeometryCollection", "geometries": [POINT, SQUARE]}, "geometry.collection"),
        ("text", "geometry.unreadable"),
    ]
    made = read(geojson(tmp_path / "a.geojson", [(POINT, {}), *[(one, {}) for one, _code in bad]]))
    assert (made.indexes, made.report.lost) == ([0], len(bad))
    said = {one.feature: one.code for one in made.report if one.severity == "lost"}
    assert said == {number: code for number, (_one, code) in enumerate(bad, 1)}
    made = read(written(tmp_path / "b.geojson", collection(feature(POINT), 5, None, {"type": "Point"})))
    assert made.report.count("geojson.bad_feature") == 3


def test_rings_that_are_not_closed(tmp_path: Path) -> None:
    open_ring = {"type": "Polygon", "coordinates": [SQUARE["coordinates"][0][:-1]]}
    made = read(geojson(tmp_path / "a.geojson", [(SQUARE, {}), (open_ring, {})]))
    assert (made.report.kept, made.report.repaired, made.report.count("geometry.ring_closed")) == (2, 1, 1)
    assert made.geometries[1].equals(made.geometries[0])


def test_older_files_say_their_system(tmp_path: Path) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32639"}}
    utm = {"type": "Point", "coordinates": [535000, 3950000]}
    made = read(geojson(tmp_path / "a.geojson", [(utm, {})], crs=crs))
    assert (made.source.crs.epsg, made.geometries[0].x) == (32639, 535000)
    crs84 = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    assert read(geojson(tmp_path / "b.geojson", [(POINT, {})], crs=crs84)).source.crs.epsg == 4326
    assert refused(geojson(tmp_path / "c.geojson", [(utm, {})])).code == "crs.outside"
    assert (
        refused(geojson(tmp_path / "d.geojson", [(POINT, {})], crs={"type": "link"})).code == "crs.unreadable"
    )
    assert read(geojson(tmp_path / "e.geojson", [(utm, {})]), crs=32639).geometries[0].x == 535000


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "geojson.broken"),
        (b'{"type": "FeatureCollection", "features": [', "geojson.broken"),
        (b'{"type": "FeatureCollection", "features": [{"type": "Feature"', "geojson.broken"),
        (b'{"type": "FeatureCollection", "features": [] } x', "geojson.broken"),
        (b'{"type": "FeatureCollection", "features": [1 2]}', "geojson.broken"),
        (b'{"a" 1}', "geojson.broken"),
        (b"{}", "geojson.not_geojson"),
        (b"[1, 2]", "geojson.not_geojson"),
        (b'{"type": "Topology", "objects": {}}', "geojson.not_geojson"),
        (b'{"type": "FeatureCollection"}', "geojson.not_geojson"),
        (b'{"type": "FeatureCollection", "features": {}}', "geojson.not_geojson"),
        (b'{"displayFieldName": "", "geometryType": "esriGeometryPoint"}', "geojson.not_geojson"),
        (b'{"type": ["a"]}', "geojson.not_geojson"),
        (b'{"type": "FeatureCollection", "features": []}', "source.empty"),
        (b'{"type": "Point", "coordinates": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "geojson.too_deep"),
        (b"[" * 100_000, "geojson.too_deep"),
        (
            b'{"type": "Feature", "geometry": null, "properties": {"n": ' + b"9" * 10_000 + b"}}",
            "geojson.broken",
        ),
        (b'{"type": "FeatureCollection", "features": [5]}', "source.nothing_usable"),
    ],
)
def test_refused(tmp_path: Path, content: bytes, code: str) -> None:
    assert refused(written(tmp_path / "a.geojson", content)).code == code


def test_where_it_breaks_off(tmp_path: Path) -> None:
    error = refused(
        written(tmp_path / "a.geojson", b'{"type": "FeatureCollection",\n "features": [\n  {"a": }]}')
    )
    assert "line 3" in error.message


def test_a_name_twice_is_said(tmp_path: Path) -> None:
    content = json.dumps(feature(POINT, a=1, b=2)).replace('"b"', '"a"').encode()
    made = read(written(tmp_path / "a.geojson", content))
    assert (made.columns, made.report.count("geojson.duplicate_keys")) == ({"a": [2]}, 1)


def test_other_encodings(tmp_path: Path) -> None:
    text = json.dumps(collection(*[feature(POINT, name="خيابان شريعتي")] * 3), ensure_ascii=False)
    path = written(tmp_path / "a.geojson", text.encode("cp1256"))
    made = read(path)
    assert made.columns["name"][0] == "خيابان شريعتي"
    assert made.report.count("encoding.assumed") == 1
    assert read(path, encoding="cp1256").report.tallies == {}


def test_long_and_equal_names(tmp_path: Path) -> None:
    long = "Minimum lot size / dwelling unit (sq. ft.) in the district where allowed"
    made = read(
        geojson(tmp_path / "a.geojson", [(POINT, {long: 1, long + "!": 2, "a": 3, "A": 4, "": 5, " ": 6})])
    )
    names = [field.name for field in made.source.fields]
    assert names == [long[:63].strip(), long[:61] + "_2", "a", "A_2", "field_5", "field_6"]
    assert [field.original for field in made.source.fields] == [long, long + "!", "a", "A", "", " "]


def test_too_large(tmp_path: Path) -> None:
    path = geojson(tmp_path / "a.geojson", [(POINT, {})])
    assert refused(path, limits=Limits(geojson_bytes=10)).code == "file.too_large"


def test_batches(tmp_path: Path) -> None:
    made = read(geojson(tmp_path / "a.geojson", [(POINT, {"n": number}) for number in range(25)]), size=10)
    assert (made.indexes, made.columns["n"]) == (list(range(25)), list(range(25)))
