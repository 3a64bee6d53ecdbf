"""One search: what was found, and for an empty answer what was tried and what is nearest to it."""

import datetime as dt
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from core.text import fold
from parcels.coordinates import read_coordinates
from parcels.hits import EXACT_NUMBER, NUMBER_BEGINS, Hit, Kind
from parcels.queries import list_similar_numbers
from parcels.question import Question, read_question
from parcels.search import nearest_names, search
from permits.register.queries import list_by_reference
from permits.types.services import list_types

_MOST_OFFERED = 5
_MOST_PERMITS = 5
_SHORTEST = 4


@dataclass(frozen=True)
class Answer:
    """What a search came to. ``similar`` are parcel numbers and ``near`` names to offer when nothing was found."""

    question: Question
    day: dt.date | None
    are_coordinates: bool
    hits: list[Hit]
    similar: list[str] = field(default_factory=list)
    near: list[Hit] = field(default_factory=list)


def answer(session: Session, typed: str, limit: int, day: dt.date | None, *, staff: bool = False) -> Answer:
    """Search for ``typed``; ``day`` is the day asked for, None for today; ``staff`` finds in their layers, too."""
    question, pairs = read_question(typed), read_coordinates(typed)
    hits = [*_permits(session, question), *search(session, typed, limit, day, staff=staff)][:limit]
    if hits or pairs:
        return Answer(question, day, bool(pairs), hits)
    similar = list_similar_numbers(session, question.key) if question.may_be_a_number else []
    near = nearest_names(session, typed, _MOST_OFFERED, staff=staff)
    return Answer(question, day, False, [], similar[:_MOST_OFFERED], near)


def _permits(session: Session, question: Question) -> list[Hit]:
    """The permits whose reference was typed, or its beginning: only what has a digit, as every reference."""
    asked = question.folded
    if len(asked) < _SHORTEST or not any(sign.isdigit() for sign in asked):
        return []
    found = list_by_reference(session, asked, _MOST_PERMITS)
    names = {each.code: each.name for each in list_types(session, is_all=True)} if found else {}
    return [
        Hit(
            Kind.PERMIT,
            EXACT_NUMBER if fold(each.reference) == asked else NUMBER_BEGINS,
            1.0,
            1.0,
            each.lon or 0.0,
            each.lat or 0.0,
            code=each.reference,
            address=each.address,
            layer_fa=each.imported_type or names.get(each.type_code, ""),
            layer_en=each.imported_type or names.get(each.type_code, ""),
            has_place=each.lon is not None,
        )
        for each in found
    ]
