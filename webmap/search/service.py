"""One search: what was found, and for an empty answer what was tried and what is nearest to it."""

import datetime as dt
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from parcels.coordinates import read_coordinates
from parcels.hits import Hit
from parcels.queries import list_similar_numbers
from parcels.question import Question, read_question
from parcels.search import nearest_names, search

_MOST_OFFERED = 5


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
    hits = search(session, typed, limit, day, staff=staff)
    if hits or pairs:
        return Answer(question, day, bool(pairs), hits)
    similar = list_similar_numbers(session, question.key) if question.may_be_a_number else []
    near = nearest_names(session, typed, _MOST_OFFERED, staff=staff)
    return Answer(question, day, False, [], similar[:_MOST_OFFERED], near)
