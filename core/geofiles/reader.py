"""Opening a file of any kind read here, and reading it in batches that are ready to store."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely

from core.geofiles import sniff
from core.geofiles.archive import Archive, Entry, open_archive
from core.geofiles.crs import SourceCrs, find_crs, possible, to_degrees, transform_to
from core.geofiles.delimited import open_csv
from core.geofiles.findings import Report, SourceError
from core.geofiles.geojson import open_geojson
from core.geofiles.geometry import make_fit
from core.geofiles.geopackage import layer_names, open_geopackage
from core.geofiles.layer import Layer
from core.geofiles.messages import MESSAGES, Severity
from core.geofiles.options import MEGABYTE, Box, City, ReadOptions
from core.geofiles.shapefile import open_shapefile
from core.geofiles.values import Batch, Chunk

_PARTS = ("shx", "dbf", "prj", "cpg")


class Source:
    """One opened layer.

    ``crs`` says what system was used and how it was found; ``report`` grows while batches are read.
    """

    def __init__(
        self, layer: Layer, crs: SourceCrs, target: pyproj.CRS, near: Box | None, report: Report
    ) -> None:
        self._layer = layer
        self._transform = transform_to(crs, target, near, report, layer.member)
        self._degrees = to_degrees(crs)
        self._possible = possible(crs, layer.bounds)
        self.name = layer.name
        self.member = layer.member
        self.geometry_type = layer.geometry_type
        self.fields = layer.fields
        self.feature_count = layer.feature_count
        self.crs = crs
        self.report = report

    def batches(self, size: int = 5000) -> Iterator[Batch]:
        """All features that can be kept, in the order of the file: flat, valid, in the target SRID, polygons multi.

        May be read once. Raises SourceError, also at the end when nothing could be kept.
        """
        for chunk in self._layer.chunks(size):
            batch = self._fit(chunk)
            if len(batch):
                yield batch
        if not self.report.kept:
            lost = next((one for one in self.report if one.severity == "lost"), None)
            raise SourceError(
                "source.nothing_usable", member=self.member, count=self.report.read,
                cause=lost.message() if lost is not None else "",
            )  # fmt: skip

    def _fit(self, chunk: Chunk) -> Batch:
        report = self.report
        report.read += len(chunk) + len(set(chunk.losses) - set(chunk.indexes.tolist()))
        for index, (code, params) in chunk.losses.items():
            self._lose(index, code, params)
        for code, index, params in chunk.notes:
            report.add(code, self.member, index, **params)
        if chunk.winding and not report.count("geometry.winding"):
            report.add("geometry.winding", self.member)
        self._flat(chunk)
        usable = self._usable(chunk)
        outcome = make_fit(chunk.geometries[usable], self._transform, self._degrees)
        indexes = chunk.indexes[usable]
        for place, (code, params) in outcome.lost.items():
            self._lose(int(indexes[place]), code, params)
        changed = {
            int(indexes[place]) for place, (code, _params) in outcome.repaired.items() if _is_repair(code)
        }
        for place, (code, params) in outcome.repaired.items():
            report.add(code, self.member, int(indexes[place]), **params)
        there = ~shapely.is_missing(outcome.geometries)
        kept = np.flatnonzero(usable)[there]
        report.kept += len(kept)
        report.repaired += len(
            changed | ({i for c, i, _p in chunk.notes if _is_repair(c)} & set(indexes.tolist()))
        )
        columns = {name: [values[place] for place in kept] for name, values in chunk.columns.items()}
        return Batch(chunk.indexes[kept], outcome.geometries[there], columns)

    def _usable(self, chunk: Chunk) -> Any:
        """Which of the chunk's features to go on with; the others are lost and said so."""
        usable = np.array([index not in chunk.losses for index in chunk.indexes.tolist()], dtype=bool)
        for place in np.flatnonzero(usable & ~self._possible[chunk.indexes]):
            index = int(chunk.indexes[place])
            x, y = self._layer.bounds[index, :2]
            self._lose(
                index, "geometry.outside_crs", {"x": f"{x:.6g}", "y": f"{y:.6g}", "crs": self.crs.label}
            )
            usable[place] = False
        return usable

    def _flat(self, chunk: Chunk) -> None:
        present = chunk.geometries[~shapely.is_missing(chunk.geometries)]
        if not self.report.count("geometry.flattened") and shapely.has_z(present).any():
            self.report.add("geometry.flattened", self.member)

    def _lose(self, index: int, code: str, params: dict[str, Any]) -> None:
        self.report.lost += 1
        self.report.add(code, self.member, index, **params)


@contextmanager
def open_source(
    path: Path | str, options: ReadOptions | None = None, target_srid: int = 32639, *, near: Box | None = None
) -> Iterator[Source]:
    """Open one layer of a zipped or plain shapefile, GeoPackage, GeoJSON or CSV for reading.

    ``target_srid`` is the EPSG code that geometries come out in; ``near`` (west, south, east, north in degrees)
    is the city's box, by which systems are suggested and swapped axes noticed. Raises SourceError. The working
    folder is private and gone when the block ends.
    """
    options = options or ReadOptions()
    report = Report()
    target = pyproj.CRS.from_epsg(target_srid)
    with tempfile.TemporaryDirectory(prefix="geofile-") as folder:
        layer = open_layer(Path(path), Path(folder), options, report)
        if layer.feature_count == 0:
            raise SourceError("source.empty", member=layer.member)
        crs = find_crs(layer, options.crs, City(target_srid, near), report)
        yield Source(layer, crs, target, near, report)


