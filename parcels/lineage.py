"""The family of a parcel: what it came of and what it became, over several generations."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from parcels.queries import Relative

MOST_GENERATIONS = 6
"""So many each way: what lies beyond is told on the page of the outermost."""
_MOST_ROWS = 200


@dataclass(frozen=True)
class Kin:
    """A parcel of the family. ``of_id``: the one, a generation nearer, that came of it or that it came of."""

    number: str
    kind: str
    recorded_on: dt.date
    is_parent: bool
    generation: int
    id: int
    of_id: int
    area_m2: float
    valid_from: dt.date
    valid_to: dt.date | None


@dataclass(frozen=True)
class Branch:
    """A parcel with the next generation outwards."""

    kin: Kin
    branches: list["Branch"]


@cache
def _lineage_sql() -> TextClause:
    return text(Path(__file__).with_name("lineage.sql").read_text(encoding="utf-8"))


def list_kin(session: Session, parcel_id: int) -> list[Kin]:
    """The parcels that one came of, then those that came of it, nearest generation first, then by number."""
    values = {"parcel_id": parcel_id, "most": MOST_GENERATIONS, "rows": _MOST_ROWS}
    return [Kin(*row) for row in session.execute(_lineage_sql(), values)]


def relatives_of(kin: Iterable[Kin]) -> list[Relative]:
    """The next generation on either side."""
    return [
        Relative(each.number, each.kind, each.recorded_on, each.is_parent)
        for each in kin
        if each.generation == 1
    ]


def branches_of(kin: Iterable[Kin], parcel_id: int, *, is_parent: bool) -> list[Branch]:
    """The family on one side as a tree whose root is the parcel asked for."""
    side = [each for each in kin if each.is_parent is is_parent]

    def grow(of_id: int, generation: int) -> list[Branch]:
        here = [each for each in side if each.of_id == of_id and each.generation == generation]
        return [Branch(each, grow(each.id, generation + 1)) for each in here]

    return grow(parcel_id, 1)


def successors_of(kin: Iterable[Kin]) -> list[str]:
    """The numbers in use today of all that came of a parcel, by number."""
    return sorted({each.number for each in kin if not each.is_parent and each.valid_to is None})
