"""Writing geographic files that any program opens: GeoJSON, GeoPackage, zipped shapefile, CSV."""

import csv
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import shapely

from core.geofiles.gdal import ogr
from core.geofiles.tables import Column, Table, array_of, short_names

WGS84 = 4326
_GEOMETRY = {"point": "Point", "line": "LineString", "polygon": "Polygon"}
_DIMENSIONS = ("point", "line", "polygon")
_DECIMALS = 9
"""Of a degree, as much as ST_AsGeoJSON writes for a parcel: a tenth of a millimetre."""
# A cell that begins with one of these is a formula to Excel and LibreOffice, whoever wrote it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Format:
    """A kind of file: its extension, media type, and what writes a table into a folder and says where."""

    extension: str
    media_type: str
    write: Callable[[Table, Path], Path]
    only_degrees: bool


def write(table: Table, extension: str) -> IO[bytes]:
    """The table as a file, open at its beginning. Nothing of it stays on the disk once it is closed.

    GeoJSON and CSV are to be in degrees (EPSG:4326). Raises KeyError for an extension that is not in :data:`FORMATS`.
    """
    with tempfile.TemporaryDirectory(prefix="shahrnama-download-") as folder:
        # The folder goes at once; the open file is read to its end all the same.
        return FORMATS[extension].write(table, Path(folder)).open("rb")


def _write_geojson(table: Table, folder: Path) -> Path:
    path = folder / "table.geojson"
    # RFC 7946: rings anticlockwise, no member "crs".
    options = {"RFC7946": "YES", "COORDINATE_PRECISION": str(_DECIMALS), "WRITE_NAME": "NO"}
    _write_by_gdal(table, path, "GeoJSON", layer_options=options)
    return path


def _write_geopackage(table: Table, folder: Path) -> Path:
    path = folder / "table.gpkg"
    _write_by_gdal(table, path, "GPKG", layer=table.name)
    return path


def _write_shapefile(table: Table, folder: Path) -> Path:
    """One shapefile for each kind of geometry: the format holds but one. The names cut short are listed beside."""
    names = [column.name for column in table.columns]
    short = short_names(names)
    columns = [
        Column(name, "integer" if column.kind == "boolean" else column.kind, column.values)
        for name, column in zip(short, table.columns, strict=True)
    ]
    members = folder / "members"
    members.mkdir()
    for stem, part in _by_kind(Table(table.name, columns, table.shapes, table.kind, table.srid)):
        _write_by_gdal(part, members / f"{stem}.shp", "ESRI Shapefile", encoding="UTF-8")
    lines = "".join(f"{a}\t{b}\r\n" for a, b in zip(short, names, strict=True))
    # With a mark at its beginning, so that Windows' editor reads the Persian names.
    (members / f"{table.name}-fields.txt").write_text(lines, encoding="utf-8-sig", newline="")
    path = folder / "table.shp.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in sorted(members.iterdir()):
            archive.write(member, member.name)
    return path


def _by_kind(table: Table) -> Iterator[tuple[str, Table]]:
    """The table by the dimension of its shapes, the kind it is meant to be of first; one that is empty stays one."""
    dimensions = shapely.get_dimensions(_parse(table.shapes))
    present = [kind for at, kind in enumerate(_DIMENSIONS) if (dimensions == at).any()] or [table.kind]
    for kind in present:
        at = np.flatnonzero(dimensions == _DIMENSIONS.index(kind)).tolist()
        columns = [Column(each.name, each.kind, [each.values[n] for n in at]) for each in table.columns]
        stem = table.name if len(present) == 1 else f"{table.name}-{kind}s"
        yield stem, Table(table.name, columns, [table.shapes[n] for n in at], kind, table.srid)


def _write_by_gdal(table: Table, path: Path, driver: str, **options: Any) -> None:
    arrays = [array_of(column) for column in table.columns]
    shapes = np.empty(len(table), dtype=object)
    shapes[:] = table.shapes
    kind, is_multi = _geometry_type(table, driver)
    ogr().raw.write(
        path,
        geometry=shapes,
        field_data=[values for values, _missing in arrays],
        field_mask=[missing for _values, missing in arrays],
        fields=[column.name for column in table.columns],
        driver=driver,
        geometry_type=kind,
        crs=f"EPSG:{table.srid}",
        promote_to_multi=is_multi,
        **options,
    )


def _geometry_type(table: Table, driver: str) -> tuple[str, bool]:
    """The type a layer is declared of, and whether single shapes are to be written as multiple ones.

    Most points are single and stay so; a GeoPackage's lines and polygons are multiple whatever is in them today, so
    that the layer opens as the same tomorrow; a shapefile does not tell the two apart.
    """
    types = shapely.get_type_id(_parse(table.shapes))
    if driver == "GeoJSON" or len(set(shapely.get_dimensions(_parse(table.shapes)).tolist())) > 1:
        return "Unknown", False
    has_many = bool((types == shapely.GeometryType.MULTIPOINT).any())
    is_multi = has_many if table.kind == "point" else driver == "GPKG"
    return ("Multi" if is_multi else "") + _GEOMETRY[table.kind], is_multi


def _parse(shapes: list[bytes]) -> Any:
    return shapely.from_wkb(np.array(shapes, dtype=object)) if shapes else np.empty(0, dtype=object)


def _write_csv(table: Table, folder: Path) -> Path:
    """For spreadsheets: a mark that tells Excel of UTF-8, no formulas, a point inside, and the shape as WKT."""
    path = folder / "table.csv"
    shapes = _parse(table.shapes)
    spots = shapely.get_coordinates(shapely.point_on_surface(shapes)).round(7).tolist()
    outlines = [shapely.to_wkt(shape, rounding_precision=_DECIMALS) for shape in shapes]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*(defused(column.name) for column in table.columns), "lon", "lat", "wkt"])
        rows = (
            zip(*(column.values for column in table.columns), strict=True)
            if table.columns
            else [()] * len(table)
        )
        for row, spot, outline in zip(rows, spots, outlines, strict=True):
            writer.writerow([*map(defused, row), *spot, outline])
    return path


def defused(value: Any) -> Any:
    """A value as a spreadsheet may have it: text that would be taken for a formula is led by an apostrophe (OWASP)."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value


FORMATS = {
    each.extension: each
    for each in (
        Format("geojson", "application/geo+json", _write_geojson, only_degrees=True),
        Format("csv", "text/csv; charset=utf-8", _write_csv, only_degrees=True),
        Format("gpkg", "application/geopackage+sqlite3", _write_geopackage, only_degrees=False),
        Format("shp.zip", "application/zip", _write_shapefile, only_degrees=False),
    )
}
