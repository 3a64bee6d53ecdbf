"""Several parcels of one day: read by their numbers, and added up."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.orm import Session

from core.errors import NotFound, Unprocessable
from core.i18n import format_number
from core.i18n import gettext as _
from core.local_time import get_today
from parcels.land import Land, get_land_of
from webmap.place.service import Place, get_place_of

MOST_COMPARED = 6
"""A table of more columns nobody reads."""
MOST_SUMMED = 50
"""As many as somebody picks by hand; each is a question of its own to the database."""

Found = TypeVar("Found", Place, Land)


@dataclass(frozen=True)
class Unknown:
    """A number asked for that names no parcel of that day, and the sentence that says so."""

    number: str
    message: str
    reason: str


@dataclass(frozen=True)
class Compared:
    """The parcels to compare, in the order asked for, and the numbers that name none."""

    places: list[Place]
    unknown: list[Unknown]


@dataclass(frozen=True)
class Several:
    """The parcels to add up, in the order asked for, and the numbers that name none."""

    lands: list[Land]
    unknown: list[Unknown]

    @property
    def open_lands(self) -> list[Land]:
        """Those that exist on the day: a parcel that is no more is told of, but not built on nor added up."""
        return [land for land in self.lands if not land.is_closed]

    @property
    def area_m2(self) -> float:
        """The area of all that exist, measured in the city's grid."""
        return sum(land.parcel.area_m2 for land in self.open_lands)

    @property
    def buildable_m2(self) -> float | None:
        """The floor area that may be built on those whose rules tell it; None when none does."""
        told = [land.buildable_m2 for land in self.open_lands if land.buildable_m2 is not None]
        return sum(told) if told else None

    @property
    def untold(self) -> list[Land]:
        """Those that exist but whose rules do not tell how much may be built."""
        return [land for land in self.open_lands if land.buildable_m2 is None]

    @property
    def closed(self) -> list[Land]:
        """Those that are no more."""
        return [land for land in self.lands if land.is_closed]


def get_compared(
    session: Session, numbers: Sequence[str], day: dt.date | None, *, staff: bool = False
) -> Compared:
    """The parcels with these numbers and all that is known of each; see :func:`get_several`."""

    def get(number: str) -> Place:
        return get_place_of(session, number, day, staff=staff)

    return Compared(*_read(numbers, MOST_COMPARED, get))


def get_several(session: Session, numbers: Sequence[str], day: dt.date | None) -> Several:
    """The parcels with these numbers, each once; numbers that name none are listed, not passed over.

    Raises Unprocessable for more than :data:`MOST_SUMMED`, NotFound when not one of them names a parcel.
    """
    today = get_today(session)
    return Several(*_read(numbers, MOST_SUMMED, lambda number: get_land_of(session, number, day, today)))


def _read(
    numbers: Sequence[str], most: int, get: Callable[[str], Found]
) -> tuple[list[Found], list[Unknown]]:
    asked = list(dict.fromkeys(numbers))
    if len(asked) > most:
        raise Unprocessable(
            _("Please name no more than %(most)s parcels.", most=format_number(most)),
            field="parcel",
            details={"most": most},
        )
    found: dict[int, Found] = {}
    unknown: list[Unknown] = []
    for number in asked:
        try:
            one = get(number)
        except NotFound as error:
            unknown.append(Unknown(number, error.message, str(error.details.get("reason", "not_found"))))
            continue
        # The same parcel may have been named in two spellings.
        if one.parcel is not None:
            found.setdefault(one.parcel.id, one)
    if unknown and not found:
        raise _none_found(unknown)
    return list(found.values()), unknown


def _none_found(unknown: list[Unknown]) -> NotFound:
    return NotFound(
        " ".join(each.message for each in unknown),
        field="parcel",
        details={"reason": unknown[0].reason, "unknown": [each.number for each in unknown]},
    )
