"""How alike names are to the words somebody typed: found through the trigram index, slips by a list of all words.

Comparing every name by trigrams took half a second at a million parcels. So a word is first looked for as it was
typed, and only if that finds nothing replaced by the words of the city's names (``name_word``) that are written or
heard most like it.
"""

from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    column,
    func,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.text import fold_sound
from layers.models import NameWord
from layers.words import is_persian
from parcels.question import Question
from parcels.transliteration import sounding
from parcels.vocabulary import COMMON, name_tokens, same_words

Name = InstrumentedAttribute[str]
Spellings = Mapping[str, list[tuple[str, float]]]
"""For each word typed: the words it may stand for, with how alike they are (0 to 1)."""

_COMMON_WEIGHT = 0.25
_NUMBER_WEIGHT = 0.3
# Of names that hold only some of the words, one that was typed as a whole is the likelier.
_WHOLE_NAME_WEIGHT = 0.5
# One slip in a word of three letters passes, another word does not.
LEAST_ALIKE = 0.68
_GLUED = 0.7
_SAME_KIND = 0.98
# Heard alike is a little less than written alike, and across the scripts half of the vowels are guessed.
_HEARD, _HEARD_ACROSS = 0.98, 0.9
_WORDS_TRIED = 8
# Trigrams only bring the words worth comparing; one slip in a short word leaves few of them standing.
_TRIGRAM_THRESHOLD = 0.2
# When nothing was found, a common first letter will do to be looked at.
_LOOSE_THRESHOLD = 0.08
_WORDS_COMPARED, _WORDS_HEARD = 12, 40
_LAST = "\U0010ffff"
# How sure a word is that stands in the name as such, at the beginning of a word, or within one.
_WHOLE, _BEGINS, _WITHIN = 1.0, 0.95, 0.85
# So many names are ranked at most: more only come for a letter or a word like «مدرسه», where each is as good.
_MOST_RANKED = 1000
# Fewer letters run together, or fewer consonants, are in too many names.
_SHORTEST_JOINED = 3


def as_typed(question: Question) -> Spellings:
    """Every word stands for itself, and for what means the same («پارک», «بوستان»)."""
    return {
        word: [(word, 1.0), *((other, _SAME_KIND) for other in same_words(word))] for word in question.words
    }


def with_slips(session: Session, question: Question, least: float = LEAST_ALIKE) -> Spellings:
    """Every word stands for itself and for the words of the city's names that are written or heard most like it."""
    spellings = dict(as_typed(question))
    words = list(question.telling_words)
    threshold = _TRIGRAM_THRESHOLD if least >= LEAST_ALIKE else _LOOSE_THRESHOLD
    # For this transaction only.
    session.execute(select(func.set_config("pg_trgm.similarity_threshold", str(threshold), True)))
    found = {(typed, word) for typed, word in session.execute(_written_alike(), {"words": words})}
    found |= {(typed, word) for typed, word in session.execute(_heard_alike(), _ranges(words))}
    likely: dict[str, list[tuple[str, float]]] = {word: [] for word in words}
    for typed, word in found:
        alike = _alike(typed, word)
        if word != typed and word not in COMMON and alike >= least:
            likely[typed].append((word, alike))
    for typed, others in likely.items():
        best = sorted(others, key=lambda other: (-other[1], other[0]))[:_WORDS_TRIED]
        spellings[typed] = [*spellings[typed], *best]
    return spellings


@cache
def _written_alike() -> Select[Any]:
    asked = func.unnest(bindparam("words", type_=ARRAY(String))).table_valued("word").render_derived("asked")
    likely = (
        select(NameWord.word)
        .where(NameWord.word.op("%", is_comparison=True)(asked.c.word))
        .order_by(func.similarity(NameWord.word, asked.c.word).desc())
        .limit(_WORDS_COMPARED)
        .lateral()
    )
    return select(asked.c.word, likely.c.word)


@cache
def _heard_alike() -> Select[Any]:
    lists = (bindparam(name, type_=ARRAY(String)) for name in ("words", "firsts", "lasts"))
    columns = (column(name, String) for name in ("word", "first", "last"))
    asked = func.unnest(*lists).table_valued(*columns).render_derived("asked")
    likely = (
        select(NameWord.word)
        .where(NameWord.sound >= asked.c.first, NameWord.sound < asked.c.last)
        .order_by(NameWord.sound)
        .limit(_WORDS_HEARD)
        .lateral()
    )
    return select(asked.c.word, likely.c.word)


def _ranges(words: list[str]) -> dict[str, list[str]]:
    """From which sound to which the words lie that are heard, or begin, like these; one consonant begins too many."""
    heard = [(word, fold_sound(word)) for word in words]
    lasts = [sound + (_LAST if len(sound) > 1 else "!") for _word, sound in heard if sound]
    return {
        "words": [word for word, sound in heard if sound],
        "firsts": [sound for _word, sound in heard if sound],
        "lasts": lasts,
    }


def _alike(typed: str, word: str) -> float:
    """How alike two words are; one that was typed glued to another («خیابان‌شریعتی») is in it as a whole."""
    if len(word) > 3 and word in typed:
        return max(_GLUED, len(word) / len(typed))
    heard, other = sounding(typed), sounding(word)
    across = is_persian(typed) != is_persian(word)
    by_ear = (_HEARD_ACROSS if across else _HEARD) * max(_ratio(heard, other), _as_beginning(heard, other))
    return by_ear if across else max(_ratio(typed, word), by_ear)


