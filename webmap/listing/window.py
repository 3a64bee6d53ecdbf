"""Which window of the map is asked for, and from where its things are told."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.errors import NotFound
from core.i18n import gettext as _
from layers.in_view import Window
from layers.queries import find_city_here
from parcels.land import get_parcel
from parcels.queries import ParcelFacts
from webmap.queries import Bounds, find_bounds

# Round a place for which no window is given: some 300 m each way in the cities of the middle latitudes.
_AROUND_DEGREES = 0.003
# Beyond the city there is nothing to list; and far from its grid a projection may have no answer at all.
_BEYOND_DEGREES = 0.05


@dataclass(frozen=True)
class Asked:
    """What the query asks: a box and an origin (a parcel's number or a spot), each or both or neither."""

    box: Bounds | None
    number: str
    spot: tuple[float, float] | None
    day: dt.date | None


@dataclass(frozen=True)
class View:
    """A window as it is to be listed. ``window`` is None when all of it lies beyond the city."""

    box: Bounds
    day: dt.date
    today: dt.date
    window: Window | None
    parcel: ParcelFacts | None
    is_spot_given: bool


def find_view(session: Session, asked: Asked) -> View:
    """The window asked for, cut to the city; raises NotFound where there is no city, and for an unknown parcel."""
    bounds = find_bounds(session)
    if bounds is None:
        raise NotFound(_("This city holds no data yet."), details={"reason": "no_data"})
    parcel = get_parcel(session, asked.number, asked.day) if asked.number else None
    origin = (parcel.lon, parcel.lat) if parcel else asked.spot
    box = asked.box or (_around(origin) if origin else bounds)
    inside = _cut(box, bounds)
    lon, lat = _clamp(origin or _middle(box), bounds)
    here = find_city_here(session, lon, lat)
    assert here is not None, "a city with bounds is a city"
    window = None
    if inside is not None and here.spot is not None:
        window = Window(*inside, here.spot, parcel.shape if parcel else None)
    return View(box, asked.day or here.today, here.today, window, parcel, asked.spot is not None)


def _around(spot: tuple[float, float]) -> Bounds:
    lon, lat = spot
    return lon - _AROUND_DEGREES, lat - _AROUND_DEGREES, lon + _AROUND_DEGREES, lat + _AROUND_DEGREES


def _middle(box: Bounds) -> tuple[float, float]:
    west, south, east, north = box
    return (west + east) / 2, (south + north) / 2


def _cut(box: Bounds, bounds: Bounds) -> Bounds | None:
    """The part of a box that lies in the city or just beyond; None when there is none."""
    west, south = (max(box[k], bounds[k] - _BEYOND_DEGREES) for k in (0, 1))
    east, north = (min(box[k], bounds[k] + _BEYOND_DEGREES) for k in (2, 3))
    return (west, south, east, north) if west < east and south < north else None


def _clamp(spot: tuple[float, float], bounds: Bounds) -> tuple[float, float]:
    lon = min(max(spot[0], bounds[0] - _BEYOND_DEGREES), bounds[2] + _BEYOND_DEGREES)
    return lon, min(max(spot[1], bounds[1] - _BEYOND_DEGREES), bounds[3] + _BEYOND_DEGREES)
