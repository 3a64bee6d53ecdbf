"""A real city from its own files: Cambridge, MA, imported by the commands and asked by its addresses."""

import io
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pypdf
import pyproj
import pytest
import shapely
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from core import local_time
from core.database import make_engine
from core.settings import Settings
from tests.by_hand import BORDER_M, CityByHand, ParcelSaid, Shapes, ZoneSaid, corners_of, random_points
from tests.conftest import DatabaseMaker, find_shared_data

LAYERS = {
    "street_centerlines": ("streets", "traffic", 2643),
    "hydrants": ("hydrants", "infrastructure", 1960),
    "street_lights": ("street-lights", "infrastructure", 6117),
}


MORE_LAYERS = {
    "floodplain_500yr": ("flood", "land_use", "overlay"),
    "open_space": ("open_space", "recreation", "overlay"),
    "drainage": ("drainage", "infrastructure", "network"),
}
ROLES = {"streets": "network", "hydrants": "facility", "street-lights": "facility"} | {
    slug: role for slug, _domain, role in MORE_LAYERS.values()
}


@pytest.fixture(scope="module")
def files() -> Path:
    return find_shared_data() / "cities" / "cambridge_ma"


@pytest.fixture(scope="module")
def reports() -> dict[str, str]:
    """What each command said."""
    return {}


@pytest.fixture(scope="module")
def cambridge(
    files: Path,
    make_database: DatabaseMaker,
    tmp_path_factory: pytest.TempPathFactory,
    reports: dict[str, str],
) -> Flask:
    from webmap import create_app

    url = make_database(srid=None)
    app = create_app(
        Settings(data_dir=tmp_path_factory.mktemp("cambridge"), database_url=url, secret_key="x" * 32)
    )
    commands = {
        "city": ["city", "init", "--srid", "26986", "--name-en", "Cambridge", "--name-fa", "کمبریج"],
        "parcels": ["parcels", "import", f"{files}/parcels_fy2014.zip", "--number-field", "ML"],
        "zoning": [
            "zoning",
            "import",
            f"{files}/zoning_districts.zip",
            "--code-field",
            "ZONE_TYPE",
            "--allow-outside",
        ],
    }
    for name, (slug, domain, _count) in LAYERS.items():
        commands[slug] = [
            "layers",
            "import",
            f"{files}/{name}.zip",
            "--layer",
            slug,
            "--domain",
            domain,
            "--allow-outside",
        ]
    for name, (slug, domain, role) in MORE_LAYERS.items():
        said = ["--layer", slug, "--domain", domain, "--role", role, "--base", "none", "--allow-outside"]
        commands[slug] = ["layers", "import", f"{files}/{name}.zip", *said]
    for name, arguments in commands.items():
        result = app.test_cli_runner().invoke(args=arguments)
        assert result.exit_code == 0, f"{name}: {result.output}"
        reports[name] = result.output
    return app


@pytest.fixture(scope="module")
def engine(cambridge: Flask) -> Iterator[Engine]:
    made = make_engine(cambridge.config["SETTINGS"].database_url)
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def visitor(cambridge: Flask) -> FlaskClient:
    return cambridge.test_client()


def read(path: Path, *columns: str) -> tuple[Any, list[Any]]:
    """Geometries (unreadable ones None) and columns as the file holds them, read apart from our own reader."""
    meta, _fids, wkb, fields = pyogrio.raw.read(path, columns=list(columns))
    order = list(meta["fields"])
    return shapely.from_wkb(wkb, on_invalid="ignore"), [fields[order.index(name)] for name in columns]


def has_number(number: str | None) -> bool:
    return bool(number and number.strip("- "))


def test_every_parcel_is_accounted_for(engine: Engine, reports: dict[str, str]) -> None:
    with engine.connect() as connection:
        kept = connection.scalar(text("SELECT count(*) FROM parcel WHERE valid_to IS NULL"))
        invalid = connection.scalar(text("SELECT count(*) FROM parcel WHERE NOT ST_IsValid(geom)"))
    assert "13,116" in reports["parcels"]
    assert "34" in reports["parcels"]
    assert invalid == 0
    assert "13,052 kept + 64 lost" in reports["parcels"]
    # Eleven numbers stand on several features each: 32 features became 11 parcels of several parts.
    assert kept == 13_031


