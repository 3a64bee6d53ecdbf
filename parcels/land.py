"""A parcel as a piece of ground on a day: found by its number, parted by zone, and what may be built on each part."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import shapely
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.i18n import format_date
from core.i18n import gettext as _
from layers.queries import hex_of
from layers.words import join_words
from layers.zoning.queries import ZoneVersion, list_zones_under
from layers.zoning.rules import Buildable, buildable_on
from parcels.lineage import list_kin, successors_of
from parcels.queries import ParcelFacts, list_similar_numbers, list_versions, numbers_of

WHOLE_SHARE = 0.99
"""A zone on more than that of a parcel lies on all of it: what is left over is slivers, of a neighbour on each side."""


@dataclass(frozen=True)
class Part:
    """The part of a parcel that lies in one zone, and the floor area that may be built on it.

    ``is_whole``: it is all of the parcel, but for slivers.
    """

    zone: ZoneVersion
    area_m2: float
    buildable: Buildable | None
    is_whole: bool = True


def buildable_m2_of(parts: list[Part]) -> float | None:
    """What may be built on all parts; None when the rules of one do not tell, or there is none."""
    areas = [part.buildable.floor_area_m2 for part in parts if part.buildable is not None]
    return sum(areas) if areas and len(areas) == len(parts) else None


@dataclass(frozen=True)
class Land:
    """A parcel on a day and what may be built on it, without all that lies around: for many parcels at once."""

    day: dt.date
    today: dt.date
    parcel: ParcelFacts
    parts: list[Part]

    @property
    def is_closed(self) -> bool:
        """Whether the parcel is no more on that day."""
        return not self.parcel.is_valid_on(self.day)

    @property
    def buildable_m2(self) -> float | None:
        """The floor area that may be built on the parcel; None when the rules of one of its parts do not tell."""
        return None if self.is_closed else buildable_m2_of(self.parts)


def get_land_of(session: Session, number: str, day: dt.date | None, today: dt.date) -> Land:
    """The parcel with this number and what may be built on it.

    Raises NotFound, naming similar numbers, when there is none.
    """
    parcel, on = get_parcel(session, number, day), day or today
    return Land(on, today, parcel, parts_of(parcel, list_zones_under(session, parcel.shape), on))


def get_parcel(session: Session, number: str, day: dt.date | None) -> ParcelFacts:
    """The parcel with this number on a day, or its newest version; raises NotFound as :func:`get_land_of`."""
    versions = list_versions(session, number)
    if not versions:
        raise _no_such_number(session, number)
    named = [each for each in versions if each.number == number] or versions
    others = numbers_of(named)
    if len(others) > 1:
        raise NotFound(
            _(
                "Several parcels have this number, written differently: %(numbers)s.",
                numbers=join_words(others),
            ),
            field="number",
            details={"reason": "ambiguous", "similar": others},
        )
    if day is None:
        # One that is no more is still told of: an old number finds its successors.
        return next((each for each in named if each.valid_to is None), named[0])
    on_that_day = [each for each in named if each.is_valid_on(day)]
    if not on_that_day:
        raise _not_on_that_day(session, named, day)
    return on_that_day[0]


def _not_on_that_day(session: Session, versions: list[ParcelFacts], day: dt.date) -> NotFound:
    first, last = versions[-1].valid_from, versions[0].valid_to
    told = {"number": versions[0].number, "day": format_date(day), "start": format_date(first)}
    if last is not None and last <= day:
        message = _(
            "Parcel %(number)s was closed before %(day)s; it is recorded from %(start)s to %(end)s.",
            end=format_date(last),
            **told,
        )
    else:
        message = _("There was no parcel %(number)s on %(day)s: it is recorded from %(start)s.", **told)
    successors = successors_of(list_kin(session, versions[0].id))
    return NotFound(message, field="on", details={"reason": "not_on_that_day", "successors": successors})


def _no_such_number(session: Session, number: str) -> NotFound:
    similar = list_similar_numbers(session, number)
    message = (
        _(
            "There is no parcel %(number)s. Did you mean %(similar)s?",
            number=number,
            similar=join_words(similar),
        )
        if similar
        else _("There is no parcel %(number)s.", number=number)
    )
    return NotFound(message, field="number", details={"reason": "no_such_parcel", "similar": similar})


def parts_of(parcel: ParcelFacts, zones: list[ZoneVersion], day: dt.date) -> list[Part]:
    """The parcel's parts by zone on a day, the largest first."""
    found = sorted((zone for zone in zones if zone.is_valid_on(day)), key=lambda zone: -zone.share)
    whole = len(found) == 1 and found[0].share > WHOLE_SHARE
    parts = []
    for zone in found:
        area_m2 = parcel.area_m2 if whole else parcel.area_m2 * zone.share
        inset_m2 = _inset_m2(parcel, zone, whole)
        parts.append(Part(zone, area_m2, buildable_on(area_m2, zone.rules, inset_m2), whole))
    return parts


def _inset_m2(parcel: ParcelFacts, zone: ZoneVersion, whole: bool) -> float | None:
    """What the zone's setback from the parcel's border leaves of the parcel's part in it; None without a setback."""
    if not zone.rules.setback_m:
        return None
    # Inner corners come out round, since nothing there is nearer to the border than the setback.
    inset: Any = shapely.buffer(shapely.from_wkb(hex_of(parcel.shape)), -zone.rules.setback_m, quad_segs=16)
    if not whole and zone.cut is not None:
        inset = shapely.intersection(inset, shapely.from_wkb(zone.cut))
    return float(shapely.area(inset))
