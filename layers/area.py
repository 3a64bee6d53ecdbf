"""A piece of the city's ground that somebody asks about: a box of degrees, or any shape in the city's grid."""

from functools import cache
from typing import Any

import numpy as np
import pyproj
import shapely
from geoalchemy2.shape import from_shape
from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.i18n import gettext as _
from core.models import city_geometry
from layers.models import City

_NEAR_THE_GRID_DEGREES = 5.0
# A side of a box of degrees is a curve in the grid: it is followed in this many steps.
_STEPS = 32

AREA: ColumnElement[Any] = bindparam("area", type_=city_geometry("GEOMETRY"))
"""The ground asked about, so that columns are compared as they are stored and indexed."""


def area_value(shape: Any, srid: int) -> Any:
    """What :data:`AREA` is to be executed with, of a shapely geometry in the city's grid."""
    return from_shape(shape, srid, extended=True)


def within(column: Any, area: Any) -> ColumnElement[bool]:
    """Whether a geometry column touches an area."""
    return func.ST_Intersects(column, area)


def get_srid(session: Session) -> int:
    """The city's grid; raises NotFound where there is no city yet."""
    srid = session.scalar(select(City.srid))
    if srid is None:
        raise NotFound(_("This city holds no data yet."), details={"reason": "no_data"})
    return int(srid)


def ground_of(box: tuple[float, float, float, float], srid: int) -> Any:
    """A box of degrees as a polygon of the grid; None when it lies nowhere near where the grid is used."""
    near = shapely.intersection(shapely.box(*box), _where_used(srid))
    if shapely.area(near) == 0:
        return None
    stepped = shapely.segmentize(near, max(_span(near) / _STEPS, 1e-9))
    forward = pyproj.Transformer.from_crs(4326, srid, always_xy=True)
    return shapely.transform(stepped, lambda points: np.column_stack(forward.transform(*points.T)))


def _span(shape: Any) -> float:
    west, south, east, north = shapely.bounds(shape)
    return float(max(east - west, north - south))


@cache
def _where_used(srid: int) -> Any:
    """Where a grid is meant to be used, in degrees, and a margin: farther off a projection may have no answer."""
    used = pyproj.CRS.from_epsg(srid).area_of_use
    west, south, east, north = (-180.0, -89.0, 180.0, 89.0) if used is None else used.bounds
    margin = _NEAR_THE_GRID_DEGREES
    south, north = max(south - margin, -89.0), min(north + margin, 89.0)
    if west <= east:
        return shapely.box(max(west - margin, -180), south, min(east + margin, 180), north)
    # Over the antimeridian it is two boxes.
    return shapely.union(
        shapely.box(west - margin, south, 180, north), shapely.box(-180, south, east + margin, north)
    )
