"""Finding the parcel of an application: by number, address or place, or by a press on a small map."""

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import shapely
from sqlalchemy.orm import Session

from core.errors import AppError
from core.i18n import gettext as _
from core.i18n import language
from layers.queries import Spot, find_city_here, hex_of
from layers.schemas import name_of
from layers.words import isolated
from parcels.hits import Hit, Kind
from parcels.land import get_parcel
from parcels.queries import ParcelFacts, list_parcels_at
from parcels.schemas import address_in
from parcels.search import search
from permits.models import Permit

MOST_FOUND = 8
WIDTHS_M = (80, 160, 320, 640, 1280)
"""How much ground the small map may show, from side to side."""
WIDTH_PX, HEIGHT_PX = 312, 240
_FIRST = 1
_STEP = 0.5


@dataclass(frozen=True)
class Found:
    """One thing that was found; with a ``number`` it is a parcel, else a place whose surroundings can be shown."""

    label: str
    number: str
    lon: float
    lat: float


@dataclass(frozen=True)
class View:
    """What the small map shows: its middle in metres of the city's grid, and how many metres from side to side."""

    x: float
    y: float
    srid: int
    width_m: int = WIDTHS_M[_FIRST]

    def press(self, x_px: int, y_px: int) -> Spot | None:
        """The spot under a press, in pixels from the upper left corner; None beside the map."""
        if not (0 < x_px <= WIDTH_PX and 0 < y_px <= HEIGHT_PX):
            return None
        moved = self._moved(x_px / WIDTH_PX - 0.5, 0.5 - y_px / HEIGHT_PX)
        return Spot(0.0, 0.0, moved.x, moved.y, self.srid)

    def turn(self, way: str) -> "View":
        """The view after one of its buttons: in, out, or half a width towards north, south, east or west."""
        at = WIDTHS_M.index(self.width_m)
        if way in ("in", "out"):
            at = min(max(at + (1 if way == "out" else -1), 0), len(WIDTHS_M) - 1)
            return replace(self, width_m=WIDTHS_M[at])
        east, north = {"n": (0, 1), "s": (0, -1), "e": (1, 0), "w": (-1, 0)}.get(way, (0, 0))
        return self._moved(east * _STEP, north * _STEP)

    def _moved(self, east: float, north: float) -> "View":
        """The view so many widths east and heights north."""
        height_m = self.width_m * HEIGHT_PX / WIDTH_PX
        return replace(self, x=self.x + east * self.width_m, y=self.y + north * height_m)


def view_at(session: Session, lon: float, lat: float) -> View | None:
    """The view around a pair of degrees; None where the city's grid does not reach."""
    here = find_city_here(session, lon, lat)
    return None if here is None or here.spot is None else View(here.spot.x, here.spot.y, here.spot.srid)


def view_of(case: Permit) -> View | None:
    """The view around the place of a case."""
    if case.geom is None:
        return None
    here: Any = shapely.from_wkb(hex_of(case.geom))
    return View(here.x, here.y, shapely.get_srid(here))


def read_view(typed: Mapping[str, str], srid: int) -> View | None:
    """The view that a form shows (``x``, ``y``, ``width``); None where it shows none or what cannot be."""
    try:
        x, y, width = float(typed["x"]), float(typed["y"]), int(typed["width"])
    except (KeyError, ValueError):
        return None
    if width not in WIDTHS_M or not all(math.isfinite(each) and abs(each) < 1e8 for each in (x, y)):
        return None
    return View(x, y, srid, width)


def find(session: Session, typed: str) -> list[Found]:
    """What was probably meant: parcels in force and places, best first."""
    hits = search(session, typed, MOST_FOUND)
    return [_found(hit) for hit in hits if not hit.is_closed and hit.kind is not Kind.ZONE]


def _found(hit: Hit) -> Found:
    number = hit.number if hit.number is not None and hit.kind in (Kind.PARCEL, Kind.ADDRESS) else ""
    if number:
        # Fenced, else the parts of a number change places after a Persian word.
        label = _("Parcel %(number)s", number=isolated(number))
        address = address_in(language(), hit.name_fa, hit.name_en, hit.house_number, hit.address)
        return Found(" · ".join(each for each in (label, address) if each), number, hit.lon, hit.lat)
    return Found(name_of(hit.name_fa, hit.name_en) or f"{hit.lat:.5f}, {hit.lon:.5f}", "", hit.lon, hit.lat)


def parcel_at(session: Session, spot: Spot, day: dt.date) -> ParcelFacts | None:
    """The parcel of a day at a spot."""
    found = list_parcels_at(session, spot, day)
    return found[0] if found else None


def address_of(session: Session, number: str, day: dt.date) -> str:
    """The address of a parcel of a day in the language spoken; empty where there is none of this number."""
    if not number:
        return ""
    try:
        found = get_parcel(session, number, day)
    except AppError:
        return ""
    return address_in(language(), found.street_fa, found.street_en, found.house_number, found.address)
