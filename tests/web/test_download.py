"""Downloads opened again by GDAL hold what the city holds: count, shapes, letters, grid."""

import io
import re
import tempfile
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pyogrio.raw
import pypdf
import pyproj
import pytest
import shapely
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from layers import export
from tests.small_city import SRID, X0, Y0

FORMATS = ("geojson", "csv", "gpkg", "shp.zip")
TO_GRID = pyproj.Transformer.from_crs(4326, SRID, always_xy=True)
TO_DEGREES = pyproj.Transformer.from_crs(SRID, 4326, always_xy=True)


def degrees(west: float, south: float, east: float, north: float) -> str:
    """A box in metres from the city's corner, as bbox in degrees."""
    low, high = TO_DEGREES.transform(X0 + west, Y0 + south), TO_DEGREES.transform(X0 + east, Y0 + north)
    return ",".join(f"{each:.9f}" for each in (*low, *high))


def get(
    client: FlaskClient, tmp_path: Path, name: str, **query: object
) -> tuple[dict[str, Any], Any, dict[str, list[Any]]]:
    """Download, open with GDAL: its description, the shapes in the city's grid, the columns."""
    answer = client.get(f"/download/{name}", query_string=query)
    assert answer.status_code == 200, answer.text
    path = tmp_path / name
    path.write_bytes(answer.data)
    options = {"X_POSSIBLE_NAMES": "none", "GEOM_POSSIBLE_NAMES": "wkt", "KEEP_GEOM_COLUMNS": "NO"}
    if name.endswith(".csv"):
        meta, _fids, shapes, fields = pyogrio.raw.read(path, encoding="UTF-8", **options)
    else:
        meta, _fids, shapes, fields = pyogrio.raw.read(path)
    values = {str(column): field.tolist() for column, field in zip(meta["fields"], fields, strict=True)}
    found = shapely.from_wkb(shapes)
    if meta["crs"] in (None, "EPSG:4326"):
        found = shapely.transform(found, lambda xy: np.column_stack(TO_GRID.transform(*xy.T)))
    return meta, found, values


