"""The first step of a check, done in a child process: read the file into the city's grid, say what was found."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from core.geofiles import Batch, Finding, ReadOptions, Report, Source, SourceError, open_source
from core.geofiles.asking import layouts, readings
from parcels.surveys.features import hex_of, read_request, tell_progress, write_answer, write_lines
from parcels.surveys.limits import FINDINGS_OF_A_CODE, MOST_FEATURES, file_limits

FEATURES = "features.gz"
_BATCH = 2000


def read_in(folder: Path) -> None:
    """Read ``request["file"]`` of the folder; answers ``refused`` with a finding, or what is needed to go on."""
    asked = read_request(folder)
    options = ReadOptions(
        member=asked.get("member"), encoding=asked.get("encoding"), crs=asked.get("crs"), limits=file_limits()
    )
    near = tuple(asked["near"]) if asked.get("near") else None
    tell_progress(folder, "reading", 0, None)
    try:
        with open_source(folder / asked["file"], options, asked["srid"], near=near) as source:
            write_answer(folder, _read(folder, source))
    except SourceError as error:
        refused = finding_row(error.finding)
        write_answer(folder, {"refused": refused, "choices": _choices(folder, asked, options, error)})


def _choices(folder: Path, asked: dict[str, Any], options: ReadOptions, error: SourceError) -> dict[str, Any]:
    """What the sender can choose from where the file is refused for want of an answer."""
    near = tuple(asked["near"]) if asked.get("near") else None
    path = folder / asked["file"]
    try:
        if error.code in ("layer.which", "layer.missing"):
            return {"candidates": str(error.finding.params["names"]).split(", ")}
        if error.code.startswith("crs."):
            found = layouts(path, options, asked["srid"], near)
            return {
                "candidates": [
                    {"epsg": e.epsg, "name": e.name, "boxes": e.boxes.round(2).tolist()} for e in found
                ]
            }
        if error.code.startswith("encoding."):
            readable = readings(path, options)
            return {"candidates": [{"name": each.encoding, "rows": each.rows} for each in readable]}
    except SourceError:
        # What stands in the way of a choice is told once the first answer is given.
        return {}
    return {}


def _read(folder: Path, source: Source) -> dict[str, Any]:
    bounds: list[Any] = []
    total = source.feature_count
    if total > MOST_FEATURES:
        return {"refused": {"code": "check.too_many", "params": {"n": total, "limit": MOST_FEATURES}}}

    def rows() -> Iterator[Any]:
        for batch in source.batches(_BATCH):
            bounds.append(shapely.total_bounds(batch.geometries))
            yield from _rows(batch)
            tell_progress(folder, "reading", source.report.read, total)

    write_lines(folder / FEATURES, rows())
    sides = np.array(bounds)
    return {
        "fields": [[field.name, field.original, field.type] for field in source.fields],
        "name": source.name,
        "member": source.member,
        "crs": {"label": source.crs.label, "epsg": source.crs.epsg, "how": source.crs.how},
        "bounds": [*sides[:, :2].min(axis=0).tolist(), *sides[:, 2:].max(axis=0).tolist()],
        "counts": _counts(source.report),
        "findings": [finding_row(finding) for finding in _some(source.report)],
        "of_each": {code: tally.count for code, tally in source.report.tallies.items()},
    }


def _rows(batch: Batch) -> Iterator[list[Any]]:
    names = list(batch.columns)
    for place, (index, shape) in enumerate(
        zip(batch.indexes.tolist(), hex_of(batch.geometries), strict=True)
    ):
        yield [index, shape, {name: batch.columns[name][place] for name in names}]


def _counts(report: Report) -> dict[str, int]:
    return {"read": report.read, "kept": report.kept, "repaired": report.repaired, "lost": report.lost}


def _some(report: Report) -> Iterator[Finding]:
    for tally in report.tallies.values():
        yield from tally.examples[:FINDINGS_OF_A_CODE]


def finding_row(finding: Finding) -> dict[str, Any]:
    """A finding of the reader as the check writes it down."""
    return {
        "code": finding.code,
        "member": finding.member,
        "feature": finding.feature,
        "params": dict(finding.params),
        "where": list(finding.where) if finding.where else None,
    }
