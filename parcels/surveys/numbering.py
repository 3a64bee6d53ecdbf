"""The city's rule for numbers of new parcels: the next free one of the block, and no number is ever given twice."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.text import fold_number
from parcels.models import Parcel
from parcels.surveys.models import SurveyChange


def assign(session: Session, changes: list[SurveyChange]) -> None:
    """Give a number to each of these changes that has none, in their order."""
    last: dict[str, int] = {}
    given = {fold_number(change.number) for change in changes if change.number}
    for change in changes:
        if not change.number:
            change.number = _next(session, _block_of(session, change), last, given)
            change.attributes = {**(change.attributes or {}), "number": change.number}


def _next(session: Session, block: tuple[str, int], last: dict[str, int], given: set[str]) -> str:
    start, digits = block
    if start not in last:
        last[start] = _last_used(session, start)
    while True:
        last[start] += 1
        number = f"{start}{last[start]:0{digits}d}"
        if fold_number(number) not in given:
            given.add(fold_number(number))
            return number


def _block_of(session: Session, change: SurveyChange) -> tuple[str, int]:
    """How the numbers of a parcel's block begin, and how many digits the last part has at least."""
    parents = select(Parcel.number).where(Parcel.id.in_(change.parents)).order_by(Parcel.number_key)
    beside = (
        select(Parcel.number).where(Parcel.valid_to.is_(None)).order_by(Parcel.geom.op("<->")(change.geom))
    )
    of = session.scalar(parents.limit(1)) or session.scalar(beside.limit(1)) or ""
    head, dash, tail = of.rpartition("-")
    if dash and tail.isascii() and tail.isdigit():
        return f"{head}-", len(tail) if tail.startswith("0") else 1
    # A number without blocks: its children are told apart behind it.
    return (f"{of}-" if of else ""), 1


def _last_used(session: Session, start: str) -> int:
    """The largest last part that any parcel of any day has in a block."""
    key = fold_number(start + "0").removesuffix("0")
    # Between "2-15-" and "2-15." lies everything that begins so: "." comes right after "-".
    query = select(Parcel.number_key)
    if key:
        query = query.where(Parcel.number_key >= key, Parcel.number_key < key[:-1] + ".")
    parts = (_last_part(number, key) for number in session.scalars(query))
    return max(parts, default=0)


def _last_part(number: str, key: str) -> int:
    rest = number.removeprefix(key)
    return int(rest) if rest.isascii() and rest.isdigit() and len(rest) < 10 else 0
