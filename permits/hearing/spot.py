"""The small map of a case as a button: how much ground it shows, and which spot a press on it means."""

from typing import Any

from sqlalchemy import Float, func, select
from sqlalchemy.orm import Session

from permits.models import Permit

WIDTH_PX, HEIGHT_PX = 312, 208
WIDTH_M = 160.0
"""Of ground across the picture, whose middle is the case's own spot: its parcel with the neighbours around it."""
HEIGHT_M = WIDTH_M * HEIGHT_PX / WIDTH_PX


def spot_at(session: Session, case: Permit, x_px: int, y_px: int) -> tuple[float, float] | None:
    """Longitude and latitude of a press at so many pixels from the picture's upper left corner.

    None for a press beside the picture, and for a case without a place.
    """
    if case.geom is None or not (0 <= x_px <= WIDTH_PX and 0 <= y_px <= HEIGHT_PX):
        return None
    east_m = (x_px / WIDTH_PX - 0.5) * WIDTH_M
    north_m = (0.5 - y_px / HEIGHT_PX) * HEIGHT_M
    moved: Any = func.ST_Transform(func.ST_Translate(Permit.geom, east_m, north_m), 4326)
    asked = select(func.ST_X(moved, type_=Float), func.ST_Y(moved, type_=Float)).where(Permit.id == case.id)
    lon, lat = session.execute(asked).one()
    return float(lon), float(lat)
