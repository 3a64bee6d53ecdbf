"""The second step of a check, done in a child process: hold what was read against the city, in the check's folder."""

from pathlib import Path
from typing import Any

import numpy as np
import pyproj

from core.geofiles import Field
from core.geofiles.projecting import degrees
from core.text import fold_number
from parcels.surveys.changes import Change, Olds, Surroundings
from parcels.surveys.columns import NoNumberColumn, Speaker, propose
from parcels.surveys.comparing import compare
from parcels.surveys.features import (
    hex_of,
    read_lines,
    read_request,
    shapes_of,
    tell_progress,
    write_answer,
    write_lines,
)
from parcels.surveys.incoming import Incoming, take_in
from parcels.surveys.limits import FINDINGS_OF_A_CODE
from parcels.surveys.reading import FEATURES
from parcels.surveys.states import Kind, Status
from parcels.surveys.topology import Named, Problem

OLDS, CHANGES = "olds.gz", "changes.gz"
_SAMPLE = 5000
NUMBER_NEEDED = frozenset({Kind.CORRECTION, Kind.ATTRIBUTES, Kind.UPDATE})


def compare_in(folder: Path) -> None:
    """Compare the folder's features with its old parcels; answers ``asks`` columns, or the findings and numbers."""
    asked = read_request(folder)
    tell_progress(folder, "comparing", 0, None)
    kind = Kind(asked["kind"])
    fields = [Field(*each) for each in asked["fields"]]
    rows = list(read_lines(folder / FEATURES))
    names = [each.name for each in fields]
    first = {name: [row[2].get(name) for row in rows[:_SAMPLE]] for name in names}
    olds = _read_olds(folder)
    try:
        mapping = propose(fields, first, asked.get("columns") or {}, map(fold_number, olds.numbers))
    except NoNumberColumn:
        if kind in NUMBER_NEEDED:
            write_answer(folder, {"asks": "columns", "sample": {name: first[name][:5] for name in names}})
            return
        mapping = propose(fields, first, {**(asked.get("columns") or {}), "number": None})
    incoming = take_in(kind, rows, Speaker(mapping))
    around = Surroundings(
        shapes_of([asked["boundary"]])[0] if asked.get("boundary") else None,
        [Named(fa, en, shapes_of([shape])[0]) for fa, en, shape in asked["parks"]],
        [Named(fa, en, shapes_of([shape])[0]) for fa, en, shape in asked["streets"]],
    )
    found = compare(kind, incoming, olds, around, asked.get("close_gaps_m") or 0)
    if mapping.number is None:
        found.problems.append(Problem("columns.no_number"))
    tell_progress(folder, "writing", len(found.changes), len(found.changes))
    write_lines(folder / CHANGES, (_row(change, incoming, olds) for change in found.changes))
    write_answer(folder, {
        "mapping": mapping.__dict__, "numbers": found.numbers, **_told(found.problems, asked["srid"], incoming),
    })  # fmt: skip


def _read_olds(folder: Path) -> Olds:
    rows = list(read_lines(folder / OLDS))
    return Olds(
        [row[0] for row in rows],
        [row[1] for row in rows],
        shapes_of([row[2] for row in rows]),
        [row[3] for row in rows],
    )


def _row(change: Change, incoming: Incoming, olds: Olds) -> dict[str, Any]:
    is_drawn = change.shape is not None and change.status is not Status.UNCHANGED
    old_area = None if change.old is None else round(float(olds.shapes[change.old].area), 3)
    return {
        "status": change.status, "relation": change.relation, "group_no": change.group,
        "feature": None if change.new is None else incoming.indexes[change.new],
        "old_id": None if change.old is None else olds.ids[change.old],
        "parents": [olds.ids[place] for place in change.parents],
        "number": _number(change, olds),
        "fields": change.fields, "is_shape_changed": change.is_shape_changed,
        "attributes": change.attributes, "area_old_m2": old_area,
        "area_new_m2": round(float(change.shape.area), 3) if change.new is not None else None,
        "geom": hex_of([change.shape])[0] if is_drawn else None,
    }  # fmt: skip


def _number(change: Change, olds: Olds) -> str:
    """What the parcel will be called; of one that only ends, what it was."""
    if change.attributes is not None:
        return str(change.attributes["number"])
    return olds.numbers[change.old] if change.old is not None else ""


def _told(problems: list[Problem], srid: int, incoming: Incoming) -> dict[str, Any]:
    to_degrees = degrees(pyproj.CRS.from_epsg(srid))
    of_each: dict[str, int] = {}
    rows = []
    for problem in problems:
        of_each[problem.code] = of_each.get(problem.code, 0) + 1
        if of_each[problem.code] > FINDINGS_OF_A_CODE:
            continue
        where = None
        if problem.spot is not None:
            lon, lat = to_degrees(np.array([problem.spot[0]]), np.array([problem.spot[1]]))
            where = [float(lon[0]), float(lat[0])]
        feature = None if problem.feature is None else incoming.indexes[problem.feature]
        rows.append({"code": problem.code, "feature": feature, "params": problem.params, "where": where})
    return {"findings": rows, "of_each": of_each}
