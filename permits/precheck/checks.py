"""What a pre-check says: one line for each rule, in codes and figures; words are made when it is shown."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Rule(StrEnum):
    """What is held against what. The order is the order in which checks are told."""

    INSIDE = "inside"
    FLOORS_TIMES_FOOTPRINT = "floors_times_footprint"
    DRAWN_AND_TYPED = "drawn_and_typed"
    ZONING = "zoning"
    USE = "use"
    FLOORS = "floors"
    HEIGHT = "height"
    COVERAGE = "coverage"
    FAR = "far"
    SETBACK = "setback"


class Outcome(StrEnum):
    """How a check ends.

    ``consent`` is a word of its own: a conditional use is neither allowed nor forbidden, and nothing is unknown about
    it; the plan leaves it to the commission.
    """

    PASS = "pass"  # noqa: S105 (an outcome, no password)
    FAIL = "fail"
    UNKNOWN = "unknown"
    CONSENT = "consent"


class Reason(StrEnum):
    """Why a check ended so, where the figures alone do not tell."""

    NONE = ""
    NO_LIMIT = "no_limit"  # passes: the plan sets none
    NOT_SAID = "not_said"  # unknown: the proposal does not say it
    NOT_DRAWN = "not_drawn"  # unknown: only a drawn footprint could tell
    NOT_NAMED = "not_named"  # unknown: the plan's lists do not name this use
    NOT_ENTERED = "not_entered"  # unknown: nobody has typed the class's rules
    NO_ZONE = "no_zone"  # unknown: no zone there on the day
    NO_DATA = "no_data"  # unknown: the city holds no zoning at all


class Unit(StrEnum):
    """What the figures of a check count."""

    NONE = ""
    M = "m"
    M2 = "m2"
    FLOORS = "floors"


@dataclass(frozen=True)
class Check:
    """One rule against the proposal.

    ``allowed`` is the most that may be, of a setback the least; ``proposed`` what is. Either is None where there is
    no figure. ``zone`` is the class's code and ``zone_id`` the zone's version whose rule it is, empty and None where
    the rule is the land's. ``ratio`` is the plan's own figure behind ``allowed`` (0.6 for 60 %), ``use`` the use asked
    for. ``where`` is what is at fault, in the city's grid.
    """

    rule: Rule
    outcome: Outcome
    reason: Reason = Reason.NONE
    allowed: float | None = None
    proposed: float | None = None
    unit: Unit = Unit.NONE
    ratio: float | None = None
    article: str = ""
    zone: str = ""
    zone_id: int | None = None
    use: str = ""
    where: Any | None = None


@dataclass(frozen=True)
class Finding:
    """An overlay (flood plain, heritage, road widening) that touches the footprint: told, not judged.

    ``is_drawn`` is false where nothing was drawn and it only lies on the parcel. ``area_m2`` is of what it covers,
    ``where`` that piece in the city's grid.
    """

    layer: str
    layer_fa: str
    layer_en: str
    name_fa: str
    name_en: str
    kind: str
    area_m2: float
    is_drawn: bool
    where: Any | None = None


@dataclass(frozen=True)
class Precheck:
    """A proposal held against the rules of one day, and against which versions of the zones (their ids)."""

    parcel: str
    parcel_id: int
    day: dt.date
    zone_ids: tuple[int, ...]
    checks: tuple[Check, ...]
    findings: tuple[Finding, ...]

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that fail: each wants a reason before the proposal is submitted all the same."""
        return tuple(check for check in self.checks if check.outcome is Outcome.FAIL)

    def count(self, outcome: Outcome) -> int:
        """How many checks ended so."""
        return sum(check.outcome is outcome for check in self.checks)
