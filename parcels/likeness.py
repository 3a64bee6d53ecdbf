"""How alike names are to the words somebody typed: found through the trigram index, slips by a list of all words.

Comparing every name by trigrams took half a second at a million parcels. So a word is first looked for as it was
typed, and only if that finds nothing replaced by the words of the city's names (``name_word``) most like it.
"""

from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, func, or_, select, values
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
    found = session.execute(
        candidates.add_columns(name).where(and_(*held) if all_words else or_(*held)).limit(_MOST_RANKED)
    )
    # Ranked here: to put the same sums together as SQL took four times as long as the search itself.
    ranked = [(row[0], *_held(f" {row[1]} ", question, spellings), len(row[1])) for row in found]
    ranked.sort(key=lambda one: (-(one[1] + one[2]), one[3]))
    return {
        number: _score_and_rank(words, numbers, question)
        for number, words, numbers, _length in ranked[:limit]
    }


def _held(spaced: str, question: Question, spellings: Spellings) -> tuple[float, float]:
    """How much of the words typed, and of the numbers, a name holds; it has a blank on either side."""
    words = sum(
        _weight(word) * max(_sureness(spaced, spelled) * alike for spelled, alike in spellings[word])
        for word in question.words
    )
    there = sum(f" {number} " in spaced for number in _other_numbers(question))
    return words, _NUMBER_WEIGHT * there


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


def _sureness(spaced: str, word: str) -> float:
    if word not in spaced:
        return 0.0
    if word in COMMON:
        return _WHOLE if f" {word}" in spaced else 0.0
    if f" {word} " in spaced:
        return _WHOLE
    return _BEGINS if f" {word}" in spaced else _WITHIN
