"""CSV with coordinates, as spreadsheets in Iran and elsewhere write it: any separator, digits and decimal mark."""

import codecs
import csv
import io
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from core.geofiles.encoding import Cell, Decoder, decide
from core.geofiles.findings import Report, SourceError
from core.geofiles.geometry import known_kind
from core.geofiles.options import MEGABYTE, ReadOptions
from core.geofiles.values import Chunk, Field, Geometries, clean_text, unique_names
from core.text import fold, latin_digits

_LON = ("lon", "long", "lng", "longitude", "طول جغرافیایی", "طول", "lon dd", "x", "point x", "x coord", "xcoord",
        "coord x", "easting", "utm x", "x utm", "east")  # fmt: skip
_LAT = ("lat", "lat", "lat", "latitude", "عرض جغرافیایی", "عرض", "lat dd", "y", "point y", "y coord", "ycoord",
        "coord y", "northing", "utm y", "y utm", "north")  # fmt: skip
_WKT = ("wkt", "geom", "geometry", "the geom", "shape", "wkt geom")
_CELL_LIMIT = 16 * MEGABYTE
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
_SRID = re.compile(r"\s*SRID=(\d+);", re.IGNORECASE)


@dataclass(frozen=True)
class Dialect:
    """How a table is written, where its header stands and where its coordinates are."""

    path: Path
    decoder: Decoder
    bom_bytes: int
    delimiter: str
    skip_lines: int

    def rows(self, member: str) -> Iterator[tuple[int, list[str]]]:
        """Each row that is not blank with the number of its last line; the header first. Raises SourceError."""
        csv.field_size_limit(_CELL_LIMIT)
        errors = "replace" if self.decoder.replace else "strict"
        with self.path.open("rb") as raw:
            raw.seek(self.bom_bytes)
            text = io.TextIOWrapper(raw, self.decoder.name, errors=errors, newline="")
            for _line in range(self.skip_lines):
                text.readline()
            reader = csv.reader(_lines(text), delimiter=self.delimiter)
            try:
                for row in reader:
                    if any(cell.strip() for cell in row):
                        yield reader.line_num + self.skip_lines, row
            except (csv.Error, UnicodeError) as error:
                line = reader.line_num + self.skip_lines + 1
                raise SourceError("csv.damaged", member=member, line=line, cause=str(error)[:120]) from None


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    """The lines, of bounded length: what has no end of line is no table."""
    while line := text.readline(_CELL_LIMIT):
        if len(line) == _CELL_LIMIT:
            raise csv.Error(f"> {_CELL_LIMIT} characters")
        yield line.replace("\x00", "")


@dataclass(frozen=True)
class Places:
    """The columns that hold the coordinates: x and y, or WKT."""

    x: int = -1
    y: int = -1
    wkt: int = -1
    decimal_comma: bool = False

    def geometry(self, row: list[str]) -> tuple[Any, str | None]:
        """The geometry of a row, or None and the text that is none (None when there is no text)."""
        if self.wkt >= 0:
            text = _SRID.sub("", _cell(row, self.wkt).strip())
            made = shapely.from_wkt(text, on_invalid="ignore") if text else None
            return made, None if made is not None else text or None
        texts = [_cell(row, self.x).strip(), _cell(row, self.y).strip()]
        numbers = [coordinate(text, self.decimal_comma) for text in texts]
        if numbers[0] is not None and numbers[1] is not None:
            return (numbers[0], numbers[1]), None
        bad = [text for text, number in zip(texts, numbers, strict=True) if text and number is None]
        return None, bad[0] if bad else None


