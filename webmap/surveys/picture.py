"""What a survey changes as two still pictures: the parcels before, and after, with the places of the findings."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyproj
import shapely
from geoalchemy2.shape import to_shape
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from core.i18n import gettext as _
from core.local_time import get_today
from layers.boundary import get_city
from layers.models import BaseRole
from parcels.models import Parcel
from parcels.surveys import queries
from parcels.surveys.models import Survey, SurveyFinding
from parcels.surveys.states import State, Status
from webmap.drawing import palette
from webmap.drawing.city import draw, read_content
from webmap.drawing.frame import Frame, frame_around
from webmap.drawing.svg import Drawing

_WIDTH_MM, _HEIGHT_MM = 130.0, 100.0
_SCALES = (
    200,
    300,
    500,
    750,
    1_000,
    1_500,
    2_000,
    3_000,
    5_000,
    7_500,
    10_000,
    15_000,
    25_000,
    50_000,
    100_000,
)
_OVERVIEW = (5_000, 10_000, 20_000, 40_000, 75_000, 150_000, 300_000, 600_000, 1_200_000)
_MOST_NUMBERS = 60
_MOST_SHAPES = 2_000


@dataclass(frozen=True)
class Word:
    """A number in the picture, at a spot in millimetres of paper."""

    text: str
    x_mm: float
    y_mm: float


@dataclass(frozen=True)
class Picture:
    """An SVG without words, and the words to be laid over it."""

    svg: str
    words: list[Word]
    frame: Frame


@dataclass(frozen=True)
class Pictures:
    """Before and after."""

    before: Picture
    after: Picture


@dataclass
class _Shapes:
    """Shapes (n,) with the numbers to be written into them."""

    shapes: Any
    numbers: list[str]


def draw_pictures(session: Session, survey: Survey, findings: Iterable[SurveyFinding]) -> Pictures | None:
    """Both pictures; None where too much changes to be seen on one sheet."""
    changes = queries.list_changes(session, survey.id, (Status.ADDED, Status.CHANGED, Status.REMOVED))
    if not 0 < len(changes) <= _MOST_SHAPES:
        return None
    gone = {each for change in changes for each in change.parents}
    gone |= {change.old_id for change in changes if change.old_id is not None}
    opened = [change for change in changes if change.geom is not None]
    before = _parcels(session, Parcel.id.in_(gone))
    after = _Shapes(
        _array(bytes(change.geom.data) for change in opened if change.geom is not None),
        [c.number for c in opened],
    )
    everything = np.concatenate([before.shapes, after.shapes])
    if not len(everything):
        return None
    frame = frame_around(shapely.box(*shapely.total_bounds(everything)), _WIDTH_MM, _HEIGHT_MM, _SCALES)
    spots = _spots(session, findings)
    mine = gone | {change.new_id for change in opened if change.new_id is not None}
    beside = _beside(session, frame, mine, survey)
    first = _picture(session, frame, "before", before, beside, None, _("The parcels before"))
    second = _picture(
        session, frame, "after", after, beside, spots, _("The parcels after"), ghost=before.shapes
    )
    return Pictures(first, second)


def _picture(
    session: Session,
    frame: Frame,
    name: str,
    parcels: _Shapes,
    beside: _Shapes,
    spots: Any,
    told: str,
    ghost: Any = None,
) -> Picture:
    city = get_city(session)
    day = get_today(session)
    content = read_content(session, frame, city.srid, day, ())
    content.parcels.clear()
    drawing = draw(content, f"survey-{name}")
    drawing.lines(beside.shapes, colour=palette.base_colour("label_quiet"), width_mm=0.2)
    accent = palette.base_colour("accent")
    drawing.areas(parcels.shapes, colour=accent, opacity=0.14 if ghost is not None else 0.05)
    if ghost is not None:
        drawing.lines(ghost, colour=palette.base_colour("label"), width_mm=0.35, dash_mm=(1.4, 1.0))
    _outline(drawing, parcels.shapes, accent)
    if spots is not None and len(spots):
        drawing.dots(spots, colour="#a4262c", halo=palette.base_colour("halo"), radius_mm=1.3)
    return Picture(drawing.svg(told), [*_words(frame, parcels), *_words(frame, beside)], frame)


def _outline(drawing: Drawing, shapes: Any, colour: str) -> None:
    drawing.lines(shapes, colour=palette.base_colour("halo"), width_mm=1.0, opacity=0.9)
    drawing.lines(shapes, colour=colour, width_mm=0.5)


def _words(frame: Frame, parcels: _Shapes) -> list[Word]:
    """Numbers of parcels that have room for them."""
    words = []
    for shape, number in zip(frame.on_paper(parcels.shapes), parcels.numbers, strict=True):
        west, _south, east, _north = shapely.bounds(shape)
        spot = shapely.point_on_surface(shape)
        inside = 0 < spot.x < frame.width_mm and 0 < spot.y < frame.height_mm
        if number and inside and east - west > 1.9 * len(number):
            words.append(Word(number, round(spot.x, 2), round(spot.y, 2)))
    return words[:_MOST_NUMBERS]


def _beside(session: Session, frame: Frame, mine: set[int], survey: Survey) -> _Shapes:
    ground = func.ST_GeomFromText(frame.ground().wkt, get_city(session).srid)
    there = func.ST_Intersects(Parcel.geom, ground)
    day = survey.valid_from
    valid: Any = Parcel.valid_to.is_(None)
    if day is not None and survey.state == State.APPROVED:
        valid = (Parcel.valid_from <= day) & or_(Parcel.valid_to.is_(None), Parcel.valid_to > day)
    return _parcels(session, there, valid, Parcel.id.notin_(mine or {0}))


def _parcels(session: Session, *which: Any) -> _Shapes:
    rows = session.execute(
        select(func.ST_AsBinary(Parcel.geom), Parcel.number).where(*which).limit(_MOST_SHAPES)
    ).all()
    return _Shapes(_array(bytes(row[0]) for row in rows), [row[1] for row in rows])


def _array(shapes: Iterable[bytes]) -> Any:
    listed = [shapely.from_wkb(each) for each in shapes]
    made = np.empty(len(listed), dtype=object)
    made[:] = listed
    return made


def _spots(session: Session, findings: Iterable[SurveyFinding]) -> Any:
    """Where errors and warnings are, in the city's grid."""
    placed = [
        (finding.lon, finding.lat)
        for finding in findings
        if finding.severity in ("error", "warning") and finding.lon is not None
    ]
    if not placed:
        return np.empty(0, dtype=object)
    forward = pyproj.Transformer.from_crs(4326, get_city(session).srid, always_xy=True)
    x, y = forward.transform([lon for lon, _lat in placed], [lat for _lon, lat in placed])
    return shapely.points(x, y)


