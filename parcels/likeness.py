"""How alike a name is to the words somebody typed, by the trigrams they share, through the index."""

from collections.abc import Iterable
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from parcels.question import COMMON, Question

# How alike a typed word and a word of a name must be: one slip in five letters passes, another word does not.
ALIKE = 0.4
_COMMON_WEIGHT = 0.25
_NUMBER_WEIGHT = 0.3

Name = InstrumentedAttribute[str]


def set_threshold(session: Session) -> None:
    """Tell the database, for this transaction only, how alike is alike enough for the index to bring a name."""
    session.execute(select(func.set_config("pg_trgm.word_similarity_threshold", str(ALIKE), True)))


def find_alike(
    session: Session, candidates: Select[Any], name: Name, question: Question, limit: int
) -> dict[int, tuple[float, float]]:
    """Ids of the names most like the words typed, with score and rank: all words first, else any of them."""
    telling = [literal(word).op("<%", is_comparison=True)(name) for word in question.telling_words]
    score, rank = _likeness(name, question)
    query = (
        candidates.add_columns(score.label("score"), rank.label("rank"))
        .order_by(rank.desc(), func.length(name))
        .limit(limit)
    )
    found = session.execute(query.where(and_(*telling))).all()
    if not found and len(telling) > 1:
        found = session.execute(query.where(or_(*telling))).all()
    return {row[0]: (row.score, row.rank) for row in found}


def _likeness(name: Name, question: Question) -> tuple[ColumnElement[float], ColumnElement[float]]:
    """How alike a name is to the words typed (0 to 1), and the same with the numbers in the name counted in.

    Once a house number was named as such («پلاک ۱۲»), any other number has to be in the name.
    """
    weights = {word: _COMMON_WEIGHT if word in COMMON else 1.0 for word in question.words}
    named = [str(number) for number in question.numbers if number != question.plate]
    words: Any = _sum(func.word_similarity(word, name) * weight for word, weight in weights.items())
    numbers: Any = _sum(func.word_similarity(number, name) * _NUMBER_WEIGHT for number in named)
    score = words / sum(weights.values())
    if question.plate is not None:
        score = (words + numbers) / (sum(weights.values()) + _NUMBER_WEIGHT * len(named))
    return score, score + numbers


def _sum(parts: Iterable[ColumnElement[float]]) -> ColumnElement[float]:
    total: Any = literal(0.0)
    for part in parts:
        total = total + part
    return cast(ColumnElement[float], total)
