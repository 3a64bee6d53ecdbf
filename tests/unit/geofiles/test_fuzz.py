"""Files damaged at random: they come in with account or are refused, and leave nothing behind."""

import io
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.geofiles.make import LINES, POINTS, SQUARES, refusal, shapefile, zipped

Damage = list[tuple[int, int, bytes]]
DAMAGE = st.lists(
    st.tuples(
        st.integers(0, 1 << 16),
        st.integers(0, 8),
        st.one_of(st.binary(max_size=8), st.sampled_from([b"\xff" * 4, b"\x7f\xff\xff\xff", b"\0" * 8])),
    ),
    min_size=1,
    max_size=6,
)  # fmt: skip
BOUNDED = settings(
    max_examples=70, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def damaged(data: bytes, damage: Damage) -> bytes:
    """The bytes with pieces at some places replaced, taken out or put in."""
    made = bytearray(data)
    for at, taken, put in damage:
        place = at % (len(made) + 1)
        made[place : place + taken] = put
    return bytes(made)


def holds(path: Path, room: Path) -> None:
    """The general law: an account that adds up (``read`` checks it), or one clear line; and no litter."""
    for crs in (None, 32639):
        line = refusal(path, crs=crs)
        assert line != ""
        assert line is None or ("\n" not in line and str(room) not in line)
        assert list(room.iterdir()) == []


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for everything temporary."""
    made = tmp_path / "room"
    made.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(made))
    return made


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A whole archive of polygons."""
    return zipped(tmp_path_factory.mktemp("fuzz") / "a.zip", shapefile(SQUARES)).read_bytes()


@BOUNDED
@given(damage=DAMAGE)
def test_archives(damage: Damage, archive: bytes, room: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(damaged(archive, damage))
    holds(path, room)


@BOUNDED
@given(damage=DAMAGE, ending=st.sampled_from(["shp", "shx", "dbf", "prj", "cpg"]), kind=st.integers(0, 2))
def test_parts_of_shapefiles(damage: Damage, ending: str, kind: int, room: Path, tmp_path: Path) -> None:
    parts = LAYERS[kind]
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name, data in parts.items():
            packed.writestr(f"layer.{name}", damaged(data, damage) if name == ending else data)
    path = tmp_path / "a.zip"
    path.write_bytes(made.getvalue())
    holds(path, room)


@BOUNDED
@given(damage=DAMAGE, text=st.sampled_from([0, 1]))
def test_texts(damage: Damage, text: int, room: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(damaged(TEXTS[text], damage))
    holds(path, room)


@settings(BOUNDED, max_examples=20)
@given(damage=DAMAGE)
def test_geopackages(damage: Damage, room: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole.gpkg"
    if not whole.exists():
        wkb = shapely.to_wkb(np.array(POINTS, dtype=object))
        pyogrio.raw.write(
            whole, wkb, [], [], layer="l", driver="GPKG", geometry_type="Point", crs="EPSG:32639"
        )
    path = tmp_path / "a.gpkg"
    path.write_bytes(damaged(whole.read_bytes(), damage))
    holds(path, room)


LAYERS = [
    shapefile(SQUARES),
    shapefile(LINES),
    shapefile(POINTS, {"n": [1, 2, 3, 4], "نام": ["آ", "ب", "پ", "ت"]}),
]
TEXTS = [
    "نام,lon,lat\nقطعه,51.4,35.7\nb,51.41,35.71\n".encode(),
    (
        b'{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"a": 1}, "geometry":'
        b' {"type": "Polygon", "coordinates": [[[51.4, 35.7], [51.41, 35.7], [51.41, 35.71], [51.4, 35.7]]]}}]}'
    ),
]
