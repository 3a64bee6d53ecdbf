"""A shapefile made whole in the working folder and read through GDAL: nothing it says of itself is believed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.geofiles import gdal
from core.geofiles.dbf import Table, prepare, read_table
from core.geofiles.encoding import Decoder, codec_name, decide, ldid_codec
from core.geofiles.findings import Report
from core.geofiles.shapes import Shapes, read_shapes
from core.geofiles.values import Chunk, Field, clean_text, fill

Parts = dict[str, Path]


@dataclass
class ShapefileLayer:
    """An opened shapefile; see :class:`core.geofiles.layer.Layer` for what each member means."""

    name: str
    member: str
    geometry_type: str
    fields: list[Field]
    feature_count: int
    crs_text: str | None
    bounds: NDArray[np.float64]
    path: Path
    shapes: Shapes
    decoder: Decoder
    deleted: NDArray[np.bool_]
    crs_is_missing: str = "crs.missing"
    originals: list[str] = field(default_factory=list)

    def chunks(self, size: int) -> Iterator[Chunk]:
        """The features in batches; deleted rows are passed over, unreadable shapes are losses."""
        for start in range(0, self.feature_count_in_file, size):
            everyone = np.arange(start, min(start + size, self.feature_count_in_file), dtype=np.int64)
            there = everyone[~self.deleted[everyone]]
            good = there[self.shapes.state[there] == Shapes.GOOD]
            chunk = self._read(good)
            for index in there[self.shapes.state[there] != Shapes.GOOD]:
                cut_off = self.shapes.state[index] == Shapes.CUT_OFF
                chunk.losses[int(index)] = ("geometry.cut_off" if cut_off else "geometry.null", {})
            yield chunk

    @property
    def feature_count_in_file(self) -> int:
        """With the deleted rows."""
        return len(self.deleted)

    def _read(self, indexes: NDArray[np.int64]) -> Chunk:
        if not len(indexes):
            return Chunk(indexes, np.zeros(0, dtype=object), {field.name: [] for field in self.fields})
        read = gdal.read(self.path, None, indexes, self.member, encoding="ISO-8859-1")
        chunk = Chunk(indexes, read.geometries, {}, winding=read.winding)
        for column, values in zip(self.fields, read.columns, strict=True):
            if column.type == "text":
                self._decode(column, values.tolist(), chunk)
            else:
                fill(chunk, column, values)
        return chunk

    def _decode(self, column: Field, listed: list[Any], chunk: Chunk) -> None:
        """Text came as ISO-8859-1, which keeps every byte: now it gets its true encoding."""
        for place, value in enumerate(listed):
            if value is None or (value.isascii() and "\x00" not in value and value.strip()):
                continue
            text, code = self.decoder(value.encode("iso-8859-1"))
            if code:
                params = {"column": column.name, "used": self.decoder.name}
                chunk.notes.append((code, int(chunk.indexes[place]), params))
            listed[place] = clean_text(text)
        chunk.columns[column.name] = listed


def open_shapefile(
    name: str, member: str, parts: Parts, encoding: str | None, report: Report
) -> ShapefileLayer:
    """Open the parts (``shp``, ``dbf`` … by ending) lying in the working folder, mending what can be mended.

    Raises SourceError.
    """
    prj, cpg = _taken(parts, "prj"), _taken(parts, "cpg")
    shapes = read_shapes(parts["shp"], parts.get("shx"), member, report)
    table = read_table(parts["dbf"], _dbf(member), report) if "dbf" in parts else None
    if table is None:
        report.add("shapefile.no_dbf", member)
    else:
        shapes, table = _same_count(shapes, table, member, report)
    decoder = _decoder(table, cpg, encoding, member, report)
    deleted = table.deleted() if table is not None else np.zeros(0, dtype=bool)
    if table is not None:
        prepare(table, len(shapes.state))
    fields = _fields(parts["shp"], table, decoder, member, report)
    # Rows that the table lacks are not deleted; they only have no attributes.
    deleted = np.concatenate([deleted, np.zeros(max(0, len(shapes.state) - len(deleted)), dtype=bool)])
    if deleted.any():
        report.add("shapefile.deleted_rows", _dbf(member), count=int(deleted.sum()))
    if shapes.has_z:
        report.add("geometry.flattened", member)
    bounds = shapes.bounds.copy()
    bounds[deleted] = np.nan
    return ShapefileLayer(
        name=name, member=member, geometry_type=shapes.kind, fields=fields,
        feature_count=int((~deleted).sum()), crs_text=_crs_text(prj), bounds=bounds,
        path=parts["shp"], shapes=shapes, decoder=decoder, deleted=deleted,
    )  # fmt: skip


def _dbf(member: str) -> str:
    return member[:-4] + ".dbf" if member[-4:].lower() == ".shp" else member


def _same_count(shapes: Shapes, table: Table, member: str, report: Report) -> tuple[Shapes, Table]:
    """As many shapes as rows: rows without a shape are features without geometry."""
    if table.claimed_rows != len(shapes.state):
        report.add("shapefile.counts_differ", member, shapes=len(shapes.state), rows=table.claimed_rows)
    # What counts is what is there: a header may claim four thousand million rows.
    return shapes.padded(table.rows), table


def _decoder(
    table: Table | None, cpg: bytes | None, asked: str | None, member: str, report: Report
) -> Decoder:
    if table is None:
        return Decoder("utf-8")
    declared = (cpg or b"")[:200].removeprefix(b"\xef\xbb\xbf").decode("latin-1").strip() or None
    if declared is None or codec_name(declared) is None:
        # An unknown .cpg is still worth saying; the header may know better.
        known = ldid_codec(table.ldid)
        if declared and known:
            report.add("encoding.unknown_declared", member, name=declared[:40])
        declared = known or declared
    return decide(table.cells(), report, member=_dbf(member), declared=declared, asked=asked)


def _fields(path: Path, table: Table | None, decoder: Decoder, member: str, report: Report) -> list[Field]:
    """The columns as GDAL sees them, their names decoded and made unique."""
    info = gdal.describe(path, None, member, encoding="ISO-8859-1")
    originals = [decoder(name.encode("iso-8859-1", "replace"))[0] for name, _kind in info.fields]
    kinds = [kind for _name, kind in info.fields]
    if table is not None and len(table.columns) == len(kinds):
        dates = [column.kind == "D" for column in table.columns]
        kinds = ["date" if date else kind for date, kind in zip(dates, kinds, strict=True)]
    return gdal.named_fields(originals, kinds, member, report)


def _taken(parts: Parts, ending: str) -> bytes | None:
    """What a part says; it goes from the working folder, as GDAL would stumble over what we can read or refuse."""
    if ending not in parts:
        return None
    with parts[ending].open("rb") as file:
        said = file.read(20_000)
    parts[ending].unlink()
    return said


def _crs_text(prj: bytes | None) -> str | None:
    if prj is None:
        return None
    try:
        text = prj.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = prj.decode("latin-1")
    return text.strip("\x00 \r\n\t") or None