@pytest.mark.parametrize("extension", FORMATS)
def test_all_parcels_come_back(client: FlaskClient, city: Session, tmp_path: Path, extension: str) -> None:
    meta, shapes, values = get(client, tmp_path, f"parcels.{extension}")
    assert values["number"] == [f"1-1-{n}" for n in range(1, 7)]
    assert values["address_fa"][0] == "خیابان شریعتی، پلاک ۲"
    assert values["address_en"][0] == "2 Shariati Street"
    assert values["use_fa"][2] == "تجاری"
    assert {str(each)[:10] for each in values["valid_from"]} == {"2015-03-21"}
    for n, shape in enumerate(shapes):
        drawn = shapely.box(
            X0 + 40 * (n % 3), Y0 + 30 * (1 - n // 3), X0 + 40 * (n % 3) + 40, Y0 + 30 * (1 - n // 3) + 30
        )
        # Degrees of nine decimals: a tenth of a millimetre; the grid itself: exactly.
        assert shapely.hausdorff_distance(shape, drawn) < (1e-9 if extension in ("gpkg", "shp.zip") else 2e-4)
    if extension in ("gpkg", "shp.zip"):
        assert meta["crs"] == f"EPSG:{SRID}"


@pytest.mark.parametrize("extension", ["gpkg", "shp.zip"])
def test_degrees_if_asked_for(client: FlaskClient, city: Session, tmp_path: Path, extension: str) -> None:
    meta, shapes, _values = get(client, tmp_path, f"clinics.{extension}", crs="EPSG:4326")
    assert meta["crs"] == "EPSG:4326"
    assert shapely.distance(shapes[0], shapely.Point(X0 + 20, Y0 + 145)) < 1e-3


@pytest.mark.parametrize("extension", FORMATS)
def test_a_layer_with_what_its_file_said(
    client: FlaskClient, city: Session, tmp_path: Path, extension: str
) -> None:
    city.execute(text("""UPDATE feature SET properties = '{"beds": 12, "نوع": "=1+1"}' WHERE key = 'c1'"""))
    _meta, shapes, values = get(client, tmp_path, f"clinics.{extension}")
    assert len(shapes) == 2
    assert values["name_fa"] == [
        "درمانگاه يک",
        "درمانگاه مركزي",
    ]  # as the city wrote them, Arabic letters and all
    assert values["name_en"] == ["First Clinic", "Central Clinic"]
    assert str(values["beds"][0]).removesuffix(".0") == "12"
    kind = "FIELD_6" if extension == "shp.zip" else "نوع"
    assert values[kind][0] == ("'=1+1" if extension == "csv" else "=1+1")


@pytest.mark.parametrize(
    ("on", "codes"),
    [("2019-12-31", ["R122", "X999"]), ("2020-01-01", ["R122", "S213"]), ("2099-01-01", ["R122", "R122"])],
)
def test_zoning_of_a_day(
    client: FlaskClient, city: Session, tmp_path: Path, on: str, codes: list[str]
) -> None:
    _meta, _shapes, values = get(client, tmp_path, "zoning.gpkg", on=on)
    assert values["code"] == codes
    assert values["name_fa"][0] == "مسکونی متوسط"
    assert values["far"][0] == 2.4


def test_what_touches_the_box_and_nothing_else(client: FlaskClient, city: Session, tmp_path: Path) -> None:
    _meta, _shapes, values = get(client, tmp_path, "parcels.geojson", bbox=degrees(5, 35, 45, 55))
    assert values["number"] == ["1-1-1", "1-1-2"]
    _meta, shapes, _values = get(client, tmp_path, "streets.gpkg", bbox=degrees(5, 60, 10, 70))
    # Whole, not cut to the box.
    assert shapely.length(shapes[0]) == pytest.approx(800)


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize("bbox", ["inside", "2.2,48.8,2.3,48.9", "-179,-89,-178,-88"])
def test_an_empty_area_is_an_empty_file(
    client: FlaskClient, city: Session, tmp_path: Path, extension: str, bbox: str
) -> None:
    box = degrees(-400, -400, -300, -300) if bbox == "inside" else bbox
    _meta, shapes, _values = get(client, tmp_path, f"parcels.{extension}", bbox=box)
    assert len(shapes if shapes is not None else []) == 0


def test_all_the_world_is_all_the_city(client: FlaskClient, city: Session, tmp_path: Path) -> None:
    _meta, shapes, _values = get(client, tmp_path, "parcels.gpkg", bbox="-180,-90,180,90")
    assert len(shapes) == 6


def test_a_selection_by_numbers_however_they_are_written(
    client: FlaskClient, city: Session, tmp_path: Path
) -> None:
    _meta, _shapes, values = get(client, tmp_path, "parcels.csv", parcels="۰۱-۱-۳،1-01-1, 1-1-1")
    assert values["number"] == ["1-1-1", "1-1-3"]


@pytest.mark.parametrize(
    ("name", "query", "status", "field"),
    [
        ("parcels.geojson", {"bbox": "1,2,3"}, 400, "bbox"),
        ("parcels.geojson", {"bbox": "a,b,c,d"}, 400, "bbox"),
        ("parcels.geojson", {"bbox": "nan,0,1,1"}, 400, "bbox"),
        ("parcels.geojson", {"bbox": "51,35,50,36"}, 422, "bbox"),
        ("parcels.geojson", {"bbox": "51,35,52,95"}, 422, "bbox"),
        ("parcels.geojson", {"crs": "EPSG:32639"}, 422, "crs"),
        ("parcels.gpkg", {"crs": "EPSG:3857"}, 422, "crs"),
        ("parcels.gpkg", {"on": "2026-02-30"}, 422, "on"),
        ("parcels.gpkg", {"parcels": "1-1-1,9-9-9"}, 404, "parcels"),
        ("clinics.gpkg", {"parcels": "1-1-1"}, 422, "parcels"),
        ("parcels.gpkg", {"parcels": ",".join(map(str, range(1_001)))}, 400, "parcels"),
        ("nothing.gpkg", {}, 404, "source"),
        ("parcels.dxf", {}, 404, None),
        ("parcels.", {}, 404, None),
    ],
)
def test_what_cannot_be_given(
    client: FlaskClient, city: Session, name: str, query: dict[str, str], status: int, field: str | None
) -> None:
    answer = client.get(f"/download/{name}", query_string=query, headers={"Accept": "application/json"})
    problem = answer.get_json()
    assert (answer.status_code, problem.get("field")) == (status, field)


@pytest.mark.parametrize("name", ["parcels.csv", "zoning.gpkg", "clinics.geojson"])
def test_more_than_one_file_may_hold(
    client: FlaskClient, city: Session, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "MOST", 1)
    answer = client.get(f"/download/{name}", headers={"Accept": "application/json"})
    problem = answer.get_json()
    assert (answer.status_code, problem["field"], problem["most"]) == (413, "bbox", 1)


def test_the_file_is_named_in_both_scripts(client: FlaskClient, city: Session) -> None:
    asked = "/download/clinics.shp.zip?on=2026-11-25&lang="
    for lang, title in (("fa", "درمانگاه‌ها"), ("en", "Clinics")):
        told = client.get(asked + lang).headers["Content-Disposition"]
        assert told.startswith('attachment; filename="clinics-2026-11-25.shp.zip"; ')
        match = re.search(r"filename\*=UTF-8''(\S+)$", told)
        assert match
        assert unquote(match[1]) == f"{title} 2026-11-25.shp.zip"


def test_a_shapefile_says_its_letters_and_its_fields(client: FlaskClient, city: Session) -> None:
    with zipfile.ZipFile(io.BytesIO(client.get("/download/zoning.shp.zip").data)) as archive:
        assert archive.read("zoning.cpg") == b"UTF-8"
        assert b"32639" in archive.read("zoning.prj") or b"UTM_Zone_39N" in archive.read("zoning.prj")
        fields = archive.read("zoning-fields.txt").decode("utf-8-sig").splitlines()
    assert "valid_from\tvalid_from" in fields
    assert all(len(line.split("\t")[0]) <= 10 for line in fields)


def test_nothing_is_left_on_the_disk(
    client: FlaskClient, city: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for extension in FORMATS:
        assert client.get(f"/download/parcels.{extension}").status_code == 200
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_for_the_public_is_never_handed_out(client: FlaskClient, city: Session) -> None:
    """Not as a file, not on a sheet, not among the offers, not in the file of a place."""
    assert client.get("/download/clinics.gpkg").status_code == 200
    city.execute(text("UPDATE layer SET visibility = 'staff' WHERE slug = 'clinics'"))
    for extension in FORMATS:
        assert client.get(f"/download/clinics.{extension}").status_code == 404
    assert "/download/clinics." not in client.get("/keep?parcel=1-1-1").text
    assert "First Clinic" not in client.get("/parcels/1-1-1/keep.html?lang=en").text
    sheet = client.get("/print.pdf?parcel=1-1-1&scale=2000&layers=clinics,land_use&language=en")
    words = pypdf.PdfReader(io.BytesIO(sheet.data)).pages[0].extract_text()
    assert "Shariati" in words
    assert "Clinic" not in words
