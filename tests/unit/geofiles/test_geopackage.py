"""GeoPackages: one layer or several, and databases that are none."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import pytest
import shapely

from core.geofiles import SourceError, gdal
from tests.unit.geofiles.make import POINTS, SQUARES, members, read


def package(
    path: Path, layer: str, shapes: list[Any], epsg: int | None = 32639, **columns: list[Any]
) -> Path:
    wkb = shapely.to_wkb(np.array(shapes, dtype=object))
    values = [np.array(one, dtype=object if isinstance(one[0], str) else None) for one in columns.values()]
    pyogrio.raw.write(
        path, wkb, values, list(columns), layer=layer, driver="GPKG", geometry_type="Unknown",
        crs=None if epsg is None else f"EPSG:{epsg}", append=path.exists(),
    )  # fmt: skip
    return path


def refused(path: Path, **options: Any) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read(path, **options)
    return caught.value


def test_one_layer(tmp_path: Path) -> None:
    path = package(tmp_path / "a.gpkg", "قطعات", SQUARES, نام=["آ", "ب", "پ", "ت"], n=[1, 2, 3, 4])
    before = sorted(tmp_path.iterdir())
    made = read(path, size=3)
    assert made.source.name == "قطعات"
    assert made.columns == {"نام": ["آ", "ب", "پ", "ت"], "n": [1, 2, 3, 4]}
    assert made.indexes == [0, 1, 2, 3]
    assert sorted(tmp_path.iterdir()) == before


def test_several_layers(tmp_path: Path) -> None:
    path = package(tmp_path / "a.gpkg", "parcels", SQUARES)
    package(path, "trees", POINTS)
    error = refused(path)
    assert (error.code, error.option) == ("layer.which", "member")
    assert "parcels, trees" in error.message
    assert read(path, member="Trees").report.kept == 4
    assert refused(path, member="roads").code == "layer.missing"
    zipped = members(tmp_path / "b.zip", {"x/a.gpkg": path.read_bytes()})
    assert refused(zipped).code == "layer.which"
    assert read(zipped, member="trees").source.name == "trees"
    assert read(zipped, member="x/a.gpkg/parcels").source.name == "parcels"


def test_a_run_of_features_that_stands_elsewhere_is_found_by_name(tmp_path: Path) -> None:
    path = package(tmp_path / "a.gpkg", "parcels", SQUARES, n=[1, 2, 3, 4])
    fids = np.array([2, 3], dtype=np.int64)
    for start in (1, 0, 2, 9):
        run = gdal.read_run(path, "parcels", fids, start, "a.gpkg", ["n"])
        assert run.columns[0].tolist() == [2, 3], f"whatever is said of the place ({start})"
        assert shapely.equals(run.geometries, SQUARES[1:3]).all()


def test_fids_with_holes(tmp_path: Path) -> None:
    path = package(tmp_path / "a.gpkg", "parcels", SQUARES, n=[1, 2, 3, 4])
    with closing(sqlite3.connect(path)) as database:
        for (trigger,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        database.execute("DELETE FROM parcels WHERE n = 2")
        database.commit()
    made = read(path, size=2)
    assert (made.columns["n"], made.indexes) == ([1, 3, 4], [0, 1, 2])


def test_losses(tmp_path: Path) -> None:
    shapes = [
        SQUARES[0],
        None,
        shapely.Polygon(),
        shapely.Point(535000, float("inf")),
        shapely.Point(535000, 3950000, 5),
    ]
    made = read(package(tmp_path / "a.gpkg", "mixed", shapes, n=[1, 2, 3, 4, 5]))
    assert made.columns["n"] == [1, 5]
    assert made.source.geometry_type == "mixed"
    assert made.report.lost == 3


@pytest.mark.filterwarnings("ignore:.crs. was not provided")
def test_no_system(tmp_path: Path) -> None:
    path = package(tmp_path / "a.gpkg", "parcels", SQUARES, epsg=None)
    assert refused(path).code == "crs.not_said"
    assert read(path, crs=32639).report.kept == 4


def test_types(tmp_path: Path) -> None:
    path = package(tmp_path / "a.gpkg", "parcels", SQUARES, n=[1, 2, 3, 4])
    with closing(sqlite3.connect(path)) as database:
        database.execute("ALTER TABLE parcels ADD COLUMN day DATE")
        database.execute("ALTER TABLE parcels ADD COLUMN at DATETIME")
        database.execute("ALTER TABLE parcels ADD COLUMN ok BOOLEAN")
        database.execute("ALTER TABLE parcels ADD COLUMN photo BLOB")
        for (trigger,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        database.execute(
            "UPDATE parcels SET day = '2024-02-29', at = '2024-02-29T10:00:00Z', ok = 1, photo = x'00ff' WHERE n = 1"
        )
        database.commit()
    made = read(path)
    assert str(made.columns["day"][0]) == "2024-02-29"
    assert made.columns["day"][1] is None
    assert made.columns["at"][0].startswith("2024-02-29T10:00:00")
    assert made.columns["ok"] == [True, None, None, None]
    assert made.report.count("column.dropped") == 1


def test_curves_become_lines_or_are_lost_by_name(tmp_path: Path) -> None:
    path = package(tmp_path / "a.gpkg", "parcels", SQUARES, n=[1, 2, 3, 4])
    arc = (
        bytes.fromhex("47500001") + (32639).to_bytes(4, "little") + bytes.fromhex("010800000003000000")
        + np.array([535000, 3950000, 535010, 3950010, 535020, 3950000], "<f8").tobytes()
    )  # fmt: skip
    with closing(sqlite3.connect(path)) as database:
        for (trigger,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        database.execute("UPDATE parcels SET geom = ? WHERE n = 2", (arc,))
        database.execute("UPDATE parcels SET geom = ? WHERE n = 3", (b"GP\x00\x01rubbish",))
        database.commit()
    made = read(path)
    assert 3 not in made.columns["n"]
    assert {1, 4} <= set(made.columns["n"])


@pytest.mark.parametrize(
    "sql", ["", "CREATE TABLE a (b)", "CREATE TABLE gpkg_geometry_columns (table_name TEXT)"]
)
def test_databases_that_are_no_geopackage(tmp_path: Path, sql: str) -> None:
    path = tmp_path / "a.gpkg"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE x (y)")
        database.execute(sql)
        database.commit()
    assert refused(path).code in ("gpkg.damaged", "gpkg.no_layer")


def test_a_broken_database(tmp_path: Path) -> None:
    path = package(tmp_path / "a.gpkg", "parcels", SQUARES)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 3])
    assert refused(path).code in ("gpkg.damaged", "gpkg.no_layer", "source.empty")
    path.write_bytes(b"SQLite format 3\x00" + bytes(200))
    assert refused(path).code == "gpkg.damaged"