def open_layer(path: Path, folder: Path, options: ReadOptions, report: Report) -> Layer:
    """Open one layer without asking where it lies; ``folder`` is private and empty. Raises SourceError."""
    kind = sniff.kind_of(path)
    if kind == "zip":
        with open_archive(path, options.limits) as archive:
            return _open_in_archive(archive, folder, options, report)
    if kind == "gzip":
        name = path.name[:-3] if path.suffix.lower() == ".gz" else path.name
        path = sniff.unpack_gzip(path, folder / "layer.bin", options.limits)
        kind = sniff.kind_of_bytes(_head(path), name)
        if kind not in ("geojson", "csv"):
            raise SourceError("file.kind", member=name, kind=f"gzip ({kind})")
        return _open_parts(kind, Path(name).stem, name, {kind: path}, options, report)
    if kind == "shp":
        return _open_parts(kind, path.stem, path.name, _beside(path, folder), options, report)
    if kind == "gpkg":
        _copied(path, folder, options)
        return _open_parts(kind, path.stem, path.name, {kind: folder / "layer.gpkg"}, options, report)
    return _open_parts(kind, path.stem, path.name, {kind: path}, options, report)


def _open_in_archive(archive: Archive, folder: Path, options: ReadOptions, report: Report) -> Layer:
    entry, inner = _chosen(archive.entries(report), options.member)
    parts = archive.unpack(entry, folder)
    # What the ending promised, the first bytes must hold.
    kind = sniff.kind_of_bytes(_head(parts[entry.kind]), entry.name)
    if kind != entry.kind and {kind, entry.kind} != {"csv", "geojson"}:
        if entry.kind == "shp":
            raise SourceError("shapefile.not_shapefile", member=entry.name, cause=kind)
        raise SourceError("file.kind", member=entry.name, kind=kind)
    parts[kind] = parts[entry.kind]
    inside = ReadOptions(**{**options.__dict__, "member": inner})
    return _open_parts(kind, entry.stem, entry.name, parts, inside, report)


def _open_parts(
    kind: str, name: str, member: str, parts: dict[str, Path], options: ReadOptions, report: Report
) -> Layer:
    if kind == "gpkg":
        layer = _named(layer_names(parts[kind], member), options.member, member)
        return open_geopackage(layer, member, parts[kind], report)
    if options.member is not None and not _is_called(member, options.member):
        raise SourceError("layer.missing", wanted=options.member, names=member)
    if kind == "shp":
        return open_shapefile(name, member, parts, options.encoding, report)
    if kind == "geojson":
        return open_geojson(name, member, parts[kind], options, report)
    return open_csv(name, member, parts[kind], options, report)


def _chosen(entries: list[Entry], wanted: str | None) -> tuple[Entry, str | None]:
    """The entry asked for, or the only one; and what is left to choose inside it.

    ``FILE.gpkg/LAYER`` names a layer of a GeoPackage among others.
    """
    names = ", ".join(entry.name for entry in entries)
    if wanted is None:
        if len(entries) > 1:
            raise SourceError("layer.which", names=names)
        return entries[0], None
    for called in (lambda entry: entry.name == wanted, lambda entry: _is_called(entry.name, wanted)):
        found = [entry for entry in entries if called(entry)]
        if len(found) == 1:
            return found[0], None
        if len(found) > 1:
            raise SourceError("layer.which", names=names)
    packages = [entry for entry in entries if entry.kind == "gpkg"]
    for entry in packages:
        if wanted.casefold().startswith(entry.name.casefold() + "/"):
            return entry, wanted[len(entry.name) + 1 :]
    if len(packages) == 1:
        return packages[0], wanted
    raise SourceError("layer.missing", wanted=wanted, names=names)


def _named(names: list[str], wanted: str | None, member: str) -> str:
    if wanted is None or (wanted not in names and _is_called(member, wanted)):
        if len(names) > 1:
            raise SourceError("layer.which", member=member, names=", ".join(names))
        return names[0]
    found = [name for name in names if name == wanted] or [
        n for n in names if n.casefold() == wanted.casefold()
    ]
    if len(found) != 1:
        raise SourceError("layer.missing", member=member, wanted=wanted, names=", ".join(names))
    return found[0]


def _is_called(member: str, wanted: str) -> bool:
    """Whether people may call a member so: its path, its file name, or that without its ending; any case."""
    path = Path(member)
    return wanted.casefold() in {one.casefold() for one in (member, path.name, path.stem)}


def _beside(path: Path, folder: Path) -> dict[str, Path]:
    """The parts lying beside a plain .shp, whatever the case of their endings, linked into our folder."""
    parts = {"shp": path}
    for other in sorted(path.parent.iterdir()):
        ending = other.suffix[1:].lower()
        if ending in _PARTS and other.stem.casefold() == path.stem.casefold() and other.is_file():
            parts.setdefault(ending, other)
    for ending, original in parts.items():
        parts[ending] = folder / f"layer.{ending}"
        parts[ending].symlink_to(original.resolve())
    return parts


def _copied(path: Path, folder: Path, options: ReadOptions) -> None:
    """A copy of a GeoPackage: SQLite writes beside a file that it opens, and its journal holds part of the data."""
    if path.stat().st_size > options.limits.unpacked_bytes:
        size_mb, limit_mb = path.stat().st_size // MEGABYTE, options.limits.unpacked_bytes // MEGABYTE
        raise SourceError("file.too_large", member=path.name, size_mb=size_mb, limit_mb=limit_mb)
    shutil.copyfile(path, folder / "layer.gpkg")
    journal = path.with_name(path.name + "-wal")
    if journal.is_file():
        shutil.copyfile(journal, folder / "layer.gpkg-wal")


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise SourceError("file.empty", member=path.name)
    return head


def _is_repair(code: str) -> bool:
    return MESSAGES[code].severity is Severity.REPAIRED
