"""Makes small map files of every kind, whole or damaged in one way each."""

import json
import struct
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import pyproj
import shapely

from core.geofiles import Batch, ReadOptions, Report, Source, SourceError, open_source
from core.geofiles.options import Box

TEHRAN = (51.1, 35.55, 51.65, 35.85)
SQUARES = [shapely.box(535000 + 20 * i, 3950000, 535010 + 20 * i, 3950010) for i in range(4)]
POINTS = [shapely.Point(535000 + 20 * i, 3950000) for i in range(4)]
LINES = [shapely.LineString([(535000, 3950000 + i), (535050, 3950000 + i)]) for i in range(4)]


def esri_wkt(epsg: int) -> bytes:
    """What ESRI's programs write into a .prj: no authority."""
    return pyproj.CRS.from_epsg(epsg).to_wkt("WKT1_ESRI").encode()


def shapefile(
    geometries: Sequence[Any] = SQUARES,
    columns: Mapping[str, Sequence[Any]] | None = None,
    *,
    encoding: str = "UTF-8",
    epsg: int | None = 32639,
    kind: str | None = None,
) -> dict[str, bytes]:
    """The parts of a shapefile by ending; ``cpg`` as GDAL writes it, ``prj`` as ESRI does."""
    columns = {"code": [f"c{i}" for i in range(len(geometries))]} if columns is None else columns
    made = np.array(geometries, dtype=object)
    first = next((one.geom_type for one in geometries if one is not None), "Point")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.shp"
        pyogrio.raw.write(
            path, shapely.to_wkb(made), [np.array(values, dtype=_dtype(values)) for values in columns.values()],
            list(columns), geometry_type=kind or first, crs="EPSG:32639", encoding=encoding,
        )  # fmt: skip
        parts = {part.suffix[1:]: part.read_bytes() for part in Path(folder).iterdir()}
    if epsg is None:
        parts.pop("prj", None)
    else:
        parts["prj"] = esri_wkt(epsg)
    return parts


def zipped(path: Path, *layers: dict[str, bytes] | tuple[str, dict[str, bytes]], **others: bytes) -> Path:
    """A zip of shapefiles named ``layer``, ``layer2`` … or as told, and of other members (``a__b`` is ``a.b``)."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, layer in enumerate(layers, 1):
            name, parts = (
                layer if isinstance(layer, tuple) else ("layer" + str(number if number > 1 else ""), layer)
            )
            for ending, data in parts.items():
                archive.writestr(f"{name}.{ending}", data)
        for name, data in others.items():
            archive.writestr(name.replace("__", "."), data)
    return path


def members(path: Path, content: Mapping[str, bytes]) -> Path:
    """A zip of exactly these members."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return path


def geojson(path: Path, features: Sequence[Any], **more: Any) -> Path:
    """A FeatureCollection of (geometry, properties) pairs."""
    listed = [
        {"type": "Feature", "geometry": geometry, "properties": properties}
        for geometry, properties in features
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": listed, **more}), encoding="utf-8")
    return path


def set_ldid(parts: dict[str, bytes], ldid: int) -> dict[str, bytes]:
    """The same parts without .cpg, the DBF's language driver set."""
    dbf = bytearray(parts["dbf"])
    dbf[29] = ldid
    return {**{ending: data for ending, data in parts.items() if ending != "cpg"}, "dbf": bytes(dbf)}


def shp_length(parts: dict[str, bytes], words: int) -> dict[str, bytes]:
    """The same parts, the .shp header claiming another length (in 16-bit words)."""
    shp = parts["shp"][:24] + struct.pack(">i", words) + parts["shp"][28:]
    return {**parts, "shp": shp}


class Read:
    """All of a file at once, for tests."""

    def __init__(self, source: Source, batches: list[Batch]) -> None:
        self.source = source
        self.report: Report = source.report
        self.geometries = [one for batch in batches for one in batch.geometries]
        self.indexes = [int(one) for batch in batches for one in batch.indexes]
        self.columns: dict[str, list[Any]] = {
            field.name: [value for batch in batches for value in batch.columns[field.name]]
            for field in source.fields
        }


def read(path: Path, srid: int = 32639, near: Box | None = None, size: int = 5000, **options: Any) -> Read:
    """Read a file whole and hold the general law over it: every feature kept or lost, what is kept fit to store."""
    with open_source(path, ReadOptions(**options), srid, near=near) as source:
        batches = list(source.batches(size))
        made = Read(source, batches)
    report = made.report
    assert report.read == report.kept + report.lost == source.feature_count
    assert report.kept == len(made.geometries) == len(set(made.indexes))
    assert report.repaired <= report.kept
    assert (
        sum(tally.count for code, tally in report.tallies.items() if _severity(tally) == "lost")
        == report.lost
    )
    for geometry in made.geometries:
        assert geometry.is_valid
        assert not geometry.is_empty
        assert not geometry.has_z
        assert geometry.geom_type != "Polygon"
        assert np.isfinite(shapely.get_coordinates(geometry)).all()
    for column in made.columns.values():
        assert len(column) == len(made.geometries)
        assert not any(isinstance(value, str) and ("\x00" in value) for value in column)
    assert all(report.lines())
    return made


def refusal(path: Path, **options: Any) -> str | None:
    """Read a file whole under the general law; the line it is refused by, or None when it comes in."""
    try:
        read(path, **options)
    except SourceError as error:
        return error.message
    return None


def _severity(tally: Any) -> str:
    return str(tally.examples[0].severity)


def _dtype(values: Sequence[Any]) -> Any:
    kinds = {type(value) for value in values}
    return {frozenset({int}): np.int64, frozenset({float}): np.float64}.get(frozenset(kinds), object)
