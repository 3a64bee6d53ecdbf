"""A printed sheet: the map at true scale, and around it all that a plan on paper has to say of itself."""

import math
from dataclasses import dataclass, replace
from typing import Any

import shapely
from flask import render_template
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.i18n import format_date, format_number, gettext, speaking
from core.i18n import gettext as _
from layers.area import get_srid
from layers.queries import find_city_here
from layers.schemas import name_of
from parcels.land import get_parcel
from parcels.schemas import addresses_of
from webmap import queries
from webmap.drawing import city as drawn_city
from webmap.drawing.city import Content
from webmap.drawing.frame import Frame, frame_around
from webmap.drawing.labels import place_labels
from webmap.drawing.pdf import font_face
from webmap.keep.layout import MARGIN_MM, Layout, lay_out
from webmap.keep.legend import legend_of
from webmap.keep.questions import SCALES, USUAL_SCALE, SheetWanted, Wanted, scale_words

AROUND_M = 500.0
"""How far around a place its data are offered, to each side."""
_LONGEST_BAR_MM = 60.0


@dataclass(frozen=True)
class Subject:
    """What a sheet is about: a title, a line under it, the day and today, and the outline in the grid if it has one."""

    title: str
    detail: str
    day: Any
    today: Any
    x: float
    y: float
    lon: float
    lat: float
    shape: Any


@dataclass(frozen=True)
class Bar:
    """A scale bar: its length on paper and the words at its beginning, middle and end."""

    length_mm: float
    words: tuple[str, str, str]


def find_subject(session: Session, wanted: Wanted) -> Subject:
    """The parcel or spot asked for; raises NotFound when there is none, or it lies outside the city."""
    parcel = get_parcel(session, wanted.number, wanted.day) if wanted.number else None
    lon, lat = (parcel.lon, parcel.lat) if parcel else (wanted.lon or 0.0, wanted.lat or 0.0)
    here = find_city_here(session, lon, lat)
    if here is None:
        raise NotFound(_("This city holds no data yet."), details={"reason": "no_data"})
    if here.spot is None or (parcel is None and here.is_inside is False):
        raise NotFound(_("This place is outside the city."), details={"reason": "outside"})
    day = wanted.day or here.today
    if parcel is None:
        title = _("Map around %(lat)s, %(lon)s", lat=f"{lat:.5f}", lon=f"{lon:.5f}")
        return Subject(title, "", day, here.today, here.spot.x, here.spot.y, lon, lat, None)
    shape = shapely.from_wkb(bytes(parcel.shape.data))
    x, y = float(shapely.get_x(shapely.centroid(shape))), float(shapely.get_y(shapely.centroid(shape)))
    title = _("Parcel %(number)s", number=parcel.number)
    address = name_of(*addresses_of(parcel).values())
    return Subject(title, address, day, here.today, x, y, lon, lat, shape)


def box_around(subject: Subject) -> tuple[float, float, float, float]:
    """West, south, east, north in degrees of what is around a subject: near enough for choosing what to download."""
    degree_m = 111_320.0
    up = AROUND_M / degree_m
    across = up / max(math.cos(math.radians(subject.lat)), 0.01)
    return subject.lon - across, subject.lat - up, subject.lon + across, subject.lat + up


def frame_of(subject: Subject, layout: Layout, scale: int | None) -> Frame:
    """The frame of the map, about the subject, at the scale asked for or the one that suits its outline."""
    width, height = layout.map_width_mm, layout.map_height_mm
    if subject.shape is None:
        return Frame(subject.x, subject.y, width, height, scale or USUAL_SCALE)
    around = frame_around(subject.shape, width, height, SCALES)
    return Frame(around.x, around.y, width, height, scale or around.scale)


def draw_sheet(session: Session, wanted: SheetWanted, link: str, code: str) -> str:
    """The sheet as an HTML document in the language asked for. ``code`` is the QR of ``link``, as SVG.

    Raises NotFound as :func:`find_subject`, Unprocessable when too much lies on it.
    """
    # Whoever is refused is told so in their own language, and only the paper speaks the other.
    first = _read(session, find_subject(session, wanted.wanted), wanted, lay_out(wanted, []))
    with speaking(wanted.language):
        subject = find_subject(session, wanted.wanted)
        layout = lay_out(wanted, legend_of(first))
        content = _read(session, subject, wanted, layout)
        # A smaller map may show less.
        columns = lay_out(wanted, legend_of(content)).columns
        frame = content.frame
        city = queries.find_city(session)
        assert city is not None
        return render_template(
            "keep/sheet.html",
            wanted=wanted,
            subject=subject,
            frame=frame,
            picture=drawn_city.draw(content).svg(subject.title),
            labels=place_labels(content, [_arrow(frame)]),
            layout=replace(layout, columns=columns),
            bar=scale_bar(frame.scale),
            scale=scale_words(int(frame.scale)),
            day=format_date(subject.day),
            drawn_on=format_date(subject.today),
            city_names=_both(city.name_fa, city.name_en, wanted.language),
            srid=city.srid,
            link=link,
            code=code,
            font=font_face(),
            margin_mm=MARGIN_MM,
        )


def _read(session: Session, subject: Subject, wanted: SheetWanted, layout: Layout) -> Content:
    frame = frame_of(subject, layout, wanted.scale)
    chosen = [] if subject.shape is None else [subject.shape]
    shown = wanted.wanted.shown
    return drawn_city.read_content(session, frame, get_srid(session), subject.day, shown, chosen)


def _arrow(frame: Frame) -> Any:
    """Where the north arrow stands (keep/sheet.css): the upper right corner."""
    return shapely.box(frame.width_mm - 13, 2, frame.width_mm - 2, 18)


def _both(name_fa: str, name_en: str, code: str) -> tuple[str, str]:
    first, second = (name_fa, name_en) if code == "fa" else (name_en, name_fa)
    return (first or second or gettext("The city")), (second if first else "")


def scale_bar(scale: float) -> Bar:
    """A bar of a round length, no longer than fits: 1, 2 or 5 times a power of ten metres."""
    longest_m = _LONGEST_BAR_MM * scale / 1000
    power = 10.0 ** math.floor(math.log10(longest_m))
    length_m = next(digit * power for digit in (5, 2, 1) if digit * power <= longest_m)
    words = (format_number(0), format_number(length_m / 2, 1), _("%(n)s m", n=format_number(length_m)))
    return Bar(length_m * 1000 / scale, words)