def draw_candidates(session: Session, candidates: Iterable[dict[str, Any]]) -> dict[int, str]:
    """A thumbnail by EPSG code: the city, and where the file's features would lie in it."""
    city = get_city(session)
    if city.boundary is None:
        return {}
    outline = to_shape(city.boundary)
    made = {}
    for each in candidates:
        boxes = np.array(each["boxes"])
        shapes = shapely.box(*boxes.T) if len(boxes) else np.empty(0, dtype=object)
        frame = frame_around(shapely.box(*shapely.bounds(outline)), 44.0, 30.0, _OVERVIEW)
        drawing = Drawing(frame, f"crs-{each['epsg']}")
        drawing.ground(palette.base_colour("ground"))
        drawing.areas(outline, colour=palette.base_colour("city"))
        drawing.lines(outline, colour=palette.base_colour("boundary"), width_mm=0.3)
        drawing.lines(_streets(session, frame, city.srid), colour=palette.base_colour("casing"), width_mm=0.2)
        drawing.dots(
            shapely.centroid(shapes), colour=palette.base_colour("accent"), halo="#ffffff", radius_mm=0.9
        )
        made[int(each["epsg"])] = drawing.svg()
    return made


def _streets(session: Session, frame: Frame, srid: int) -> Any:
    west, south, east, north = frame.bounds
    rows = queries.things_within(session, srid, (west, south, east, north), BaseRole.STREET)[:_MOST_SHAPES]
    return _array(bytes.fromhex(row[2]) for row in rows)
