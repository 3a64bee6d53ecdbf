"""What a kind of permit asks for: one version of its settings, as a case keeps them that was opened under it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.clocks import DayUnit
from permits.states import Clock, State


class Period(StrEnum):
    """The periods of a type: those of its clocks, and the one within which an appeal may be lodged."""

    CHECK = Clock.CHECK.value
    DECISION = Clock.DECISION.value
    COMMENT = Clock.COMMENT.value
    ANSWER = Clock.ANSWER.value
    APPEAL = Clock.APPEAL.value
    BEGINNING = Clock.BEGINNING.value
    VALIDITY = Clock.VALIDITY.value
    APPEAL_FILING = "appeal_filing"


@dataclass(frozen=True)
class Days:
    """A length of time in days of a unit."""

    days: int
    unit: DayUnit = DayUnit.WORKING


@dataclass(frozen=True)
class Named:
    """A thing with a code and a name in both languages; ``is_required`` where that is a question."""

    code: str
    fa: str
    en: str
    is_required: bool = True


@dataclass(frozen=True)
class TypeSettings:
    """One version of one type.

    ``documents``: kinds asked for; ``checks``: the officer's list; ``inspections``: those that completion asks for.
    ``neighbours_within_m``: how far from the parcel neighbours are written to; ``is_publicity_required``: no
    recommendation before the comment period is over. ``silence``: what an overdue decision is taken for, or None.
    """

    code: str
    version: int
    fa: str
    en: str
    periods: Mapping[Period, Days]
    documents: tuple[Named, ...] = ()
    checks: tuple[Named, ...] = ()
    inspections: tuple[Named, ...] = ()
    neighbours_within_m: float = 0.0
    is_publicity_required: bool = False
    silence: State | None = None
    description: Mapping[str, str] = field(default_factory=dict)
