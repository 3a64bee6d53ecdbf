"""Parcels by their number, of today or of yesterday, and by the address typed."""

import dataclasses
import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from core.text import fold
from parcels import search_statements as statements
from parcels.hits import ALIKE_NAME, EXACT_ADDRESS, EXACT_NUMBER, NUMBER_BEGINS, Hit, Kind, Tier
from parcels.likeness import other_numbers
from parcels.question import Question
from parcels.vocabulary import name_tokens

# Houses on streets less sure than this are no answer, unless their whole address was typed.
_SURE = 0.4
_CERTAIN = 0.99
_LAST = "\U0010ffff"


def numbers(session: Session, question: Question, limit: int, day: dt.date | None) -> list[Hit]:
    """Parcels whose number is or begins with what was typed: one range of a C-collated index, never LIKE."""
    if not question.may_be_a_number:
        return []
    asked = {"key": question.key, "last": question.key + _LAST, "most": limit, "day": day}
    found = [_number_hit(row, question) for row in session.execute(statements.numbers_on(), asked)]
    if any(hit.tier is EXACT_NUMBER for hit in found):
        return found
    # Nobody has the number now; who had it last is told with what became of it.
    return [*_former(session, question, day), *found]


def _former(session: Session, question: Question, day: dt.date | None) -> list[Hit]:
    rows = session.execute(statements.former_number(), {"key": question.key, "day": day}).all()
    hits = []
    for row in rows:
        asked = {"ids": _heirs(session, row.id), "day": day}
        heirs = session.execute(statements.parcels_among(), asked).all() if asked["ids"] else []
        became = tuple(heir.number for heir in heirs)
        hits.append(dataclasses.replace(_number_hit(row, question), is_closed=True, became=became))
        hits += [_parcel_hit(heir, Kind.PARCEL, EXACT_NUMBER, _CERTAIN, _CERTAIN) for heir in heirs]
    return hits


def _heirs(session: Session, parcel_id: int) -> list[int]:
    """All that came of a parcel, over as many splits and mergers as it took."""
    heirs: set[int] = set()
    newest = {parcel_id}
    while newest:
        newest = set(session.scalars(statements.children(), {"ids": list(newest)})) - heirs
        heirs |= newest
    return sorted(heirs)


def _number_hit(row: Any, question: Question) -> Hit:
    tier = EXACT_NUMBER if row.number_key == question.key else NUMBER_BEGINS
    score = len(question.key) / max(len(row.number_key), 1)
    return _parcel_hit(row, Kind.PARCEL, tier, score, score)


def addresses(
    session: Session, question: Question, streets: list[Hit], limit: int, day: dt.date | None
) -> list[Hit]:
    """Parcels at the house number typed, on the streets that were probably meant."""
    wanted = {}
    for street in streets:
        house = _house_number_on(street, question)
        if house is not None and street.street_id is not None:
            wanted[street.street_id, house] = street
    if not wanted:
        return []
    asked = {
        "streets": [street for street, _house in wanted],
        "houses": [house for _street, house in wanted],
        "day": day,
    }
    rows = session.execute(statements.addresses_on(), asked)
    found = [_address_hit(row, wanted[row.street_id, row.house_number], question) for row in rows]
    return sorted((hit for hit in found if hit.score >= _SURE), key=lambda hit: hit.order)[:limit]


def _address_hit(row: Any, street: Hit, question: Question) -> Hit:
    """A house on a street; an address that names the street it branches off is looked for in all its words."""
    score, rank = street.score, street.rank
    if score <= _CERTAIN and _is_whole_address(row, question):
        score, rank = 1.0, _CERTAIN
    tier = EXACT_ADDRESS if score > _CERTAIN else ALIKE_NAME
    return dataclasses.replace(_parcel_hit(row, Kind.ADDRESS, tier, score, rank), extra=street.extra)


def _is_whole_address(row: Any, question: Question) -> bool:
    """Whether every word and number typed is in the address as the city writes it: «خیابان حافظ، کوچهٔ لاله، پلاک ۳»."""
    written = set(name_tokens(f"{row.address} {row.name_fa or ''} {row.name_en or ''}"))
    return written.issuperset(name_tokens(" ".join((*question.words, *other_numbers(question)))))


def _house_number_on(street: Hit, question: Question) -> int | None:
    """The number typed that is not part of the street's own name, as in «کوچهٔ لاله ۳، پلاک ۱۲»."""
    if question.plate is not None:
        return question.plate
    named = set(fold(f"{street.name_fa} {street.name_en}").split())
    left = [number for number in question.numbers if str(number) not in named]
    return left[-1] if left else None


def _parcel_hit(row: Any, kind: Kind, tier: Tier, score: float, rank: float) -> Hit:
    return Hit(
        kind,
        tier,
        score,
        rank,
        row.lon,
        row.lat,
        number=row.number,
        name_fa=row.name_fa or "",
        name_en=row.name_en or "",
        house_number=row.house_number,
        address=row.address,
    )
