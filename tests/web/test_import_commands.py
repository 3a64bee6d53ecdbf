"""The commands of a city of one's own: made on any metric grid, filled from files, refused in one line per problem."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import Engine, text

from core import i18n
from core.database import make_engine
from core.settings import Settings
from tests.conftest import ROOT, DatabaseMaker
from tests.import_files import line, point, square, write_features

# The status and not `resource`: what that tells of a process begins with the memory of the one that started it.
FLASK_AND_PEAK = """
import os, pathlib, re, sys
from flask.cli import main
os.environ["FLASK_APP"] = "webmap"
try:
    main()
finally:
    print(re.search(r"VmHWM:\\s+(\\d+) kB", pathlib.Path("/proc/self/status").read_text())[1], file=sys.stderr)
"""


class City:
    """One data folder with its application and a way to ask its database."""

    def __init__(self, url: str, folder: Path) -> None:
        from webmap import create_app

        self.app: Flask = create_app(Settings(data_dir=folder, database_url=url, secret_key="x" * 32))
        self.engine: Engine = make_engine(url)

    def run(self, *arguments: object) -> Result:
        i18n.set_language("en")
        return self.app.test_cli_runner().invoke(args=[str(argument) for argument in arguments])

    def count(self, table: str) -> int:
        with self.engine.connect() as connection:
            return connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0


@pytest.fixture(scope="module")
def bare(make_database: DatabaseMaker, tmp_path_factory: pytest.TempPathFactory) -> City:
    """A database that no migration has seen; tests that are refused leave it so."""
    return City(make_database(srid=None), tmp_path_factory.mktemp("bare"))


@pytest.fixture(scope="module")
def smallville(make_database: DatabaseMaker, tmp_path_factory: pytest.TempPathFactory) -> City:
    made = City(make_database(srid=None), tmp_path_factory.mktemp("smallville"))
    assert made.run("city", "init", "--srid", "32639", "--name-en", "Smallville").exit_code == 0
    return made


@pytest.fixture
def city(smallville: City) -> City:
    """A city on EPSG:32639, empty and without a boundary."""
    with smallville.engine.begin() as connection:
        connection.execute(
            text(
                "TRUNCATE parcel, feature, feature_part, layer, coverage_part, street, source_revision, "
                "parcel_block, parcel_mosaic, parcel_lineage; "
                # Amendments refer to zones, and what is only ever added to is not truncated.
                "DELETE FROM zone_generalised; DELETE FROM zone; DELETE FROM zone_class; "
                "UPDATE city SET boundary = NULL, boundary_is_hull = false"
            )
        )
    return smallville


@pytest.fixture
def lots(tmp_path: Path) -> Path:
    return write_features(
        tmp_path / "lots.geojson", [(square(40 * n, 0), {"ML": f"1-{n}"}) for n in range(5)]
    )


@pytest.mark.parametrize("srid", ["EPSG:2193", "26986"])
def test_a_city_of_any_metric_grid(make_brief_database: DatabaseMaker, tmp_path: Path, srid: str) -> None:
    made = City(make_brief_database(srid=None), tmp_path)
    result = made.run("city", "init", "--srid", srid, "--name-fa", "شهر", "--name-en", "Town")
    assert result.exit_code == 0, result.output
    with made.engine.connect() as connection:
        number = int(srid.removeprefix("EPSG:"))
        assert connection.scalar(text("SELECT Find_SRID('public', 'parcel', 'geom')")) == number
        assert connection.execute(text("SELECT srid, name_fa, name_en FROM city")).one() == (
            number,
            "شهر",
            "Town",
        )


def test_migrated_for_another_grid_but_empty(make_brief_database: DatabaseMaker, tmp_path: Path) -> None:
    made = City(make_brief_database(srid=32639), tmp_path)
    assert made.run("city", "init", "--srid", "2193").exit_code == 0
    with made.engine.connect() as connection:
        assert connection.scalar(text("SELECT Find_SRID('public', 'parcel', 'geom')")) == 2193


def test_migrated_for_another_grid_and_in_use(make_brief_database: DatabaseMaker, tmp_path: Path) -> None:
    made = City(make_brief_database(srid=32639), tmp_path)
    with made.engine.begin() as connection:
        connection.execute(text("INSERT INTO zone_class (code) VALUES ('R1')"))
    result = made.run("city", "init", "--srid", "2193")
    assert result.exit_code == 2
    assert "zone_class" in result.stderr
    assert made.count("zone_class") == 1


def test_a_second_city_is_refused(city: City) -> None:
    result = city.run("city", "init", "--srid", "2193")
    assert result.exit_code == 2
    assert "Smallville" in result.stderr
    assert city.count("city") == 1


@pytest.mark.parametrize("srid", ["4326", "2249", "3857", "1", "metric", "-5"])
def test_grids_nothing_can_be_measured_in(bare: City, srid: str) -> None:
    result = bare.run("city", "init", "--srid", srid)
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    with bare.engine.connect() as connection:
        assert connection.scalar(text("SELECT to_regclass('city')")) is None


def test_a_boundary_from_a_file(make_brief_database: DatabaseMaker, tmp_path: Path) -> None:
    made = City(make_brief_database(srid=None), tmp_path / "data")
    path = write_features(tmp_path / "b.geojson", [(square(0, 0, 100), {}), (square(100, 0, 100), {})])
    assert made.run("city", "init", "--srid", "32639", "--boundary", path).exit_code == 0
    with made.engine.connect() as connection:
        found = connection.execute(
            text("SELECT ST_Area(boundary), ST_NumGeometries(boundary) FROM city")
        ).one()
    assert tuple(found) == (pytest.approx(20_000), 1)


def test_a_boundary_of_lines_is_refused(bare: City, tmp_path: Path) -> None:
    path = write_features(tmp_path / "b.geojson", [(line((0, 0), (9, 9)), {})])
    result = bare.run("city", "init", "--srid", "32639", "--boundary", path)
    assert result.exit_code == 2
    assert "polygons" in result.stderr


@pytest.mark.parametrize("command", ["parcels", "zoning", "layers"])
def test_before_there_is_a_city(bare: City, lots: Path, command: str) -> None:
    more = ["--layer", "lots", "--domain", "housing"] if command == "layers" else []
    result = bare.run(command, "import", lots, *more)
    assert result.exit_code == 2
    assert "city init" in result.stderr


def test_parcels_layers_and_zoning_come_in(city: City, lots: Path, tmp_path: Path) -> None:
    result = city.run("parcels", "import", lots)
    assert result.exit_code == 0, result.output
    assert "5 features read = 5 kept + 0 lost" in result.stdout
    assert "parcel number = ML" in result.stdout
    zones = write_features(tmp_path / "z.geojson", [(square(0, 0, 40), {"zone": "R1", "id": 1})])
    assert city.run("zoning", "import", zones, "--code-field", "zone").exit_code == 0
    trees = write_features(tmp_path / "t.geojson", [(point(5, 5), {"id": 1}), (point(9000, 5), {"id": 2})])
    result = city.run("layers", "import", trees, "--layer", "trees", "--domain", "recreation")
    assert "2 features read = 1 kept + 1 lost" in result.stdout
    assert (city.count("parcel"), city.count("zone"), city.count("feature")) == (5, 1, 1)


def test_what_a_layer_is_for_a_place_and_who_sees_it(city: City, tmp_path: Path) -> None:
    mixed = write_features(tmp_path / "m.geojson", [(square(0, 0, 40), {"id": 1}), (point(5, 5), {"id": 2})])
    said = ["--role", "overlay", "--visibility", "staff", "--geometry", "polygon"]
    result = city.run("layers", "import", mixed, "--layer", "raids", "--domain", "land_use", *said)
    assert result.exit_code == 0, result.output
    with city.engine.connect() as connection:
        found = connection.execute(text("SELECT place_role, visibility, geometry_kind FROM layer")).one()
    assert tuple(found) == ("overlay", "staff", "polygon")
    result = city.run("layers", "import", mixed, "--layer", "x", "--domain", "land_use", "--role", "ornament")
    assert result.exit_code == 2
    assert "overlay" in result.stderr


def test_a_dry_run_writes_nothing(city: City, lots: Path) -> None:
    revisions = "SELECT source, revision FROM source_revision ORDER BY source"
    with city.engine.connect() as connection:
        before = connection.execute(text(revisions)).all()
    result = city.run("parcels", "import", lots, "--dry-run")
    assert result.exit_code == 0
    assert "5 added" in result.stdout
    assert "nothing has been written" in result.stdout
    assert city.count("parcel") == 0
    with city.engine.connect() as connection:
        assert connection.scalar(text("SELECT boundary IS NULL FROM city"))
        assert connection.execute(text(revisions)).all() == before


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--number-field", "NOPE"], "ML"),
        (["--number-field", "NOPE", "--address-field", "NEITHER"], "NEITHER"),
        (["--crs", "metres"], "EPSG"),
        (["--crs", "EPSG:999999"], "999999"),
        (["--member", "other"], "other"),
        (["--valid-from", "in spring"], "year-month-day"),
        (["--valid-from", "1404/13/01"], "--valid-from: The calendar has no such day"),
        (["--valid-from", "2999-01-01"], "day to come"),
    ],
)
def test_bad_input_is_told_and_changes_nothing(
    city: City, lots: Path, arguments: list[str], told: str
) -> None:
    result = city.run("parcels", "import", lots, *arguments)
    assert result.exit_code == 2
    assert told in result.stderr
    assert "Traceback" not in result.output
    assert city.count("parcel") == 0


def test_a_file_that_is_none(city: City, tmp_path: Path) -> None:
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK\x03\x04nothing")
    for path in (tmp_path / "missing.zip", broken, tmp_path):
        result = city.run("layers", "import", path, "--layer", "x", "--domain", "culture")
        assert result.exit_code == 2, result.output
        assert len(result.stderr.splitlines()) == 1


def bow(x: float, y: float) -> dict[str, Any]:
    """A square of 9 m whose side crosses itself."""
    shape = square(x, y, 9)
    ring = shape["coordinates"][0]
    ring[1], ring[2] = ring[2], ring[1]
    return shape


def test_what_the_summary_has_no_room_for_is_named_in_a_file(city: City, tmp_path: Path) -> None:
    unnumbered = [(square(40 * at, 0, 30), {"CODE": "-" if at else "1-1"}) for at in range(26)]
    bows = [(bow(10 * at, 99), {"CODE": f"b-{at}"}) for at in range(25)]
    path = write_features(tmp_path / "lots.geojson", [*unnumbered, *bows])
    result = city.run("parcels", "import", path, "--number-field", "CODE", "--dry-run")
    assert result.exit_code == 0, result.output
    assert "25 × has no number" in result.stdout
    assert "FID 25" not in result.stdout
    whole = Path(result.stdout.splitlines()[-1].removeprefix("Each of them is named in "))
    assert whole.parent == city.app.config["SETTINGS"].data_dir / "imports"
    told = whole.read_text(encoding="utf-8")
    assert all(f"FID {feature} “-”" in told for feature in range(1, 26))
    assert all(f"FID {feature}: The geometry was not valid" in told for feature in range(26, 51))
    assert "…" not in told


def test_a_summary_with_room_makes_no_file(city: City, lots: Path) -> None:
    folder = city.app.config["SETTINGS"].data_dir / "imports"
    before = list(folder.glob("*"))
    assert "is named in" not in city.run("parcels", "import", lots).stdout
    assert list(folder.glob("*")) == before


def test_the_summary_speaks_persian(city: City, lots: Path) -> None:
    i18n.set_language("fa")
    result = city.app.test_cli_runner().invoke(args=["parcels", "import", str(lots)])
    i18n.set_language("en")
    assert "۵ عارضه خوانده شد" in result.stdout


@pytest.mark.parametrize("letters", ["شهیدغیوری", "شهيدغيوري"])
def test_tehran_by_either_yeh(city: City, shared_data: Path, letters: str) -> None:
    path = shared_data / "cities" / "tehran" / "mahalat_tehran_as_found.zip"
    result = city.run("layers", "import", path, "--layer", "mahalat", "--domain", "land_use")
    assert result.exit_code == 0, result.output
    assert "375 features read = 375 kept" in result.stdout
    found = city.app.test_client().get("/search.json", query_string={"q": letters}).json
    assert found is not None
    assert found["results"][0]["label"].startswith("شهيدغيوري")


def test_the_lines_of_a_whole_state(
    make_brief_database: DatabaseMaker, tmp_path: Path, shared_data: Path
) -> None:
    made = City(make_brief_database(srid=None), tmp_path)
    assert made.run("city", "init", "--srid", "32145").exit_code == 0
    path = shared_data / "cities" / "vermont" / "vt_sewer_storm_water_lines.zip"
    settings = {
        "DATABASE_URL": made.engine.url.render_as_string(hide_password=False),
        "DATA_DIR": str(tmp_path),
        "SECRET_KEY": "x" * 32,
        "LANG": "en_US.UTF-8",
    }
    # In a process of its own: only so it can be told how much memory it took at the most.
    command = [sys.executable, "-c", FLASK_AND_PEAK, "layers", "import", str(path), "--layer", "sewers"]
    done = subprocess.run(
        [*command, "--domain", "infrastructure"],
        cwd=ROOT,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    assert "140,263 features read = 140,251 kept + 12 lost" in done.stdout
    assert done.stdout.count("It has no geometry.") == 12
    assert made.count("feature") == 140_251
    peak_kb = int(done.stderr.split()[-1])
    assert 50_000 < peak_kb < 1_000_000


def test_tables_of_another_version(make_brief_database: DatabaseMaker, tmp_path: Path, lots: Path) -> None:
    made = City(make_brief_database(srid=None), tmp_path / "data")
    assert made.run("city", "init", "--srid", "32639").exit_code == 0
    with made.engine.begin() as connection:
        connection.execute(text("ALTER TABLE street DROP COLUMN geom"))
    result = made.run(
        "layers", "import", lots, "--layer", "streets", "--domain", "traffic", "--base", "street"
    )
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "Error: The tables are of another version than the program. Run: flask --app webmap db upgrade"
    ]