def _as_beginning(heard: str, other: str) -> float:
    """People search while they type: the beginning of a word is nearly the word."""
    return _BEGINS if len(heard) > 2 and other.startswith(heard) else 0.0


def _ratio(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


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
    # «خیابان» alone stands for itself only: with all its abbreviations it would be in every name.
    likely = ([(word, 1.0)] if word in COMMON else spellings[word] for word in question.telling_words)
    held = [_holds_one_of(name, spelled) for spelled in likely]
    found = session.execute(
        candidates.add_columns(name).where(and_(*held) if all_words else or_(*held)).limit(_MOST_RANKED)
    )
    # Ranked here: to put the same sums together as SQL took four times as long as the search itself.
    telling = [spellings[word] for word in question.words if word not in COMMON]
    common = [_common_forms(word) for word in question.words if word in COMMON]
    numbers = [f" {number} " for number in other_numbers(question)]
    typed = frozenset(name_tokens(question.folded))
    ranked = []
    for key, plain in found:
        spaced = f" {plain} "
        words_held = sum(_sureness(spaced, likely) for likely in telling)
        words_held += _COMMON_WEIGHT * sum(any(form in spaced for form in forms) for forms in common)
        numbers_held = _NUMBER_WEIGHT * sum(number in spaced for number in numbers)
        if not all_words and _is_wholly_typed(plain, typed):
            numbers_held += _WHOLE_NAME_WEIGHT
        ranked.append((-(words_held + numbers_held), len(plain), key, words_held, numbers_held))
    best = sorted(ranked)[:limit]
    return {key: _score_and_rank(words, held, question) for _rank, _length, key, words, held in best}


def _is_wholly_typed(plain: str, typed: frozenset[str]) -> bool:
    """Whether a name is part of what was typed, as «کوچهٔ لاله» is of «خیابان حافظ، کوچهٔ لاله، پلاک ۳»."""
    tokens = name_tokens(plain)
    sides = ([t for t in tokens if is_persian(t) or t.isdigit()], [t for t in tokens if not is_persian(t)])
    return any(side and typed.issuperset(side) for side in sides)


def find_joined(
    session: Session, candidates: Select[Any], name: Name, sound: Name, question: Question, limit: int
) -> dict[int, tuple[float, float]]:
    """As :func:`find_alike`, of names that hold the words run together, or sound so: ``Valiasr`` for "Vali-e Asr"."""
    joined, heard = question.joined, fold_sound(question.joined)
    held = [sound.like(f"%{heard}%")] if len(heard) >= _SHORTEST_JOINED else []
    if len(question.telling_words) > 1 and len(joined) >= _SHORTEST_JOINED:
        held.append(name.like(f"%{joined}%"))
    if not held:
        return {}
    common = [_common_forms(word) for word in question.words if word in COMMON]
    numbers = [f" {number} " for number in other_numbers(question)]
    ranked = []
    for key, plain in session.execute(candidates.add_columns(name).where(or_(*held)).limit(_MOST_RANKED)):
        spaced = f" {plain} "
        telling = len(question.telling_words) * _joined_alike(joined, plain)
        words_held = telling + _COMMON_WEIGHT * sum(any(form in spaced for form in forms) for forms in common)
        numbers_held = _NUMBER_WEIGHT * sum(number in spaced for number in numbers)
        ranked.append((-(words_held + numbers_held), len(plain), key, words_held, numbers_held))
    best = [each for each in sorted(ranked)[:limit] if -each[0] > 0]
    return {key: _score_and_rank(words, held, question) for _rank, _length, key, words, held in best}


def _joined_alike(joined: str, plain: str) -> float:
    """How alike the words typed, run together, are to those of a name that are of the same script."""
    script = is_persian(joined)
    words = [word for word in plain.split() if word not in COMMON and is_persian(word) == script]
    run = "".join(words)
    if not run:
        return _HEARD_ACROSS * LEAST_ALIKE
    within = _WITHIN if joined in run else 0.0
    return _HEARD * max(_ratio(sounding(joined), sounding(run)), within)


def _score_and_rank(words: float, numbers: float, question: Question) -> tuple[float, float]:
    whole = sum(map(_weight, question.words))
    if question.plate is None:
        return words / whole, words / whole + numbers
    # Once a house number was named as such, any other number has to be in the name.
    whole += _NUMBER_WEIGHT * len(other_numbers(question))
    return (words + numbers) / whole, (words + numbers) / whole


def _weight(word: str) -> float:
    return _COMMON_WEIGHT if word in COMMON else 1.0


def other_numbers(question: Question) -> list[str]:
    """The numbers typed that were not named as the house's."""
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
        if alike > best and word in spaced:
            sure = _WHOLE if f" {word} " in spaced else _BEGINS if f" {word}" in spaced else _WITHIN
            best = max(best, sure * alike)
    return best


@cache
def _common_forms(word: str) -> tuple[str, ...]:
    """What a name holds that has a common word or its like: all of it, or its beginning if that is long enough."""
    return tuple(f" {form}" if len(form) > 2 else f" {form} " for form in (word, *same_words(word)))
