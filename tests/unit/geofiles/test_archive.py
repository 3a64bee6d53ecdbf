"""Archives: what is inside is found wherever it lies, and what is hostile is refused before it is unpacked."""

import io
import os
import stat
import struct
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from core.geofiles import Limits, ReadOptions, SourceError, open_source
from tests.unit.geofiles.make import LINES, geojson, members, read, shapefile, zipped

PARTS = shapefile()
SQUARE = {"type": "Polygon", "coordinates": [[[51.4, 35.7], [51.41, 35.7], [51.41, 35.71], [51.4, 35.7]]]}


def refused(path: Path, **options: Any) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read(path, **options)
    assert "\n" not in caught.value.message
    return caught.value


def named(name: str) -> dict[str, bytes]:
    return {f"{name}.{ending}": data for ending, data in PARTS.items()}


@pytest.mark.parametrize("name", ["layer", "a/b/c/layer", "شهر/قطعات", "with space", "Up.Per", "a\\b\\layer"])
def test_a_layer_is_found_in_any_folder(tmp_path: Path, name: str) -> None:
    assert read(members(tmp_path / "a.zip", named(name))).report.kept == 4


def test_endings_and_names_in_any_case(tmp_path: Path) -> None:
    content = {
        "Layer.SHP": PARTS["shp"],
        "layer.Dbf": PARTS["dbf"],
        "LAYER.shx": PARTS["shx"],
        "layer.PRJ": PARTS["prj"],
    }
    made = read(members(tmp_path / "a.zip", content))
    assert made.columns["code"] == ["c0", "c1", "c2", "c3"]


def test_the_ending_of_the_archive_does_not_matter(tmp_path: Path) -> None:
    assert read(zipped(tmp_path / "parcels.shp", PARTS)).report.kept == 4


def test_litter_is_passed_over(tmp_path: Path) -> None:
    litter = {
        "__MACOSX/._layer.shp": b"\0\5", "__MACOSX/._layer.cpg": b"\0\5", ".DS_Store": b"x", "._layer.dbf": b"x",
        "layer.shp:Zone.Identifier": b"x", "Thumbs.db": b"x", "readme.txt": b"hello", "folder/": b"",
    }  # fmt: skip
    made = read(members(tmp_path / "a.zip", {**named("layer"), **litter}))
    assert (made.source.name, made.report.kept, made.report.tallies) == ("layer", 4, {})


@pytest.mark.parametrize(
    "name",
    [
        "../evil.txt",
        "a/../../evil.txt",
        "/etc/evil",
        "C:/evil.txt",
        "C:evil",
        "..\\evil.txt",
        "\\\\host\\evil",
        "a/..",
    ],
)
def test_names_that_leave_the_archive(tmp_path: Path, name: str) -> None:
    error = refused(members(tmp_path / "a.zip", {**named("layer"), name: b"x"}))
    assert error.code == "archive.unsafe_name"
    assert error.member == name.replace("\\", "/")


