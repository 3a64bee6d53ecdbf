"""A GeoPackage: its layers asked of SQLite, read through GDAL."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.geofiles import gdal
from core.geofiles.findings import Report, SourceError
from core.geofiles.values import Chunk, Field, fill


@dataclass
class GeoPackageLayer:
    """An opened layer; see :class:`core.geofiles.layer.Layer`."""

    name: str
    member: str
    geometry_type: str
    fields: list[Field]
    feature_count: int
    crs_text: str | None
    bounds: NDArray[np.float64]
    path: Path
    fids: NDArray[np.int64]
    crs_is_missing: str = "crs.not_said"

    def chunks(self, size: int) -> Iterator[Chunk]:
        """The features in batches."""
        wanted = [field.original for field in self.fields]
        for start in range(0, len(self.fids), size):
            fids = self.fids[start : start + size]
            read = gdal.read_run(self.path, self.name, fids, start, self.member, wanted)
            indexes = np.arange(start, start + len(fids), dtype=np.int64)
            chunk = Chunk(indexes, read.geometries, {}, winding=read.winding)
            for column, values in zip(self.fields, read.columns, strict=True):
                fill(chunk, column, values)
            yield chunk


def layer_names(path: Path, member: str) -> list[str]:
    """The layers with geometry. Raises SourceError when this is no GeoPackage."""
    query = "SELECT table_name FROM gpkg_geometry_columns ORDER BY table_name"
    try:
        # It lies in our own folder; read-only, so that a hostile trigger has nothing to fire on.
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            names = [str(name) for (name,) in database.execute(query)]
    except (sqlite3.Error, UnicodeError) as error:
        raise SourceError("gpkg.damaged", member=member, cause=str(error)) from None
    if not names:
        raise SourceError("gpkg.no_layer", member=member)
    return names


def open_geopackage(name: str, member: str, path: Path, report: Report) -> GeoPackageLayer:
    """Open one layer lying in the working folder. Raises SourceError."""
    info = gdal.describe(path, name, member)
    kept = [(column, kind) for column, kind in info.fields if kind is not None]
    for column, kind in info.fields:
        if kind is None:
            report.add("column.dropped", member, column=column)
    fields = gdal.named_fields([column for column, _ in kept], [kind for _, kind in kept], member, report)
    fids, bounds = gdal.bounds(path, name, member)
    return GeoPackageLayer(
        name=name, member=member, geometry_type=_kind(info.geometry_type), fields=fields,
        feature_count=len(fids), crs_text=info.crs, bounds=bounds, path=path, fids=fids,
    )  # fmt: skip


def _kind(said: str | None) -> str:
    for word, kind in (("Point", "point"), ("Line", "line"), ("Polygon", "polygon"), ("Surface", "polygon")):
        if said and word in said:
            return kind
    return "line" if said and "Curve" in said else "mixed"
