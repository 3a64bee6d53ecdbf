"""The still map of a permit: its parcel among its neighbours, and a spot if one is named."""

from typing import Any

import numpy as np
import pyproj
import shapely
from flask import Blueprint, Response, request
from sqlalchemy import select

from core.inputs import read_lon_lat, read_words
from core.limits.web import limited
from core.local_time import get_today
from core.web import db, public
from layers.queries import hex_of
from parcels.models import Parcel
from permits.hearing.spot import HEIGHT_PX, WIDTH_M, WIDTH_PX
from permits.models import Permit
from permits.register.queries import find_srid, get_public
from webmap.drawing import city as drawn_city
from webmap.drawing import palette
from webmap.drawing.frame import Frame
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