def test_links(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", PARTS)
    link = zipfile.ZipInfo("other.shp")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    assert refused(path).code == "archive.link"


def test_several_layers_are_asked_about(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", ("a/parcels", PARTS), ("b/parcels", PARTS), ("roads", shapefile(LINES)))
    error = refused(path)
    assert (error.code, error.option) == ("layer.which", "member")
    assert all(name in error.message for name in ("a/parcels.shp", "b/parcels.shp", "roads.shp", "--member"))
    assert refused(path, member="parcels").code == "layer.which"
    assert refused(path, member="rivers").code == "layer.missing"
    for called in ("roads", "ROADS.shp", "roads.shp"):
        assert read(path, member=called).source.geometry_type == "line"
    assert read(path, member="a/parcels.shp").source.member == "a/parcels.shp"


def test_only_the_chosen_layer_is_unpacked(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", ("good", PARTS), ("big", {**PARTS, "dbf": os.urandom(300_000)}))
    tight = Limits(unpacked_bytes=400_000)
    assert read(path, member="good", limits=tight).report.kept == 4


def test_other_kinds_inside(tmp_path: Path) -> None:
    inner = geojson(tmp_path / "x.geojson", [(SQUARE, {"a": 1})]).read_bytes()
    assert read(members(tmp_path / "a.zip", {"deep/x.geojson": inner})).report.kept == 1
    assert read(members(tmp_path / "b.zip", {"x.json": inner, "notes.csv": b"a,b\n1,2\n"})).report.kept == 1
    assert read(members(tmp_path / "c.zip", {"x.csv": b"lon,lat\n51.4,35.7\n"})).report.kept == 1
    both = members(tmp_path / "d.zip", {**named("layer"), "x.geojson": inner})
    assert refused(both).code == "layer.which"
    assert read(both, member="x").columns == {"a": [1]}
    wrong = members(tmp_path / "e.zip", {"x.gpkg": inner})
    assert refused(wrong).code == "file.kind"
    assert refused(members(tmp_path / "f.zip", {**named("layer"), "layer.shp": inner})).code == (
        "shapefile.not_shapefile"
    )


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({}, "archive.no_layer"),
        ({"a.pdf": b"%PDF"}, "archive.no_layer"),
        ({"empty.txt": b""}, "archive.no_layer"),
        ({"evil.vrt": b"<OGRVRTDataSource/>"}, "archive.no_layer"),
        ({"inner.zip": b"PK", "other.rar": b"Rar!"}, "archive.nested"),
        ({"city.gdb/a00000001.gdbtable": b"x"}, "archive.geodatabase"),
        ({"layer.dbf": PARTS["dbf"], "layer.shx": PARTS["shx"]}, "shapefile.no_shp"),
    ],
)
def test_nothing_to_read_inside(tmp_path: Path, content: dict[str, bytes], code: str) -> None:
    assert refused(members(tmp_path / "a.zip", content)).code == code


def test_orphans_beside_a_layer_are_told(tmp_path: Path) -> None:
    made = read(members(tmp_path / "a.zip", {**named("layer"), "owners.dbf": PARTS["dbf"]}))
    assert made.report.count("archive.orphans") == 1
    assert "owners.dbf" in made.report.lines()[0]


def test_twins(tmp_path: Path) -> None:
    assert (
        refused(members(tmp_path / "a.zip", {**named("layer"), "LAYER.dbf": PARTS["dbf"]})).code
        == "archive.duplicate"
    )


def bomb(name: str, size: int) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for ending, data in PARTS.items():
            archive.writestr(f"layer.{ending}", data)
        with archive.open(name, "w") as member:
            for _ in range(size >> 20):
                member.write(bytes(1 << 20))
    return made.getvalue()


def test_a_bomb_is_refused_unopened(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(bomb("history.bin", 64 << 20))
    error = refused(path)
    assert (error.code, error.member) == ("archive.bomb", "history.bin")


def test_more_than_the_budget(tmp_path: Path) -> None:
    path = members(tmp_path / "a.zip", {**named("layer"), "layer.cpg": bytes(2 << 20)})
    assert refused(path, limits=Limits(unpacked_bytes=1 << 20)).code == "archive.unpacks_too_large"


def lying(path: Path, name: str, size: int) -> Path:
    """The archive, its directory claiming another unpacked size for one member."""
    data = bytearray(path.read_bytes())
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        length = struct.unpack_from("<H", data, at + 28)[0]
        if data[at + 46 : at + 46 + length] == name.encode():
            data[at + 24 : at + 28] = struct.pack("<I", size)
        at = data.find(b"PK\x01\x02", at + 4)
    path.write_bytes(bytes(data))
    return path


@pytest.mark.parametrize("claimed", [1, 10, 0xFFFFFFF0])
def test_sizes_that_lie(tmp_path: Path, claimed: int) -> None:
    path = lying(zipped(tmp_path / "a.zip", PARTS), "layer.shp", claimed)
    assert refused(path).code in (
        "archive.damaged",
        "archive.unpacks_too_large",
        "archive.bomb",
        "shapefile.not_shapefile",
    )


def test_a_size_that_exaggerates_within_reason(tmp_path: Path) -> None:
    path = lying(zipped(tmp_path / "a.zip", PARTS), "layer.shp", 500_000)
    assert read(path).report.kept == 4


def test_a_directory_that_claims_to_be_huge(tmp_path: Path) -> None:
    data = bytearray(zipped(tmp_path / "a.zip", PARTS).read_bytes())
    end = data.rfind(b"PK\x05\x06")
    data[end + 12 : end + 16] = struct.pack("<I", 0x7FFFFFFF)
    (tmp_path / "b.zip").write_bytes(bytes(data))
    assert refused(tmp_path / "b.zip").code == "archive.too_many"


def test_too_many_members(tmp_path: Path) -> None:
    path = members(tmp_path / "a.zip", {**named("layer"), **{f"{i}.txt": b"" for i in range(50)}})
    assert refused(path, limits=Limits(members=20)).code == "archive.too_many"
    assert read(path).report.kept == 4


def test_too_large_an_archive(tmp_path: Path) -> None:
    assert (
        refused(zipped(tmp_path / "a.zip", PARTS), limits=Limits(archive_bytes=100)).code == "file.too_large"
    )


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_ways_of_packing_that_claim_memory(tmp_path: Path, method: int) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", method) as archive:
        for ending, data in PARTS.items():
            archive.writestr(f"layer.{ending}", data)
    assert refused(tmp_path / "a.zip").code == "archive.method"


def test_a_password(tmp_path: Path) -> None:
    data = bytearray(zipped(tmp_path / "a.zip", PARTS).read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + flags] |= 1
            at = data.find(mark, at + 4)
    (tmp_path / "b.zip").write_bytes(bytes(data))
    error = refused(tmp_path / "b.zip")
    assert error.code == "archive.encrypted"
    assert str(error.member).startswith("layer.")


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.99])
def test_cut_off(tmp_path: Path, kept: float) -> None:
    data = zipped(tmp_path / "a.zip", PARTS).read_bytes()
    (tmp_path / "b.zip").write_bytes(data[: int(len(data) * kept)])
    assert refused(tmp_path / "b.zip").code == "archive.damaged"


