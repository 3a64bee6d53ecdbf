"""Puts together everything the city knows of a spot or a parcel on one day."""

import datetime as dt
from dataclasses import dataclass

import shapely
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.i18n import gettext as _
from layers.around import Around, find_around
from layers.queries import CityHere, LayerHere, Spot, find_city_here, hex_of, is_covered, list_layers_here
from layers.zoning.queries import ZoneVersion, has_zones, list_zones_at, list_zones_under
from parcels.land import Part, buildable_m2_of, get_parcel, parts_of
from parcels.lineage import Kin, list_kin, relatives_of
from parcels.queries import (
    ParcelFacts,
    Relative,
    has_parcels,
    list_parcels_at,
)
from webmap.place.history import Period, periods_of
from webmap.place.permits import PermitHere, find_permits, ground_of

MOST_CORNERS = 3000
"""A parcel with more is no plot but a city's whole street space drawn as one: nothing on it is measured as a whole."""
NEAR_M = 5000.0
"""How far "near" reaches; beyond it there is none."""


@dataclass(frozen=True)
class Place:
    """Everything at a spot on one day.

    ``also_parcels`` and ``also_zones`` are those that a spot on a border touches besides the first.
    ``has_zoning`` tells "no zone here" from "no zoning data at all".
    """

    day: dt.date
    today: dt.date
    lon: float
    lat: float
    parcel: ParcelFacts | None
    kin: list[Kin]
    also_parcels: list[ParcelFacts]
    zone: ZoneVersion | None
    also_zones: list[ZoneVersion]
    planned: list[ZoneVersion]
    parts: list[Part]
    layers: list[LayerHere]
    around: Around
    permits: list[PermitHere] | None
    history: list[Period]
    has_zoning: bool
    has_parcels: bool

    @property
    def relatives(self) -> list[Relative]:
        """What the parcel came of and what came of it, one generation each way."""
        return relatives_of(self.kin)

    @property
    def period(self) -> Period | None:
        """The stretch of time around the day in which the zoning here is the same."""
        return next((each for each in self.history if each.is_on(self.day)), None)

    @property
    def is_closed(self) -> bool:
        """Whether the parcel is no more on that day: what may be built is then told by what became of it."""
        return self.parcel is not None and not self.parcel.is_valid_on(self.day)

    @property
    def parts_buildable_m2(self) -> list[float]:
        """The floor area that may be built on each part of which the rules tell."""
        return [part.buildable.floor_area_m2 for part in self.parts if part.buildable is not None]

    @property
    def buildable_m2(self) -> float | None:
        """The floor area that may be built on the parcel; None when the rules of one of its parts do not tell."""
        if self.is_closed:
            return None
        return buildable_m2_of(self.parts)


def get_place_at(
    session: Session, lon: float, lat: float, day: dt.date | None, *, staff: bool = False
) -> Place:
    """Everything at a pair of degrees; raises NotFound outside the city and where there is no city yet.

    ``staff``: what the layers of the staff hold there, too.
    """
    here = find_city_here(session, lon, lat)
    if here is None:
        raise NotFound(_("This city holds no data yet."), details={"reason": "no_data"})
    spot, on = here.spot, day or here.today
    if spot is None:
        raise _nothing_here(here)
    parcels, zones = list_parcels_at(session, spot, on), list_zones_at(session, spot)
    if not (here.is_inside or parcels or zones or _is_known(session, here, spot)):
        raise _nothing_here(here)
    return _put_together(session, spot, on, here.today, parcels, zones, staff=staff)


def _is_known(session: Session, here: CityHere, spot: Spot) -> bool:
    """Whether a city without a boundary holds some layer here; one with a boundary ends at it.

    (Parcels and zones brought in from beyond a boundary on purpose are answered for all the same.)
    """
    return here.is_inside is None and is_covered(session, spot)


def get_place_of(session: Session, number: str, day: dt.date | None, *, staff: bool = False) -> Place:
    """Everything at the parcel with this number; raises NotFound, naming similar numbers, when there is none."""
    parcel = get_parcel(session, number, day)
    here = find_city_here(session, parcel.lon, parcel.lat)
    if here is None or here.spot is None:
        raise NotFound(_("This city holds no data yet."), details={"reason": "no_data"})
    return _put_together(session, here.spot, day or here.today, here.today, [parcel], None, staff=staff)


def _nothing_here(here: CityHere) -> NotFound:
    if here.is_inside is None:
        return NotFound(_("This city holds no data yet."), details={"reason": "no_data"})
    return NotFound(_("This spot lies outside the city."), details={"reason": "outside"})


def _put_together(
    session: Session,
    spot: Spot,
    day: dt.date,
    today: dt.date,
    parcels: list[ParcelFacts],
    at_spot: list[ZoneVersion] | None,
    *,
    staff: bool,
) -> Place:
    """``at_spot``: the zones at the spot; None when the parcel as a whole was asked for, not a spot in it."""
    parcel = parcels[0] if parcels else None
    plot = parcel if parcel and _is_plot(parcel) else None
    if plot is None and at_spot is None:
        at_spot = list_zones_at(session, spot)
    under = list_zones_under(session, plot.shape) if plot else []
    parts = parts_of(plot, under, day) if plot else []
    zones = under if at_spot is None else at_spot
    now = (
        [part.zone for part in parts]
        if at_spot is None
        else [zone for zone in zones if zone.is_valid_on(day)]
    )
    return Place(
        day=day,
        today=today,
        lon=spot.lon,
        lat=spot.lat,
        parcel=parcel,
        kin=list_kin(session, parcel.id) if parcel else [],
        also_parcels=parcels[1:],
        zone=now[0] if now else None,
        also_zones=now[1:],
        # What is planned anywhere on a parcel concerns all of it.
        planned=[zone for zone in (under if plot else zones) if zone.is_after(day)],
        parts=parts,
        layers=list_layers_here(session, spot, NEAR_M, staff=staff),
        around=find_around(session, plot.shape if plot else spot, staff=staff),
        permits=find_permits(session, ground_of(plot.shape if plot else None, spot)),
        history=periods_of(under if plot else zones),
        has_zoning=bool(zones) or has_zones(session),
        has_parcels=bool(parcels) or has_parcels(session),
    )


def _is_plot(parcel: ParcelFacts) -> bool:
    return int(shapely.get_num_coordinates(shapely.from_wkb(hex_of(parcel.shape)))) <= MOST_CORNERS