@dataclass
class CsvLayer:
    """An opened table; see :class:`core.geofiles.layer.Layer`."""

    name: str
    member: str
    geometry_type: str
    fields: list[Field]
    feature_count: int
    crs_text: str | None
    bounds: NDArray[np.float64]
    dialect: Dialect
    places: Places
    crs_is_missing: str = "crs.not_said"

    def chunks(self, size: int) -> Iterator[Chunk]:
        """The rows in batches; every value is text, as parcel numbers may begin with zeros."""
        rows = self.dialect.rows(self.member)
        next(rows)
        start = 0
        while group := [row for _place, row in zip(range(size), rows, strict=False)]:
            yield self._chunk(start, group)
            start += len(group)

    def _chunk(self, start: int, group: list[tuple[int, list[str]]]) -> Chunk:
        indexes = np.arange(start, start + len(group), dtype=np.int64)
        chunk = Chunk(indexes, np.full(len(group), None, dtype=object), {})
        found: dict[int, Any] = {}
        for place, (line, row) in enumerate(group):
            made, bad = self.places.geometry(row)
            if made is None:
                code = "csv.no_coordinate" if bad is None else "csv.bad_coordinate"
                params = {"line": line} if bad is None else {"line": line, "value": bad[:40]}
                chunk.losses[start + place] = (code, params)
            else:
                found[place] = made
            if len(row) != len(self.fields):
                params = {"line": line, "cells": len(row), "columns": len(self.fields)}
                chunk.notes.append(("csv.ragged", start + place, params))
        chunk.geometries[list(found)] = _shapes(list(found.values()))
        for number, column in enumerate(self.fields):
            chunk.columns[column.name] = [clean_text(_cell(row, number)) for _line, row in group]
        return chunk


def open_csv(name: str, member: str, path: Path, options: ReadOptions, report: Report) -> CsvLayer:
    """Read the table once through: encoding, separator, coordinate columns, bounds. Raises SourceError."""
    _hold_to_size(path, member, options)
    dialect = _dialect(path, member, options, report)
    rows = dialect.rows(member)
    header = [cell.strip() for cell in next(rows, (0, []))[1]]
    if not header:
        raise SourceError("file.empty", member=member)
    places = _places(header, dialect.delimiter, member, options, report)
    # Packed, as a table may have many million rows.
    boxes = array("d")
    types: set[int] = set()
    srid = None
    for _line, row in rows:
        made, _bad = places.geometry(row)
        if isinstance(made, tuple):
            boxes.extend((*made, *made))
            types.add(0)
        else:
            boxes.extend(made.bounds if made is not None else (np.nan,) * 4)
            types.add(int(shapely.get_type_id(made)))
            found = _SRID.match(_cell(row, places.wkt)) if made is not None and srid is None else None
            srid = found[1] if found else srid
    bounds = np.frombuffer(boxes, dtype=np.float64).reshape(-1, 4)
    names = unique_names(header)
    for original, sane in zip(header, names, strict=True):
        if original != sane:
            report.add("column.renamed", member, original=original, name=sane)
    fields = [Field(sane, original, "text") for sane, original in zip(names, header, strict=True)]
    crs_text = _crs_text(bounds, srid, member, options, report)
    kind = known_kind(np.array(sorted(types), dtype=np.int64))
    return CsvLayer(name, member, kind, fields, len(bounds), crs_text, bounds, dialect, places)