@pytest.mark.parametrize("codec", ["cp720", "cp1256", "utf-8"])
def test_persian_names_of_old_programs(tmp_path: Path, codec: str) -> None:
    # With the Arabic kaf: no code page that Windows used in archives has the Persian one.
    name = "املاك"
    raw = name.encode(codec)
    packed = members(tmp_path / "a.zip", named("x" * len(raw))).read_bytes()
    # zipfile would write UTF-8 and its flag; old programs wrote the bytes of their code page and no flag.
    (tmp_path / "b.zip").write_bytes(packed.replace(b"x" * len(raw), raw))
    assert read(tmp_path / "b.zip").source.name == name
    assert read(tmp_path / "b.zip", member=f"{name}.shp").report.kept == 4


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = tmp_path / "room"
    room.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(room))
    path = zipped(tmp_path / "a.zip", PARTS)
    with open_source(path, ReadOptions(), 32639) as source:
        inside = [entry.name for folder in room.iterdir() for entry in folder.iterdir()]
        assert sorted(inside) == ["layer.dbf", "layer.shp", "layer.shx"]
        next(source.batches())
    assert list(room.iterdir()) == []
    with pytest.raises(SourceError):
        read(members(tmp_path / "b.zip", {**named("layer"), "layer.shp": b"broken"}))
    assert list(room.iterdir()) == []
    assert not (tmp_path / "evil.txt").exists()
