"""Closing narrow gaps between new parcels, where their surveyor asks for it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from parcels.surveys.changes import Change, label_of
from parcels.surveys.features import Geometries
from parcels.surveys.limits import TOLERANCES
from parcels.surveys.overlay import Group
from parcels.surveys.topology import Problem, spot_of, width_of


def close_gaps(
    changes: Sequence[Change], groups: Sequence[Group], olds: Geometries, narrower_m: float
) -> list[Problem]:
    """Give each narrow gap of a group to the new parcel that it borders on longest; the changes get other shapes."""
    told = []
    for number, group in enumerate(groups):
        members = [change for change in changes if change.group == number and change.new is not None]
        if not group.olds or not members:
            continue
        covered = shapely.union_all([change.shape for change in members])
        left = shapely.difference(shapely.union_all(olds[group.olds]), covered)
        narrow = [each for each in shapely.get_parts(left).tolist() if width_of(each) < narrower_m]
        told += [_give(part, members) for part in narrow if part.area > TOLERANCES.overlap_m2]
    return told


def _give(part: Any, members: Sequence[Change]) -> Problem:
    shapes = np.array([change.shape for change in members], dtype=object)
    shared = shapely.length(shapely.intersection(shapely.boundary(part), shapely.boundary(shapes)))
    taker = members[int(np.argmax(shared))]
    grown = shapely.union(taker.shape, part)
    taker.shape = shapely.multipolygons(
        [each for each in shapely.get_parts(grown) if shapely.get_dimensions(each) == 2]
    )
    params = {
        "label": label_of(taker),
        "area_m2": round(float(part.area), 2),
        "width_m": round(width_of(part), 2),
    }
    return Problem("topology.gap_closed", taker.new, spot_of(part), params)
