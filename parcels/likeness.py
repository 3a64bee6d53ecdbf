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
    asked = [(_weight(word), spellings[word]) for word in question.words]
    numbers = [f" {number} " for number in _other_numbers(question)]
    ranked = []
    for key, plain in found:
        spaced = f" {plain} "
        words_held = sum(weight * _sureness(spaced, likely) for weight, likely in asked)
        numbers_held = _NUMBER_WEIGHT * sum(number in spaced for number in numbers)
        ranked.append((-(words_held + numbers_held), len(plain), key, words_held, numbers_held))
    best = sorted(ranked)[:limit]
    return {key: _score_and_rank(words, held, question) for _rank, _length, key, words, held in best}


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


def _sureness(spaced: str, likely: Iterable[tuple[str, float]]) -> float:
    """How surely a name, with a blank on either side, holds one of these words."""
    best = 0.0
    for word, alike in likely:
        if word not in spaced:
            continue
        begins = f" {word}" in spaced
        if word in COMMON:
            sure = _WHOLE if begins else 0.0
        else:
            sure = _WHOLE if f" {word} " in spaced else _BEGINS if begins else _WITHIN
        best = max(best, sure * alike)
    return best