def test_layers_are_whole(engine: Engine) -> None:
    with engine.connect() as connection:
        for slug, _domain, count in LAYERS.values():
            held = connection.scalar(
                text("SELECT count(*) FROM feature JOIN layer ON layer.id = layer_id WHERE slug = :slug"),
                {"slug": slug},
            )
            assert held == count, slug
        assert connection.scalar(text("SELECT count(*) FROM zone")) == 261


def test_places_answer_as_the_files_do(files: Path, visitor: FlaskClient) -> None:
    parcels, (numbers,) = read(files / "parcels_fy2014.zip", "ML")
    zones, (codes,) = read(files / "zoning_districts.zip", "ZONE_TYPE")
    # 63 parcels of the file have dashes for a number; they are refused, and named in the summary.
    sound = [
        i
        for i, shape in enumerate(parcels)
        if shape is not None and shape.is_valid and has_number(numbers[i])
    ]
    to_degrees = pyproj.Transformer.from_crs(2249, 4326, always_xy=True)
    for index in random.Random(1396).sample(sound, 40):
        point = shapely.point_on_surface(parcels[index])
        around = [numbers[i] for i in sound if parcels[i].contains(point)]
        under = {codes[i] for i, shape in enumerate(zones) if shape.contains(point)}
        lon, lat = to_degrees.transform(point.x, point.y)
        answer = visitor.get("/place.json", query_string={"lon": lon, "lat": lat})
        assert answer.status_code == 200, answer.text
        place = answer.json
        assert place is not None
        assert place["parcel"]["number"] in around
        assert (place["zone"]["code"] in under) if under else place["zone"] is None
        if place["zone"]:
            assert place["zone"]["rules"]["entered"] is False


def in_the_citys_grid(path: Path) -> Any:
    """The geometries of a file in EPSG:26986, moved apart from our own reader; broken ones mended, unreadable None."""
    meta, _fids, wkb, _fields = pyogrio.raw.read(path, columns=[])
    shapes = shapely.make_valid(
        shapely.from_wkb(wkb, on_invalid="ignore"), method="structure", keep_collapsed=False
    )
    move = pyproj.Transformer.from_crs(meta["crs"], 26986, always_xy=True)
    return shapely.transform(shapes, lambda xy: np.column_stack(move.transform(*xy.T)))


@pytest.fixture(scope="module")
def by_hand(files: Path) -> CityByHand:
    """Cambridge as its files have it."""
    _shapes, (numbers,) = read(files / "parcels_fy2014.zip", "ML")
    parcels: dict[str, list[Any]] = {}
    for shape, number in zip(in_the_citys_grid(files / "parcels_fy2014.zip"), numbers, strict=True):
        if shape is not None and has_number(number):
            parcels.setdefault(number.strip(), []).append(shape)
    _zones, (codes,) = read(files / "zoning_districts.zip", "ZONE_TYPE")
    layers = {}
    for name, (slug, *_said) in (LAYERS | MORE_LAYERS).items():
        found = [shape for shape in in_the_citys_grid(files / f"{name}.zip") if shape is not None]
        layers[slug] = (ROLES[slug], Shapes(found, found))
    return CityByHand(
        pyproj.Transformer.from_crs(26986, 4326, always_xy=True),
        Shapes(
            [shapely.union_all(parts) for parts in parcels.values()],
            [ParcelSaid(number) for number in parcels],
        ),
        Shapes(
            in_the_citys_grid(files / "zoning_districts.zip"), [ZoneSaid(code, None, None) for code in codes]
        ),
        layers,
    )


def test_a_thousand_places_answer_as_the_files_do(visitor: FlaskClient, by_hand: CityByHand) -> None:
    chance = random.Random(1406)
    today = local_time.now().date()
    ground = shapely.union_all(by_hand.parcels.shapes).convex_hull.buffer(-1)
    asked = 0
    for point in random_points(1000, ground, chance):
        if min(by_hand.parcels.border_m(point), by_hand.zones.border_m(point)) < BORDER_M:
            continue
        lon, lat = by_hand.to_degrees.transform(point.x, point.y)
        answer = visitor.get("/place.json", query_string={"lon": lon, "lat": lat})
        assert answer.status_code == 200, answer.text
        assert answer.json is not None
        by_hand.check(answer.json, point, today)
        asked += 1
    assert asked > 950


