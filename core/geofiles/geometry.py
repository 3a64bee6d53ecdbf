"""Making strangers' geometries fit to store: flat, finite, valid, in the city's own system, with each change told."""

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from core.geofiles.projecting import Transform, unchanged
from core.geofiles.values import Geometries

_POINT, _LINE, _POLYGON, _COLLECTION = (0, 4), (1, 5), (3, 6), 7
_PLACE = re.compile(r"\[([-\d.eE+]+) ([-\d.eE+]+)\]")


@dataclass
class Outcome:
    """Geometries (n,) ready to store, None where lost, and per place what happened: (code, params)."""

    geometries: Geometries
    lost: dict[int, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    repaired: dict[int, tuple[str, dict[str, Any]]] = field(default_factory=dict)

    def lose(self, place: int, code: str, **params: Any) -> None:
        """Take one geometry out and say why."""
        self.geometries[place] = None
        self.lost[place] = (code, params)
        self.repaired.pop(place, None)


def make_fit(geometries: Geometries, transform: Transform, degrees: Transform) -> Outcome:
    """Mend, transform and mend again (rounding may break what only just held).

    ``degrees`` takes the file's x, y to lon, lat, for saying where something was wrong.
    """
    with np.errstate(all="ignore"):
        is_flat = (shapely.get_coordinate_dimension(geometries) <= 2).all()
        flat = geometries.copy() if is_flat else shapely.force_2d(geometries)
        return _fit(Outcome(flat), transform, degrees)


def _fit(outcome: Outcome, transform: Transform, degrees: Transform) -> Outcome:
    _drop_unusable(outcome)
    _open_collections(outcome)
    before = _mend(outcome, degrees)
    moves = transform is not unchanged
    if moves:
        outcome.geometries = _transformed(outcome.geometries, transform)
        _drop_not_finite(outcome)
    _say_areas(outcome, before, transform)
    if moves or before:
        _mend(outcome, None)
    present = ~shapely.is_missing(outcome.geometries)
    single = np.flatnonzero(present & (shapely.get_type_id(outcome.geometries) == 3))
    outcome.geometries[single] = shapely.multipolygons(outcome.geometries[single][:, None])
    return outcome


def _drop_unusable(outcome: Outcome) -> None:
    for place in np.flatnonzero(shapely.is_missing(outcome.geometries)):
        outcome.lose(int(place), "geometry.unreadable")
    for place in np.flatnonzero(shapely.is_empty(outcome.geometries)):
        outcome.lose(int(place), "geometry.empty")
    _drop_not_finite(outcome)


def _drop_not_finite(outcome: Outcome) -> None:
    present = np.flatnonzero(~shapely.is_missing(outcome.geometries))
    coordinates, owner = shapely.get_coordinates(outcome.geometries[present], return_index=True)
    bad = np.unique(owner[~np.isfinite(coordinates).all(axis=1)])
    for place in present[bad]:
        outcome.lose(int(place), "geometry.not_finite")


def _open_collections(outcome: Outcome) -> None:
    """A collection of one kind becomes a multi-geometry of it; of several kinds it cannot be stored as one."""
    for place in np.flatnonzero(shapely.get_type_id(outcome.geometries) == _COLLECTION):
        parts = _flat_parts(outcome.geometries[place])
        kinds = {_kind(part) for part in parts if not part.is_empty}
        if len(kinds) != 1:
            outcome.lose(int(place), "geometry.collection")
            continue
        outcome.geometries[place] = _joined(parts)
        outcome.repaired[int(place)] = ("geometry.joined", {})


def _mend(outcome: Outcome, degrees: Transform | None) -> dict[int, Any]:
    """Make the invalid ones valid; what was there before, by place.

    Without ``degrees`` it is the second time, after rounding by the transformation: noted apart, as the file is
    not to blame.
    """
    before: dict[int, Any] = {}
    invalid = ~shapely.is_missing(outcome.geometries) & ~shapely.is_valid(outcome.geometries)
    for place in (int(one) for one in np.flatnonzero(invalid)):
        old = outcome.geometries[place]
        reason = shapely.is_valid_reason(old)
        params: dict[str, Any] = {"reason": reason.split("[", 1)[0].strip()}
        where = _where(reason, degrees)
        if where is not None:
            params["where"] = where
        new = _valid(old)
        if new is None:
            outcome.lose(place, "geometry.collapsed", **params)
            continue
        before[place] = old
        outcome.geometries[place] = new
        if degrees is None:
            outcome.repaired.setdefault(place, ("geometry.rounded", params))
        else:
            outcome.repaired[place] = ("geometry.repaired_line", params)
    return before


def _valid(geometry: Any) -> Any:
    """The valid part of the same kind, or None when nothing is left.

    ``structure`` keeps holes holes and unites overlapping parts; the other method would punch a hole where two
    parts overlap.
    """
    try:
        made = shapely.make_valid(geometry, method="structure", keep_collapsed=False)
    except shapely.GEOSException:
        return None
    parts = [part for part in _flat_parts(made) if _kind(part) == _kind(geometry) and not part.is_empty]
    return _joined(parts) if parts else None


def _say_areas(outcome: Outcome, before: dict[int, Any], transform: Transform) -> None:
    """For mended polygons the areas before and after, in square metres of the city's system."""
    for place, old in before.items():
        if place not in outcome.repaired or _kind(old) != _POLYGON:
            continue
        _code, params = outcome.repaired[place]
        old_area = _transformed(np.array([old], dtype=object), transform)[0].area
        new_area = outcome.geometries[place].area
        areas = {"before_m2": round(old_area, 1), "after_m2": round(new_area, 1)}
        outcome.repaired[place] = ("geometry.repaired", {**params, **areas})


def _transformed(geometries: Geometries, transform: Transform) -> Geometries:
    # The type stubs know only the interleaved form.
    function: Any = transform
    made: Geometries = shapely.transform(geometries, function, interleaved=False)
    return made


def _where(reason: str, degrees: Transform | None) -> tuple[float, float] | None:
    match = _PLACE.search(reason)
    if match is None or degrees is None:
        return None
    try:
        lon, lat = degrees(np.array([float(match[1])]), np.array([float(match[2])]))
    except ValueError:
        return None
    return (float(lon[0]), float(lat[0])) if np.isfinite([lon[0], lat[0]]).all() else None


def _kind(geometry: Any) -> tuple[int, int] | int:
    code = int(shapely.get_type_id(geometry))
    for kind in (_POINT, _LINE, _POLYGON):
        if code in kind:
            return kind
    return _LINE if code == 2 else _COLLECTION


def _flat_parts(geometry: Any) -> list[Any]:
    """The single geometries within, however deeply collected."""
    waiting, parts = [geometry], []
    while waiting:
        one = waiting.pop()
        if hasattr(one, "geoms"):
            waiting += reversed(one.geoms)
        else:
            parts.append(one)
    return parts


def _joined(parts: list[Any]) -> Any:
    if len(parts) == 1:
        return parts[0]
    kind = _kind(parts[0])
    if kind == _POLYGON:
        return shapely.multipolygons(parts)
    return shapely.multilinestrings(parts) if kind == _LINE else shapely.multipoints(parts)


def known_kind(types: NDArray[np.int64]) -> str:
    """``point``, ``line``, ``polygon`` or ``mixed``, of shapely type ids."""
    names = {0: "point", 4: "point", 1: "line", 5: "line", 2: "line", 3: "polygon", 6: "polygon"}
    kinds = {names.get(int(one), "mixed") for one in types if one >= 0}
    return kinds.pop() if len(kinds) == 1 else "mixed"
