"""What a kind of permit asks for: one version of its settings, as a case keeps them that was opened under it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from core.clocks import DayUnit
from core.i18n import language
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

    @property
    def name(self) -> str:
        """The name in the language spoken."""
        return self.fa if language() == "fa" else self.en


@dataclass(frozen=True)
class Fee:
    """What an application costs, in rials: a base, so much for each m² of floor area, and no less than a minimum.

    ``per_m2`` holds a rate by land use; ``""`` is that of every use without one of its own.
    """

    base: int = 0
    per_m2: Mapping[str, int] = field(default_factory=dict)
    minimum: int = 0


@dataclass(frozen=True)
class FeeLine:
    """One line of a reckoned fee: ``area_m2`` × ``rate``, or an amount by itself. Amounts are rials."""

    kind: str
    amount: int
    area_m2: Decimal | None = None
    rate: int | None = None


@dataclass(frozen=True)
class TypeSettings:
    """One version of one type.

    ``documents``: kinds asked for; ``checks``: the officer's list; ``inspections``: those that completion asks for;
    ``conditions``: standard ones, by name their text, ``is_required`` those to be met before works start.
    ``neighbours_within_m``: how far from the parcel neighbours are written to; ``is_publicity_required``: no
    recommendation before the comment period is over. ``silence``: what an overdue decision is taken for, or None.
    ``has_building``: whether a proposal with footprint and floors is asked for. ``needs_survey``: it changes parcels.
    """

    code: str
    version: int
    fa: str
    en: str
    periods: Mapping[Period, Days]
    documents: tuple[Named, ...] = ()
    checks: tuple[Named, ...] = ()
    inspections: tuple[Named, ...] = ()
    conditions: tuple[Named, ...] = ()
    neighbours_within_m: float = 0.0
    is_publicity_required: bool = False
    silence: State | None = None
    about_fa: str = ""
    about_en: str = ""
    fee: Fee = field(default_factory=Fee)
    has_building: bool = True
    needs_survey: bool = False

    @property
    def name(self) -> str:
        """The name in the language spoken."""
        return self.fa if language() == "fa" else self.en

    @property
    def about(self) -> str:
        """The description in the language spoken."""
        return self.about_fa if language() == "fa" else self.about_en


def reckon_fee(fee: Fee, floor_area_m2: float | None, use: str | None) -> list[FeeLine]:
    """The fee of a proposal line by line: base, area by its rate, and what is missing to the minimum.

    The area is counted to the hundredth of a square metre and amounts to whole rials, halves up in both.
    """
    lines = [FeeLine("base", fee.base)] if fee.base else []
    rate = fee.per_m2.get(use or "", fee.per_m2.get("", 0))
    if rate and floor_area_m2:
        area = Decimal(str(floor_area_m2)).quantize(Decimal("0.01"), "ROUND_HALF_UP")
        lines.append(FeeLine("area", int((area * rate).to_integral_value("ROUND_HALF_UP")), area, rate))
    total = sum(line.amount for line in lines)
    if total < fee.minimum:
        lines.append(FeeLine("minimum", fee.minimum - total))
    return lines
