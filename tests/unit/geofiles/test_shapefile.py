"""Shapefiles: missing, damaged and lying parts, and tables as old programs wrote them."""

import datetime as dt
import struct
from pathlib import Path
from typing import Any

import pytest
import shapely

from core.geofiles import SourceError
from tests.unit.geofiles.make import LINES, POINTS, SQUARES, read, shapefile, shp_length, zipped


def without(parts: dict[str, bytes], *endings: str) -> dict[str, bytes]:
    return {ending: data for ending, data in parts.items() if ending not in endings}


def refused(path: Path, **options: Any) -> str:
    with pytest.raises(SourceError) as caught:
        read(path, **options)
    return caught.value.code


@pytest.mark.parametrize(("shapes", "kind"), [(SQUARES, "polygon"), (POINTS, "point"), (LINES, "line")])
def test_as_it_should_be(tmp_path: Path, shapes: list[shapely.Geometry], kind: str) -> None:
    made = read(zipped(tmp_path / "a.zip", shapefile(shapes)), size=3)
    assert made.source.geometry_type == kind
    assert made.source.feature_count == 4
    assert made.report.tallies == {}
    assert made.indexes == [0, 1, 2, 3]
    assert all(
        shapely.equals_exact(one, want, 1e-6) or one.equals(want)
        for one, want in zip(made.geometries, shapes, strict=True)
    )


def test_plain_parts_beside_each_other(tmp_path: Path) -> None:
    for ending, data in shapefile().items():
        (tmp_path / f"Parcels.{ending.upper() if ending == 'dbf' else ending}").write_bytes(data)
    (tmp_path / "Other.dbf").write_bytes(b"x")
    before = sorted(path.name for path in tmp_path.iterdir())
    (tmp_path / "Parcels.shx").unlink()
    made = read(tmp_path / "Parcels.shp")
    assert made.columns["code"] == ["c0", "c1", "c2", "c3"]
    assert made.report.count("shapefile.shx_missing") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        name for name in before if name != "Parcels.shx"
    ]


def test_a_wrong_index_beside_is_mended_without_touching_it(tmp_path: Path) -> None:
    for ending, data in shapefile().items():
        (tmp_path / f"p.{ending}").write_bytes(data if ending != "shx" else b"rubbish")
    assert read(tmp_path / "p.shp").report.count("shapefile.shx_wrong") == 1
    assert (tmp_path / "p.shx").read_bytes() == b"rubbish"


def test_no_shx(tmp_path: Path) -> None:
    made = read(zipped(tmp_path / "a.zip", without(shapefile(LINES), "shx")))
    assert (made.report.kept, list(made.report.tallies)) == (4, ["shapefile.shx_missing"])


def test_an_index_that_leaves_features_out(tmp_path: Path) -> None:
    parts = shapefile()
    made = read(zipped(tmp_path / "a.zip", {**parts, "shx": parts["shx"][:-16]}))
    assert made.report.kept == 4
    assert made.report.count("shapefile.shx_wrong") == 1


def test_an_index_that_points_elsewhere(tmp_path: Path) -> None:
    parts = shapefile()
    shx = parts["shx"][:100] + struct.pack(">ii", 999, 64) * 4
    assert read(zipped(tmp_path / "a.zip", {**parts, "shx": shx})).report.count("shapefile.shx_wrong") == 1


def test_no_dbf(tmp_path: Path) -> None:
    made = read(zipped(tmp_path / "a.zip", without(shapefile(), "dbf", "cpg")))
    assert (made.report.kept, made.source.fields) == (4, [])
    assert made.report.count("shapefile.no_dbf") == 1


@pytest.mark.parametrize("dbf", [b"", b"x" * 20, b"\x03" + b"\xff" * 400, bytes(64)])
def test_a_broken_dbf(tmp_path: Path, dbf: bytes) -> None:
    assert refused(zipped(tmp_path / "a.zip", {**shapefile(), "dbf": dbf})) == "shapefile.dbf_damaged"


