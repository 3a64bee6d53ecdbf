"""Spots that people give in degrees, in the city's own grid."""

from typing import Any

from sqlalchemy import ColumnElement, func
from sqlalchemy.orm import Session

from core.errors import Unprocessable
from core.i18n import gettext as _
from layers.queries import find_city_here


def spot_near(session: Session, lon: float, lat: float) -> ColumnElement[Any]:
    """A spot in the city's grid. Raises Unprocessable far from it, where a projection may have no answer at all."""
    here = find_city_here(session, lon, lat)
    if here is None or here.spot is None:
        raise Unprocessable(_("This spot lies far from the city."), field="lon")
    return func.ST_SetSRID(func.ST_MakePoint(here.spot.x, here.spot.y), here.spot.srid)
