"""What somebody typed into the search box, taken apart: words, numbers, a house number, a parcel number."""

import dataclasses
import itertools
import re
from dataclasses import dataclass

from core.text import fold, fold_number
from parcels.vocabulary import COMMON, mended_common

_PLATE = frozenset(fold("پلاک پ شماره no number plate").split())
# What people write before a parcel number, as a form calls it.
_NUMBER_LABELS = _PLATE | frozenset(fold("کد نوسازی قطعه ملک parcel plot lot").split())
# Hyphens, dashes and the minus in all their widths; a keyboard's tatweel between digits is meant for one.
_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]|(?<=\\d)\u0640(?=\\d)")
_DIGITS_APART = re.compile(r"[0-9]+-[0-9-]*[0-9]")
MOST_WORDS = 6


@dataclass(frozen=True)
class Question:
    """A search taken apart, all of it folded.

    ``words`` are those with a letter, or the one number if it is all there is: some names are numbers.
    ``key`` is it as a parcel number. ``plate`` is the house number, where it was named as such («پلاک ۱۲»).
    ``staff``: whoever asks may find what is in the staff's layers, too.
    """

    typed: str
    folded: str
    key: str
    words: tuple[str, ...]
    numbers: tuple[int, ...]
    plate: int | None
    staff: bool = False

    @property
    def telling_words(self) -> tuple[str, ...]:
        """The words that tell names apart; all of them if there are no others."""
        return tuple(word for word in self.words if word not in COMMON) or self.words

    @property
    def joined(self) -> str:
        """The telling words run together: «گل سرخ» may be meant by «گلسرخ», and the other way round."""
        return "".join(self.telling_words)

    @property
    def may_be_a_number(self) -> bool:
        """Whether it may be (the beginning of) a parcel number: those hold a digit."""
        return any(sign.isdigit() for sign in self.key)

    def with_common_words_mended(self) -> "Question":
        """The same with «خیابن» read as «خیابان», so that the slip does not stand in the way of the name."""
        if len(self.telling_words) < 2:
            return self
        words = tuple(dict.fromkeys(mended_common(word) or word for word in self.words))
        return dataclasses.replace(self, words=words)


def read_question(typed: str, *, staff: bool = False) -> Question:
    """Take apart what somebody typed, in either script, any digits, any punctuation."""
    plain = _DASHES.sub("-", typed)
    folded = fold(plain)
    tokens = folded.split()
    numbers = tuple(int(token) for token in tokens if _is_house_number(token))
    plate = _plate(tokens)
    words = [token for token in tokens if not token.isdigit()]
    if plate is not None:
        words = [word for word in words if word not in _PLATE]
    if not words and len(tokens) == 1:
        words = tokens
    # A word typed twice counts once.
    words = list(dict.fromkeys(words))[:MOST_WORDS]
    return Question(typed, folded, _key(plain), tuple(words), numbers, plate, staff)


def _key(plain: str) -> str:
    """It as a parcel number, without a label such as «کد نوسازی» before it."""
    key = fold_number(plain)
    parts = key.split("-")
    rest = "-".join(itertools.dropwhile(_NUMBER_LABELS.__contains__, parts))
    # «پلاک ۱۲» alone is a house number.
    return rest if rest != key and _DIGITS_APART.fullmatch(rest) else key


def _is_house_number(token: str) -> bool:
    # More than seven digits is no house number, and would not fit the column either.
    return token.isascii() and token.isdigit() and len(token) <= 7


def _plate(tokens: list[str]) -> int | None:
    """The number after a word such as «پلاک»."""
    for word, number in itertools.pairwise(tokens):
        if word in _PLATE and _is_house_number(number):
            return int(number)
    return None