def test_corners_of_the_file_name_all_that_meet_there(visitor: FlaskClient, by_hand: CityByHand) -> None:
    several = 0
    for spot in corners_of(by_hand.parcels.shapes, 60, random.Random(1407)):
        meeting = {
            said.number
            for shape, said in by_hand.parcels.at(spot.buffer(0.002))
            if shape.distance(spot) < 0.002
        }
        lon, lat = by_hand.to_degrees.transform(spot.x, spot.y)
        answer = visitor.get("/place.json", query_string={"lon": lon, "lat": lat}).json
        assert answer is not None
        assert meeting <= {answer["parcel"]["number"], *answer["also"]["parcels"]}
        several += len(meeting) > 1
    assert several > 20


def test_a_street_of_the_file_is_found(visitor: FlaskClient) -> None:
    answer = visitor.get("/search.json", query_string={"q": "massachusetts ave"})
    assert answer.json is not None
    assert any("Massachusetts" in found["label"] for found in answer.json["results"])


@pytest.mark.parametrize("extension", ["gpkg", "shp.zip", "geojson"])
def test_what_came_in_goes_out_again(cambridge: Flask, files: Path, tmp_path: Path, extension: str) -> None:
    """The hydrants of the city's own file, downloaded and opened by GDAL: as many, and each where it stood."""
    answer = cambridge.test_client().get(f"/download/hydrants.{extension}")
    path = tmp_path / f"hydrants.{extension}"
    path.write_bytes(answer.data)
    meta, _fids, shapes, fields = pyogrio.raw.read(path)
    said, _fids, given, brought = pyogrio.raw.read(files / "hydrants.zip")
    assert len(shapes) == len(given) == 1960
    move = pyproj.Transformer.from_crs(2249, meta["crs"], always_xy=True)
    moved = shapely.transform(shapely.from_wkb(given), lambda xy: np.column_stack(move.transform(*xy.T)))
    # To a centimetre, in metres or in degrees; one hydrant may stand on another, so both ways are asked.
    near = 1e-7 if extension == "geojson" else 0.01
    ours = shapely.from_wkb(shapes)
    assert set(shapely.STRtree(ours).query(moved, "dwithin", near)[0].tolist()) == set(range(1960))
    assert set(shapely.STRtree(moved).query(ours, "dwithin", near)[0].tolist()) == set(range(1960))
    written = dict(zip(said["fields"], brought, strict=True))["HYDRANT_ID"].tolist()
    assert sorted(map(str, fields[list(meta["fields"]).index("HYDRANT_ID")].tolist())) == sorted(
        map(str, written)
    )


def test_every_parcel_goes_out(cambridge: Flask, tmp_path: Path) -> None:
    held = make_engine(cambridge.config["SETTINGS"].database_url)
    with held.connect() as connection:
        count, area = connection.execute(
            text("SELECT count(*), sum(area_m2) FROM parcel WHERE valid_to IS NULL")
        ).one()
    held.dispose()
    path = tmp_path / "parcels.gpkg"
    path.write_bytes(cambridge.test_client().get("/download/parcels.gpkg").data)
    _meta, _fids, shapes, _fields = pyogrio.raw.read(path)
    assert len(shapes) == count > 12_000
    assert shapely.area(shapely.from_wkb(shapes)).sum() == pytest.approx(area, rel=1e-12)


@pytest.mark.parametrize("lang", ["fa", "en"])
def test_a_sheet_and_a_file_of_a_real_parcel(cambridge: Flask, lang: str, tmp_path: Path) -> None:
    client = cambridge.test_client()
    sheet = client.get(
        f"/print.pdf?parcel=101-103&scale=1000&layers=land_use,zoning,hydrants&language={lang}"
    )
    assert sheet.status_code == 200, sheet.text
    words = pypdf.PdfReader(io.BytesIO(sheet.data)).pages[0].extract_text()
    assert "101-103" in words
    assert "EPSG:26986" in words
    assert "Cambridge" in words
    assert "کمبریج" in words
    (tmp_path / "sheet.pdf").write_bytes(sheet.data)
    kept = client.get(f"/parcels/101-103/keep.html?lang={lang}")
    assert kept.status_code == 200
    assert "101-103" in kept.text