def _hold_to_size(path: Path, member: str, options: ReadOptions) -> None:
    size = path.stat().st_size
    if size > options.limits.csv_bytes:
        limit_mb = options.limits.csv_bytes // MEGABYTE
        raise SourceError("file.too_large", member=member, size_mb=size // MEGABYTE, limit_mb=limit_mb)


def read_table(
    path: Path, options: ReadOptions, report: Report
) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """A table whether or not it has coordinates: its header, and each row with the number of its last line.

    Raises SourceError for what is no table.
    """
    member = path.name
    _hold_to_size(path, member, options)
    rows = _dialect(path, member, options, report).rows(member)
    header = next(rows, None)
    if header is None:
        raise SourceError("file.empty", member=member)
    return [cell.strip() for cell in header[1]], rows


def coordinate(text: str, decimal_comma: bool = False) -> float | None:
    """A number written by people: Persian digits, Persian or comma decimal mark, blanks; None when it is none."""
    plain = latin_digits(text).replace("٫", ".").replace("٬", "").replace("−", "-")
    plain = re.sub("[\\s\u00a0\u200c-\u200f\u202a-\u202e°]", "", plain).rstrip("EeNn")
    if decimal_comma and plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    if not _NUMBER.fullmatch(plain):
        return None
    value = float(plain)
    return value if np.isfinite(value) else None


def _crs_text(
    bounds: NDArray[np.float64], srid: str | None, member: str, options: ReadOptions, report: Report
) -> str | None:
    """EWKT says it; numbers in the range of degrees are taken as degrees, and that is said; else nothing."""
    if srid is not None:
        return f"EPSG:{srid}"
    known = bounds[np.isfinite(bounds).all(axis=1)]
    if not len(known) or (np.abs(known) <= 180).all(axis=1).mean() < 0.5:
        return None
    if options.crs is None:
        report.add("crs.assumed_degrees", member)
    return "EPSG:4326"


def _dialect(path: Path, member: str, options: ReadOptions, report: Report) -> Dialect:
    with path.open("rb") as file:
        head = file.read(4)
    for mark, name in _MARKS:
        if head.startswith(mark):
            decoder, bom = decide((), report, member=member, declared=name, asked=options.encoding), len(mark)
            break
    else:
        decoder, bom = decide(_cells(path), report, member=member, asked=options.encoding), 0
    with path.open("rb") as file:
        file.seek(bom)
        sample = file.read(1 << 16).decode(decoder.name, "replace").splitlines()[:20]
    hint = re.match(r"\s*sep=(.)\s*$", sample[0], re.IGNORECASE) if sample else None
    if hint:
        return Dialect(path, decoder, bom, hint[1], 1)
    return Dialect(path, decoder, bom, _delimiter(sample), 0)


def _delimiter(sample: list[str]) -> str:
    """The mark that cuts the first lines into the most cells, as many in each."""

    def score(mark: str) -> tuple[float, int]:
        counts = [len(row) for row in csv.reader(sample, delimiter=mark) if row]
        if not counts or counts[0] < 2:
            return 0.0, 0
        return sum(count == counts[0] for count in counts) / len(counts), counts[0]

    return max(",;\t|", key=lambda mark: (round(score(mark)[0]), score(mark)[1], score(mark)[0]))


def _cells(path: Path) -> Iterator[Cell]:
    with path.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(_CELL_LIMIT), b""), 1):
            if not line.isascii():
                yield Cell(number, "", line.rstrip(b"\r\n"))


def _places(header: list[str], delimiter: str, member: str, options: ReadOptions, report: Report) -> Places:
    comma = delimiter != ","
    folded = [fold(name) for name in header]
    if options.lon_field is not None or options.lat_field is not None:
        x = _column(header, folded, options.lon_field or "", member)
        y = _column(header, folded, options.lat_field or "", member)
        return Places(x, y, decimal_comma=comma)
    for x_name, y_name in zip(_LON, _LAT, strict=True):
        if x_name in folded and any(name in folded for name in _partners(x_name, y_name)):
            y_found = next(name for name in _partners(x_name, y_name) if name in folded)
            places = Places(folded.index(x_name), folded.index(y_found), decimal_comma=comma)
            report.add("csv.guessed", member, names=f"{header[places.x]}, {header[places.y]}")
            return places
    for name in _WKT:
        if name in folded:
            report.add("csv.guessed", member, names=header[folded.index(name)])
            return Places(wkt=folded.index(name))
    raise SourceError("csv.no_coordinates", member=member, names=", ".join(header)[:300])


def _partners(x_name: str, y_name: str) -> tuple[str, ...]:
    """Longitude goes with any spelling of latitude; x goes with y of the same style only."""
    return ("lat", "latitude", "عرض جغرافیایی", "عرض") if _LON.index(x_name) < 6 else (y_name,)


def _column(header: list[str], folded: list[str], name: str, member: str) -> int:
    if name in header:
        return header.index(name)
    if name and fold(name) in folded:
        return folded.index(fold(name))
    raise SourceError("csv.no_field", member=member, name=name, names=", ".join(header)[:300])


def _cell(row: list[str], number: int) -> str:
    return row[number] if 0 <= number < len(row) else ""


def _shapes(found: list[Any]) -> Geometries:
    """Shapely geometries (n,) of coordinate pairs or geometries."""
    if found and isinstance(found[0], tuple):
        return np.asarray(shapely.points(np.array(found, dtype=np.float64)), dtype=object)
    made = np.empty(len(found), dtype=object)
    made[:] = found
    return made