def test_a_dbf_that_ends_early(tmp_path: Path) -> None:
    parts = shapefile(columns={"code": ["aaaa", "bbbb", "cccc", "dddd"]})
    made = read(zipped(tmp_path / "a.zip", {**parts, "dbf": parts["dbf"][:-8]}))
    assert made.report.kept == 4
    assert made.columns["code"][:2] == ["aaaa", "bbbb"]
    assert made.report.count("shapefile.dbf_truncated") == 1


def test_more_rows_than_shapes(tmp_path: Path) -> None:
    few, many = shapefile(SQUARES[:2]), shapefile(SQUARES)
    made = read(zipped(tmp_path / "a.zip", {**few, "dbf": many["dbf"]}))
    assert (made.report.read, made.report.kept, made.report.count("geometry.null")) == (4, 2, 2)
    assert made.report.count("shapefile.counts_differ") == 1


def test_more_shapes_than_rows(tmp_path: Path) -> None:
    few, many = shapefile(SQUARES[:2]), shapefile(SQUARES)
    made = read(zipped(tmp_path / "a.zip", {**many, "dbf": few["dbf"]}))
    assert (made.report.kept, made.columns["code"]) == (4, ["c0", "c1", None, None])
    assert made.report.count("shapefile.counts_differ") == 1


