"""A pre-check drawn to scale, for a page without a script and for paper: parcel, footprint, and what is at fault."""

from dataclasses import dataclass
from typing import Any

import shapely
from sqlalchemy.orm import Session

from layers.queries import hex_of
from parcels.queries import find_parcel
from permits.precheck.checks import Precheck, Rule
from permits.precheck.proposal import Proposal

_MARGIN = 0.06
"""Of the longer side, so that a line along the edge is seen whole."""
_ROUND = 8
_BARS_M = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
_LONGEST_BAR = 0.3
# Where a number may move to, in its own height: nowhere first, then ever farther.
_AROUND = sorted(
    ((dx, dy) for dx in range(-6, 7) for dy in range(-6, 7)), key=lambda d: (abs(d[0]) + abs(d[1]), d)
)


@dataclass(frozen=True)
class Outline:
    """One shape as an SVG path; ``kind``: parcel, setback, footprint, or the outcome of the line that it belongs to."""

    kind: str
    path: str


@dataclass(frozen=True)
class Mark:
    """Where the number of a line stands."""

    number: int
    x: float
    y: float


@dataclass(frozen=True)
class Picture:
    """A drawing of so many metres, y downwards. ``bar_m`` is the length of its scale bar."""

    width_m: float
    height_m: float
    outlines: list[Outline]
    marks: list[Mark]
    bar_m: int

    @property
    def letter_m(self) -> float:
        """How high a number is."""
        return _letter(self.width_m, self.height_m)

    @property
    def kinds(self) -> set[str]:
        """What there is to explain below it."""
        return {outline.kind for outline in self.outlines}


def draw(session: Session, precheck: Precheck, proposal: Proposal) -> Picture | None:
    """The pre-check of a proposal on its parcel as it was then; None when there is no such parcel any more."""
    parcel = find_parcel(session, precheck.parcel_id)
    if parcel is None:
        return None
    return picture_of(shapely.from_wkb(hex_of(parcel.shape)), precheck, proposal)


def picture_of(parcel: Any, precheck: Precheck, proposal: Proposal) -> Picture:
    """The same from the parcel's own shape, all in metres of the city's grid. North is up."""
    placed = marked(precheck)
    drawn = [("parcel", parcel), *setback_line(parcel, precheck)]
    if proposal.footprint is not None:
        drawn.append(("footprint", proposal.footprint))
    drawn += [(outcome, where) for _number, outcome, where in placed]
    west, south, east, north = shapely.total_bounds([shape for _kind, shape in drawn])
    margin = _MARGIN * max(east - west, north - south)
    west, south, east, north = west - margin, south - margin, east + margin, north + margin
    outlines = [Outline(kind, _path(shape, west, north)) for kind, shape in drawn]
    width_m, height_m = east - west, north - south
    marks: list[Mark] = []
    for number, _outcome, where in placed:
        marks.append(_mark(number, where, (west, north), (width_m, height_m), marks))
    return Picture(width_m, height_m, outlines, marks, _bar(width_m))


def marked(precheck: Precheck) -> list[tuple[int, str, Any]]:
    """What is shown at a place: its number in the picture (1, 2 …), the outcome of its line, the shape."""
    shapes = [(check.outcome.value, check.where) for check in precheck.checks]
    shapes += [("finding", finding.where) for finding in precheck.findings]
    found = [(outcome, where) for outcome, where in shapes if where is not None]
    return [(number, outcome, where) for number, (outcome, where) in enumerate(found, start=1)]


def setback_line(parcel: Any, precheck: Precheck) -> list[tuple[str, Any]]:
    """Up to where one may build, where one setback holds on all of the parcel."""
    setbacks = {check.allowed for check in precheck.checks if check.rule is Rule.SETBACK}
    if len(setbacks) != 1 or not (least := setbacks.pop()):
        return []
    inset = shapely.buffer(parcel, -least, quad_segs=_ROUND)
    return [] if shapely.is_empty(inset) else [("setback", inset)]


def _path(shape: Any, west: float, north: float) -> str:
    """An SVG path of polygons or lines, to the centimetre."""
    pieces = []
    for part in shapely.get_parts(shape):
        is_area = part.geom_type == "Polygon"
        for line in [part.exterior, *part.interiors] if is_area else [part]:
            corners = " L".join(f"{x - west:.2f} {north - y:.2f}" for x, y in line.coords)
            pieces.append(f"M{corners}{' Z' if is_area else ''}")
    return " ".join(pieces)


def _mark(
    number: int, where: Any, corner: tuple[float, float], size: tuple[float, float], others: list[Mark]
) -> Mark:
    """A number within its shape, or as near to it as no other number stands and the picture has room."""
    x, y = shapely.get_coordinates(shapely.point_on_surface(where))[0]
    spot = float(x) - corner[0], corner[1] - float(y)
    letter = _letter(*size)
    free = [
        (x, y)
        for x, y in ((spot[0] + dx * letter, spot[1] + dy * letter) for dx, dy in _AROUND)
        if letter <= x <= size[0] - letter
        and letter <= y <= size[1] - letter
        and all(abs(x - other.x) + abs(y - other.y) >= 2 * letter for other in others)
    ]
    x, y = free[0] if free else spot
    return Mark(number, round(x, 2), round(y, 2))


def _letter(width_m: float, height_m: float) -> float:
    return max(width_m, height_m) / 24


def _bar(width_m: float) -> int:
    """The longest round length that is no more than some of the width."""
    fitting = [each for each in _BARS_M if each <= width_m * _LONGEST_BAR]
    return fitting[-1] if fitting else _BARS_M[0]
