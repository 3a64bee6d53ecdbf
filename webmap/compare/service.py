"""Several parcels of one day: read by their numbers, and added up."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.errors import NotFound, Unprocessable
from core.i18n import format_number
from core.i18n import gettext as _
from webmap.place.service import Place, get_place_of

MOST_COMPARED = 6
"""A table of more columns nobody reads."""
MOST_SUMMED = 50
"""As many as somebody picks by hand; each is a question of its own to the database."""


@dataclass(frozen=True)
class Unknown:
    """A number asked for that names no parcel of that day, and the sentence that says so."""

    number: str
    message: str
    reason: str


@dataclass(frozen=True)
class Several:
    """The parcels found, in the order asked for, and the numbers that name none."""

    places: list[Place]
    unknown: list[Unknown]

    @property
    def open_places(self) -> list[Place]:
        """Those that exist on the day: a parcel that is no more is told of, but not built on nor added up."""
        return [place for place in self.places if not place.is_closed]

    @property
    def area_m2(self) -> float:
        """The area of all that exist, measured in the city's grid."""
        return sum(place.parcel.area_m2 for place in self.open_places if place.parcel)

    @property
    def buildable_m2(self) -> float | None:
        """The floor area that may be built on those whose rules tell it; None when none does."""
        told = [place.buildable_m2 for place in self.open_places if place.buildable_m2 is not None]
        return sum(told) if told else None

    @property
    def untold(self) -> list[Place]:
        """Those that exist but whose rules do not tell how much may be built."""
        return [place for place in self.open_places if place.buildable_m2 is None]

    @property
    def closed(self) -> list[Place]:
        """Those that are no more."""
        return [place for place in self.places if place.is_closed]


def get_several(session: Session, numbers: Sequence[str], day: dt.date | None, most: int) -> Several:
    """The parcels with these numbers, each once; numbers that name none are listed, not passed over.

    Raises Unprocessable for more than ``most`` numbers, NotFound when not one of them names a parcel.
    """
    asked = list(dict.fromkeys(numbers))
    if len(asked) > most:
        raise Unprocessable(
            _("Please name no more than %(most)s parcels.", most=format_number(most)),
            field="parcel",
            details={"most": most},
        )
    places: list[Place] = []
    unknown: list[Unknown] = []
    found: set[int] = set()
    for number in asked:
        try:
            place = get_place_of(session, number, day)
        except NotFound as error:
            unknown.append(Unknown(number, error.message, str(error.details.get("reason", "not_found"))))
            continue
        # The same parcel may have been named in two spellings.
        if place.parcel is not None and place.parcel.id not in found:
            found.add(place.parcel.id)
            places.append(place)
    if unknown and not places:
        raise _none_found(unknown)
    return Several(places, unknown)


def _none_found(unknown: list[Unknown]) -> NotFound:
    return NotFound(
        " ".join(each.message for each in unknown),
        field="parcel",
        details={"reason": unknown[0].reason, "unknown": [each.number for each in unknown]},
    )