@pytest.mark.parametrize("cut", [1, 30, 136, 200])
def test_a_shp_that_ends_early(tmp_path: Path, cut: int) -> None:
    parts = shapefile()
    made = read(zipped(tmp_path / "a.zip", {**parts, "shp": parts["shp"][:-cut]}))
    lost = -(-cut // 136)  # a square takes 8 + 128 bytes
    assert (made.report.kept, made.report.count("geometry.cut_off")) == (4 - lost, lost)
    assert made.report.count("shapefile.truncated") == 1
    assert [one.feature for one in made.report.tallies["geometry.cut_off"].examples] == list(
        range(4 - lost, 4)
    )


def test_a_shp_cut_off_without_index(tmp_path: Path) -> None:
    parts = without(shapefile(), "shx")
    made = read(zipped(tmp_path / "a.zip", {**parts, "shp": parts["shp"][:-10]}))
    assert (made.report.kept, made.report.lost, made.source.feature_count) == (3, 1, 4)


def test_a_shp_longer_than_it_says(tmp_path: Path) -> None:
    parts = shapefile()
    parts["shp"] += bytes(7)
    made = read(zipped(tmp_path / "a.zip", parts))
    assert (made.report.kept, list(made.report.tallies)) == (4, ["shapefile.longer"])
    made = read(zipped(tmp_path / "b.zip", shp_length(shapefile(), 10**8)))
    assert (made.report.kept, list(made.report.tallies)) == (4, ["shapefile.truncated"])


@pytest.mark.parametrize("shp", [b"short", b"<html>" + bytes(200), struct.pack(">i", 9995) + bytes(200)])
def test_no_shapefile_at_all(tmp_path: Path, shp: bytes) -> None:
    assert refused(zipped(tmp_path / "a.zip", {**shapefile(), "shp": shp})) in (
        "shapefile.not_shapefile",
        "file.kind",
    )


@pytest.mark.parametrize("code", [31, 2, 99, -1])
def test_kinds_of_shape_that_are_not_read(tmp_path: Path, code: int) -> None:
    parts = shapefile()
    parts["shp"] = parts["shp"][:32] + struct.pack("<i", code) + parts["shp"][36:]
    assert refused(zipped(tmp_path / "a.zip", parts)) == "shapefile.kind"


def test_no_features(tmp_path: Path) -> None:
    assert refused(zipped(tmp_path / "a.zip", shapefile([], {"code": []}, kind="Polygon"))) == "source.empty"


def test_shapes_without_geometry(tmp_path: Path) -> None:
    made = read(zipped(tmp_path / "a.zip", shapefile([SQUARES[0], None, SQUARES[2], None])))
    assert (made.indexes, made.report.lost) == ([0, 2], 2)
    assert [one.feature for one in made.report.tallies["geometry.null"].examples] == [1, 3]
    assert (
        refused(zipped(tmp_path / "b.zip", shapefile([None, None], kind="Point"))) == "source.nothing_usable"
    )


def test_heights_are_dropped_and_said(tmp_path: Path) -> None:
    made = read(zipped(tmp_path / "a.zip", shapefile([shapely.Point(535000, 3950000, 12.5)], kind="Point Z")))
    assert made.report.count("geometry.flattened") == 1


def test_deleted_rows(tmp_path: Path) -> None:
    parts = shapefile(columns={"code": ["a", "b", "c", "d"]})
    header, width = struct.unpack("<HH", parts["dbf"][8:12])
    dbf = bytearray(parts["dbf"])
    dbf[header] = dbf[header + 2 * width] = ord("*")
    made = read(zipped(tmp_path / "a.zip", {**parts, "dbf": bytes(dbf)}), size=1)
    assert (made.indexes, made.columns["code"], made.source.feature_count) == ([1, 3], ["b", "d"], 2)
    assert made.report.count("shapefile.deleted_rows") == 1


def dbf_of(columns: list[tuple[bytes, bytes, int]], rows: list[bytes]) -> bytes:
    """A table byte by byte, as no library writes it any more."""
    described = b"".join(
        name.ljust(11, b"\0")[:11] + kind + bytes(4) + bytes([width, 0]) + bytes(14)
        for name, kind, width in columns
    )
    header = struct.pack("<4BIHH20x", 3, 126, 1, 1, len(rows), 33 + len(described), len(rows[0]))
    return header + described + b"\r" + b"".join(rows) + b"\x1a"


def test_a_table_of_old(tmp_path: Path) -> None:
    columns = [
        (b"CODE", b"C", 4),
        (b"code", b"C", 4),
        (b"", b"C", 1),
        (b"YES", b"L", 1),
        (b"D", b"D", 8),
        (b"N", b"N", 4),
    ]
    rows = [
        b" ab\0xcd  eT20240229  12",
        b"     \0\0\0\0 ?20241345****",
        b"         fF        8.. ",
        b" zz  yy  gN00000000   -1"[:23],
    ]
    parts = {**without(shapefile(), "cpg"), "dbf": dbf_of(columns, [row.ljust(23)[:23] for row in rows])}
    made = read(zipped(tmp_path / "a.zip", parts))
    names = [field.name for field in made.source.fields]
    assert names == ["CODE", "code_2", "field_3", "YES", "D", "N"]
    assert made.columns["CODE"] == ["ab", None, None, "zz"]
    assert made.columns["YES"] == [True, None, False, False]
    assert made.columns["D"] == [dt.date(2024, 2, 29), None, None, None]
    assert made.columns["N"][0] == 12
    assert made.columns["N"][1] is None
    assert made.report.count("column.renamed") == 2


def test_values_of_every_type(tmp_path: Path) -> None:
    columns: dict[str, list[Any]] = {
        "t": ["a", None, " ", "x"],
        "i": [1, 2, 3, 4],
        "f": [1.5, 2.5, float("nan"), -1.0],
    }
    made = read(zipped(tmp_path / "a.zip", shapefile(columns=columns)))
    assert made.columns == {"t": ["a", None, None, "x"], "i": [1, 2, 3, 4], "f": [1.5, 2.5, None, -1.0]}
    assert [field.type for field in made.source.fields] == ["text", "integer", "real"]
    assert all(type(value) is int for value in made.columns["i"])


def test_a_record_that_claims_a_thousand_million_points(tmp_path: Path) -> None:
    parts = shapefile(LINES)
    shp = bytearray(parts["shp"])
    shp[100 + 8 + 36 : 100 + 8 + 44] = struct.pack("<ii", 1, 10**9)
    made = read(zipped(tmp_path / "a.zip", {**parts, "shp": bytes(shp)}))
    assert (made.report.kept, made.report.lost) == (3, 1)
