"""A file's features as parcels: areas only, one of each number, numbers that can be no one's parcel's set aside."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from core.text import fold_number
from parcels.surveys.columns import Said, Speaker
from parcels.surveys.features import Geometries, shapes_of
from parcels.surveys.states import Kind
from parcels.surveys.topology import Problem, spot_of

_JOINED = frozenset({Kind.UPDATE, Kind.ATTRIBUTES, Kind.CORRECTION})
"""Kinds in whose files a number stands for one parcel, be it drawn in several parts."""
_TOLD_BY_NUMBER = frozenset({Kind.UPDATE, Kind.ATTRIBUTES})
"""Kinds in whose files a number is all that tells which parcel is which."""


@dataclass
class Incoming:
    """Parcels of a file: (n,) shapes, their places in the file, what it says of them, and what was found meanwhile."""

    indexes: list[int]
    shapes: Geometries
    said: list[Said]
    raw: list[dict[str, Any]]
    problems: list[Problem] = field(default_factory=list)

    keys: list[str] = field(default_factory=list)
    """What tells each by its number, empty where there is none (see overlay.identities)."""


def take_in(kind: Kind, rows: list[Any], speaker: Speaker) -> Incoming:
    """Features ([index, shape, values] each) as parcels."""
    shapes = shapes_of([row[1] for row in rows])
    made = Incoming(
        [row[0] for row in rows], shapes, [speaker.of(row[2]) for row in rows], [row[2] for row in rows]
    )
    _drop_what_is_no_area(made)
    if kind in _TOLD_BY_NUMBER:
        _drop_what_has_no_number(made)
    if kind in _JOINED:
        _join(made)
    else:
        _set_aside(made)
    return made


def _drop_what_is_no_area(made: Incoming) -> None:
    is_area = shapely.get_dimensions(made.shapes) == 2
    for place in np.flatnonzero(~is_area).tolist():
        # Told by its place in the file at once: it has none among the parcels.
        params = {"index": made.indexes[place]}
        made.problems.append(Problem("shape.not_area", None, spot_of(made.shapes[place]), params))
    _keep(made, np.flatnonzero(is_area).tolist())


def _drop_what_has_no_number(made: Incoming) -> None:
    """Streets and water of a city's file: without a number nobody can tell which parcel they are to be."""
    for place, said in enumerate(made.said):
        if not said.number:
            params = {"index": made.indexes[place]}
            made.problems.append(Problem("number.none", None, spot_of(made.shapes[place]), params))
    _keep(made, [place for place, said in enumerate(made.said) if said.number])


def _keep(made: Incoming, places: list[int]) -> None:
    made.shapes = made.shapes[np.array(places, dtype=int)]
    made.indexes = [made.indexes[place] for place in places]
    made.said = [made.said[place] for place in places]
    made.raw = [made.raw[place] for place in places]


def _join(made: Incoming) -> None:
    """Features of one number become one parcel of several parts, which takes its attributes from the first."""
    by_number: dict[str, list[int]] = defaultdict(list)
    for place, said in enumerate(made.said):
        by_number[said.number or f"\x00{place}"].append(place)
    for number, places in by_number.items():
        if len(places) > 1:
            union = shapely.union_all(made.shapes[places])
            parts = [part for part in shapely.get_parts(union) if shapely.get_dimensions(part) == 2]
            made.shapes[places[0]] = shapely.multipolygons(parts)
            params = {"number": number, "n": len(places)}
            made.problems.append(Problem("number.joined", None, spot_of(made.shapes[places[0]]), params))
    _keep(made, sorted(places[0] for places in by_number.values()))


def _set_aside(made: Incoming) -> None:
    """A number that several features bear is none of theirs: each gets one by the city's rule."""
    keys = [fold_number(said.number) for said in made.said]
    counted = Counter(key for key in keys if key)
    for key, n in counted.items():
        if n > 1:
            places = [place for place, each in enumerate(keys) if each == key]
            number = made.said[places[0]].number
            spot = spot_of(made.shapes[places[0]])
            made.problems.append(Problem("number.duplicate", None, spot, {"number": number, "n": n}))
            for place in places:
                made.said[place] = Said(**{**made.said[place].__dict__, "number": ""})
