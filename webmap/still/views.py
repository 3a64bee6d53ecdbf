"""The still map of a permit: its parcel among its neighbours, and a spot if one is named."""

from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import pyproj
import shapely
from flask import Blueprint, Response, request
from sqlalchemy import select

from core.errors import BadInput
from core.i18n import gettext as _
from core.inputs import read_lon_lat, read_words
from core.limits.web import limited
from core.local_time import get_today
from core.web import db, public
from layers.queries import hex_of
from parcels.models import Parcel
from permits.applying.finding import HEIGHT_PX as GROUND_HEIGHT_PX
from permits.applying.finding import WIDTH_PX as GROUND_WIDTH_PX
from permits.applying.finding import View, read_view
from permits.hearing.spot import HEIGHT_PX, WIDTH_M, WIDTH_PX
from permits.models import Permit
from permits.register.queries import find_srid, get_public
from webmap.drawing import city as drawn_city
from webmap.drawing import palette
from webmap.drawing.frame import Frame
from webmap.drawing.labels import PT_MM, Label, place_labels
from webmap.rates import PAPERS

blueprint = Blueprint("still", __name__)

_MM_PER_PX = 25.4 / 96
_LONGEST_REFERENCE = 100


@blueprint.get("/permits/<reference>/map.svg")
@public
@limited(PAPERS)
def picture(reference: str) -> Response:
    """The ground around a permit, as a picture of fixed size and scale (permits.hearing.spot reads presses on it)."""
    case = get_public(db.session, read_words(reference, "reference", _LONGEST_REFERENCE))
    args = request.args
    spot = read_lon_lat(args.get("lon"), args.get("lat")) if args.get("lon") and args.get("lat") else None
    answer = Response(_draw(case, spot), mimetype="image/svg+xml")
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer


@blueprint.get("/ground.svg")
@public
@limited(PAPERS)
def ground() -> Response:
    """A small map of any ground: ``x``, ``y`` (the middle, metres of the city's grid), ``w`` metres wide, ``parcel``.

    Its sides are those of permits.applying.finding, which reads presses on it.
    """
    view = read_view({**request.args, "width": request.args.get("w", "")}, find_srid(db.session))
    if view is None:
        raise BadInput(_("Please say which ground to draw: x, y and w."), field="x")
    number = read_words(request.args.get("parcel"), "parcel", _LONGEST_REFERENCE)
    answer = Response(_draw_ground(view, number), mimetype="image/svg+xml")
    answer.headers["Cache-Control"] = "public, max-age=3600"
    answer.vary.update(["Accept-Language", "Cookie"])
    return answer


def _draw_ground(view: View, number: str) -> str:
    width_mm, height_mm = GROUND_WIDTH_PX * _MM_PER_PX, GROUND_HEIGHT_PX * _MM_PER_PX
    frame = Frame(view.x, view.y, width_mm, height_mm, view.width_m * 1000 / width_mm)
    standing = select(Parcel.geom).where(Parcel.number == number, Parcel.valid_to.is_(None))
    outline = db.session.scalar(standing) if number else None
    chosen = [] if outline is None else [shapely.from_wkb(hex_of(outline))]
    content = drawn_city.read_content(
        db.session, frame, view.srid, get_today(db.session), [drawn_city.LAND_USE], chosen
    )
    picture = drawn_city.draw(content).svg(number)
    words = "".join(_word(label) for label in place_labels(content) if label.kind != "code")
    return picture.replace("</svg>", f"{words}</svg>")


def _word(label: Label) -> str:
    """A word of the map. A browser writes an SVG's Persian as it should be; only paper is written otherwise."""
    turn = f' transform="rotate({label.angle:.1f} {label.x_mm:.2f} {label.y_mm:.2f})"' if label.angle else ""
    size_mm = label.size_pt * PT_MM
    return (
        f'<text x="{label.x_mm:.2f}" y="{label.y_mm + size_mm * 0.35:.2f}" font-size="{size_mm:.2f}"{turn}'
        f' text-anchor="middle" fill="#3b4245" font-family="Vazirmatn, Tahoma, sans-serif"'
        f' stroke="#fff" stroke-width="0.5" paint-order="stroke">{escape(label.text)}</text>'
    )


def _draw(case: Permit, spot: tuple[float, float] | None) -> str:
    srid = find_srid(db.session)
    width_mm, height_mm = WIDTH_PX * _MM_PER_PX, HEIGHT_PX * _MM_PER_PX
    here: Any = shapely.from_wkb(hex_of(case.geom)) if case.geom is not None else None
    if here is None:
        return f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH_PX}" height="{HEIGHT_PX}"></svg>'
    frame = Frame(here.x, here.y, width_mm, height_mm, WIDTH_M * 1000 / width_mm)
    outline = db.session.scalar(select(Parcel.geom).where(Parcel.id == case.parcel_id))
    chosen = [] if outline is None else [shapely.from_wkb(hex_of(outline))]
    shown = [drawn_city.LAND_USE]
    content = drawn_city.read_content(db.session, frame, srid, get_today(db.session), shown, chosen)
    drawing = drawn_city.draw(content)
    marks = [here] if outline is None else []
    if spot is not None:
        east, north = pyproj.Transformer.from_crs(4326, srid, always_xy=True).transform(*spot)
        marks = [shapely.Point(east, north)]
    if marks:
        accent, halo = palette.base_colour("accent"), palette.base_colour("halo")
        drawing.dots(np.array(marks, dtype=object), colour=accent, halo=halo, radius_mm=1.9)
    return drawing.svg(case.address or case.parcel_number)
