"""What somebody typed into the search box, taken apart: words, numbers, a house number, a parcel number."""

import itertools
from dataclasses import dataclass

from core.text import fold, fold_number

# Words that thousands of names hold: they tell little, so they never decide alone.
COMMON = frozenset(
    fold(
        "خیابان خ بلوار بزرگراه کوچه ک بن بست بنبست میدان پلاک پ شماره کد قطعه ملک شهر محله منطقه نشانی "
        "street st avenue ave boulevard blvd road rd alley lane ln square sq drive dr court ct place pl "
        "dead end no number plate parcel plot the of"
    ).split()
)
_PLATE = frozenset(fold("پلاک پ شماره no number plate").split())
MOST_WORDS = 6


@dataclass(frozen=True)
class Question:
    """A search taken apart, all of it folded.

    ``words`` are those with a letter, or the one number if it is all there is: some names are numbers.
    ``plate`` is the house number, where it was named as such («پلاک ۱۲»).
    """

    typed: str
    folded: str
    key: str
    words: tuple[str, ...]
    numbers: tuple[int, ...]
    plate: int | None

    @property
    def telling_words(self) -> tuple[str, ...]:
        """The words that tell names apart; all of them if there are no others."""
        return tuple(word for word in self.words if word not in COMMON) or self.words

    @property
    def may_be_a_number(self) -> bool:
        """Whether it may be (the beginning of) a parcel number: those hold a digit."""
        return any(sign.isdigit() for sign in self.key)


def read_question(typed: str) -> Question:
    """Take apart what somebody typed, in either script, any digits, any punctuation."""
    folded = fold(typed)
    tokens = folded.split()
    numbers = tuple(int(token) for token in tokens if _is_house_number(token))
    plate = _plate(tokens)
    words = [token for token in tokens if not token.isdigit()]
    if plate is not None:
        words = [word for word in words if word not in _PLATE]
    if not words and len(tokens) == 1:
        words = tokens
    # A word typed twice counts once.
    return Question(
        typed, folded, fold_number(typed), tuple(dict.fromkeys(words))[:MOST_WORDS], numbers, plate
    )


def _is_house_number(token: str) -> bool:
    # More than seven digits is no house number, and would not fit the column either.
    return token.isascii() and token.isdigit() and len(token) <= 7


def _plate(tokens: list[str]) -> int | None:
    """The number after a word such as «پلاک»."""
    for word, number in itertools.pairwise(tokens):
        if word in _PLATE and _is_house_number(number):
            return int(number)
    return None
