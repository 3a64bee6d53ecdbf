"""The one door to GDAL: quiet, only on files of our own naming, its failures turned into ours."""

import logging
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from core.geofiles.findings import Report, SourceError
from core.geofiles.values import Field, Geometries, unique_names

# What GDAL warns of is found and told by us, per feature and in the reader's language.
logging.getLogger("pyogrio").setLevel(logging.CRITICAL)

_TYPES = {
    "OFTInteger": "integer", "OFTInteger64": "integer", "OFTReal": "real", "OFTString": "text",
    "OFTDate": "date", "OFTDateTime": "datetime", "OFTTime": "text",
}  # fmt: skip


def ogr() -> Any:
    """The module pyogrio, which brings GDAL: 30 MB that a worker does without until somebody reads or writes a file."""
    import pyogrio.raw  # noqa: PLC0415

    return pyogrio


@dataclass(frozen=True)
class Description:
    """A layer as GDAL sees it: (name, type) of the columns, type None where we do not read it."""

    fields: list[tuple[str, str | None]]
    geometry_type: str | None
    crs: str | None


@dataclass(frozen=True)
class Read:
    """Features as GDAL gives them: geometries (n,) None where unreadable, columns of n values each."""

    geometries: Geometries
    columns: list[NDArray[Any]]
    winding: bool


def describe(path: Path, layer: str | None, member: str, *, encoding: str | None = None) -> Description:
    """Columns, geometry type and CRS. Raises SourceError."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            info = ogr().read_info(path, layer=layer, encoding=encoding)
        # On damaged files it raises its own errors, GDAL's, and at times slips of its own (UnboundLocalError).
        except Exception as error:
            raise _damaged(path, member, error) from None
    kinds = [_type(ogr, sub) for ogr, sub in zip(info["ogr_types"], info["ogr_subtypes"], strict=True)]
    return Description(
        list(zip(info["fields"].tolist(), kinds, strict=True)), info["geometry_type"], info["crs"]
    )


def read(
    path: Path,
    layer: str | None,
    fids: NDArray[np.int64],
    member: str,
    *,
    encoding: str | None = None,
    columns: Sequence[str] | None = None,
) -> Read:
    """These features, whatever their order in the file. Raises SourceError."""
    return _read(path, layer, member, fids=fids, encoding=encoding, columns=columns)[1]


def read_run(
    path: Path, layer: str, fids: NDArray[np.int64], start: int, member: str, columns: Sequence[str]
) -> Read:
    """These features, known to stand one after the other from place ``start`` (from 0). Raises SourceError.

    To name each of them to GDAL takes five times as long; that is done where the run turns out to be another.
    """
    found, run = _read(
        path, layer, member, skip_features=start, max_features=len(fids), return_fids=True, columns=columns
    )
    if found is not None and np.array_equal(found, fids):
        return run
    return read(path, layer, fids, member, columns=columns)


def _read(path: Path, layer: str | None, member: str, **which: Any) -> tuple[NDArray[np.int64] | None, Read]:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            _meta, fids, wkb, values = ogr().raw.read(
                path, layer=layer, force_2d=True, datetime_as_string=True, **which
            )
        except Exception as error:
            raise _damaged(path, member, error) from None
    with np.errstate(all="ignore"):
        geometries = shapely.from_wkb(wkb, on_invalid="ignore")
    return fids, Read(geometries, values, any("winding order" in str(one.message) for one in said))


def bounds(path: Path, layer: str, member: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The FIDs (n,) of all features and their bounds (n, 4), NaN where there is no geometry. Raises SourceError."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            fids, boxes = ogr().read_bounds(path, layer=layer)
        except Exception as error:
            raise _damaged(path, member, error) from None
    return fids, boxes.T


def named_fields(
    originals: Sequence[str], kinds: Sequence[str | None], member: str, report: Report
) -> list[Field]:
    """Fields with sane, unique names; what had to be renamed is told."""
    names = unique_names(originals)
    for original, name in zip(originals, names, strict=True):
        if name != original:
            report.add("column.renamed", member, original=original, name=name)
    return [
        Field(name, orig, kind or "text") for name, orig, kind in zip(names, originals, kinds, strict=True)
    ]


def _type(ogr: str, sub: str) -> str | None:
    if sub == "OFSTBoolean":
        return "boolean"
    return "json" if sub == "OFSTJSON" else _TYPES.get(ogr)


def _damaged(path: Path, member: str, error: Exception) -> SourceError:
    """GDAL's own words without our working folder in them."""
    code = "gpkg.damaged" if path.suffix == ".gpkg" else "shapefile.not_shapefile"
    cause = str(error).replace(str(path), member).replace(str(path.parent), "").split("\n", 1)[0].rstrip(". ")
    return SourceError(code, member=member, cause=cause[:200])
