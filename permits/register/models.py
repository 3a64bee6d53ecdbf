"""What the public reads of a permit: the fields, and no others, that list, page, feed and file are made of."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from core.local_time import to_local
from permits.register.groups import GROUP_OF, Group
from permits.states import State

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class PublicPermit:
    """A permit in the register. Whoever applied, and how to reach them, has no field here.

    ``lon`` and ``lat`` in degrees, None for one whose place is not known; ``comments_until`` only while comments are
    taken; ``imported_type`` and ``imported_state`` are an earlier register's own words, else empty.
    """

    id: int
    reference: str
    type_code: str
    state: State
    outcome: State | None
    parcel_number: str
    address: str
    description: str
    submitted_at: dt.datetime | None
    published_at: dt.datetime
    decided_at: dt.datetime | None
    lon: float | None
    lat: float | None
    is_imported: bool
    imported_type: str = ""
    imported_state: str = ""
    distance_m: float | None = None
    comments_until: dt.date | None = None

    @property
    def published_on(self) -> dt.date:
        """The city's day on which it came into the register."""
        return to_local(self.published_at).date()

    @property
    def submitted_on(self) -> dt.date | None:
        """The city's day on which it was applied for."""
        return to_local(self.submitted_at).date() if self.submitted_at else None

    @property
    def decided_on(self) -> dt.date | None:
        """The city's day on which it was decided."""
        return to_local(self.decided_at).date() if self.decided_at else None

    @property
    def group(self) -> Group:
        """What the state means to a passer-by."""
        return GROUP_OF[self.state]


@dataclass(frozen=True)
class Circle:
    """So many metres around a parcel (by its number) or a spot (degrees)."""

    within_m: int
    parcel_number: str = ""
    spot: tuple[float, float] | None = None


@dataclass(frozen=True)
class Key:
    """Where a page of the list ends: the moment (microseconds since 1970) and the number of its last row."""

    at_us: int
    id: int


@dataclass(frozen=True)
class Filters:
    """What of the register is asked for. ``since`` and ``until`` are days of registration, both included."""

    box: Box | None = None
    circle: Circle | None = None
    types: Sequence[str] = ()
    states: Sequence[State] = ()
    since: dt.date | None = None
    until: dt.date | None = None
    words: str = ""
