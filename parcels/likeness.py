"""How alike names are to the words somebody typed: found through the trigram index, slips by a list of all words.

Comparing every name by trigrams took half a second at a million parcels. So a word is first looked for as it was
typed, and only if that finds nothing replaced by the words of the city's names (``name_word``) most like it.
"""

from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from functools import reduce
from operator import add
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, case, func, literal, or_, select, values
from sqlalchemy import column as sql_column
from sqlalchemy.orm import InstrumentedAttribute, Session

from layers.models import NameWord
from parcels.question import COMMON, Question

Name = InstrumentedAttribute[str]
Spellings = Mapping[str, list[tuple[str, float]]]
"""For each word typed: the words it may stand for, with how alike they are (0 to 1)."""

_COMMON_WEIGHT = 0.25
_NUMBER_WEIGHT = 0.3
# One slip in a word of three letters passes, another word does not.
_LEAST_ALIKE = 0.68
_GLUED = 0.7
# Trigrams only bring the words worth comparing; one slip in a short word leaves few of them standing.
_TRIGRAM_THRESHOLD = 0.2
_WORDS_COMPARED = 12
# How sure a word is that stands in the name as such, at the beginning of a word, or within one.
_WHOLE, _BEGINS, _WITHIN = 1.0, 0.95, 0.85
# So many names are ranked at most: more only come for a letter or a word like «مدرسه», where each is as good.
_MOST_RANKED = 1000


def as_typed(question: Question) -> Spellings:
    """Every word stands for itself."""
    return {word: [(word, 1.0)] for word in question.words}


def with_slips(session: Session, question: Question) -> Spellings:
    """Every word stands for itself and for the words of the city's names that are most like it."""
    spellings = dict(as_typed(question))
    asked = values(sql_column("typed", String), name="asked").data(
        [(word,) for word in question.telling_words]
    )
    likely = (
        select(NameWord.word)
        .where(NameWord.word.op("%", is_comparison=True)(asked.c.typed))
        .order_by(func.similarity(NameWord.word, asked.c.typed).desc())
        .limit(_WORDS_COMPARED)
        .lateral()
    )
    # For this transaction only.
    session.execute(select(func.set_config("pg_trgm.similarity_threshold", str(_TRIGRAM_THRESHOLD), True)))
    for typed, word in session.execute(select(asked.c.typed, likely.c.word)):
        alike = _alike(typed, word)
        if word != typed and word not in COMMON and alike >= _LEAST_ALIKE:
            spellings[typed] = [*spellings[typed], (word, alike)]
    return spellings


def _alike(typed: str, word: str) -> float:
    """How alike two words are; one that was typed glued to another («خیابان‌شریعتی») is in it as a whole."""
    if len(word) > 3 and word in typed:
        return max(_GLUED, len(word) / len(typed))
    return SequenceMatcher(None, typed, word, autojunk=False).ratio()


def find_alike(
    session: Session,
    candidates: Select[Any],
    name: Name,
    question: Question,
    spellings: Spellings,
    limit: int,
    *,
    all_words: bool = True,
) -> dict[int, tuple[float, float]]:
    """Ids of the names that hold the telling words (or any of them), best first, with score and rank.

    ``candidates`` selects the id. The score, from 0 to 1, is how alike the words are; the rank counts in the
    numbers that the name holds, too.
    """
    held = [_holds_one_of(name, spellings[word]) for word in question.telling_words]
    # LIMIT also makes the database put the spaces on each name once, not once for every comparison.
    spaced = (
        candidates.add_columns(literal(" ").concat(name).concat(" ").label("name"))
        .where(and_(*held) if all_words else or_(*held))
        .limit(_MOST_RANKED)
        .subquery()
    )
    ranked = select(
        spaced,
        _words_held(spaced.c.name, question, spellings).label("words"),
        _numbers_held(spaced.c.name, question).label("numbers"),
    ).subquery()
    best = (
        select(ranked)
        .order_by((ranked.c.words + ranked.c.numbers).desc(), func.length(ranked.c.name))
        .limit(limit)
    )
    return {row[0]: _score_and_rank(row.words, row.numbers, question) for row in session.execute(best)}


def _score_and_rank(words: float, numbers: float, question: Question) -> tuple[float, float]:
    whole = sum(map(_weight, question.words))
    if question.plate is None:
        return words / whole, words / whole + numbers
    # Once a house number was named as such, any other number has to be in the name.
    whole += _NUMBER_WEIGHT * len(_other_numbers(question))
    return (words + numbers) / whole, (words + numbers) / whole


def _weight(word: str) -> float:
    return _COMMON_WEIGHT if word in COMMON else 1.0


def _other_numbers(question: Question) -> list[str]:
    return [str(number) for number in question.numbers if number != question.plate]


def _holds_one_of(name: Name, spelled: Iterable[tuple[str, float]]) -> ColumnElement[bool]:
    return or_(*(condition for word, _alike in spelled for condition in _holds(name, word)))


def _holds(name: Name, word: str) -> list[ColumnElement[bool]]:
    """Conditions that the trigram index answers; it knows words of one or two letters only by their beginning."""
    if len(word) > 2:
        return [name.like(f"%{word}%")]
    return [name.like(f"{word}%"), name.like(f"% {word}%")]


def _words_held(spaced: ColumnElement[str], question: Question, spellings: Spellings) -> ColumnElement[float]:
    parts = []
    for word in question.words:
        likely = [_sureness(spaced, spelled) * alike for spelled, alike in spellings[word]]
        parts.append((func.greatest(*likely) if len(likely) > 1 else likely[0]) * _weight(word))
    return _sum(parts)


def _sureness(spaced: ColumnElement[str], word: str) -> ColumnElement[Any]:
    if word in COMMON:
        return case((func.strpos(spaced, f" {word}") > 0, _WHOLE), else_=0.0)
    return case(
        (func.strpos(spaced, f" {word} ") > 0, _WHOLE),
        (func.strpos(spaced, f" {word}") > 0, _BEGINS),
        (func.strpos(spaced, word) > 0, _WITHIN),
        else_=0.0,
    )


def _numbers_held(spaced: ColumnElement[str], question: Question) -> ColumnElement[float]:
    return _sum(
        [
            case((func.strpos(spaced, f" {number} ") > 0, _NUMBER_WEIGHT), else_=0.0)
            for number in _other_numbers(question)
        ]
    )


def _sum(parts: list[ColumnElement[Any]]) -> ColumnElement[float]:
    return reduce(add, parts, literal(0.0))
