"""How a word sounds, written down with its vowels: what spellings of one name are compared by, in either script."""

import re
from functools import lru_cache

from layers.words import is_persian

# Vowels that Persian writes; short ones it does not.
_PERSIAN = str.maketrans(
    "بپتطثسصجچحهخدذزضظرژشغقفکگلمناویعء",
    "bpttsssJChhxdzzzzrJSggfkglmnaui\0\0",
)
_SPELT = (
    ("kh", "x"), ("gh", "g"), ("q", "g"), ("sh", "S"), ("ch", "C"), ("zh", "J"), ("j", "J"), ("ph", "f"), ("w", "v"),
    ("c", "k"), ("ee", "i"), ("oo", "u"), ("ou", "u"), ("ov", "o"), ("iy", "i"),
)  # fmt: skip
_DIPHTHONG = re.compile("[ea][yi]")
_ENDING = re.compile("(?<=[ea])h$|(?<=[^aeiou])y$")
_REPEATED = re.compile(r"(.)\1+")


@lru_cache(maxsize=20_000)
def sounding(word: str) -> str:
    """A folded word as it sounds: ``Firoozeh``, ``firouze`` and (but for the short vowels) «فیروزه» are alike."""
    if is_persian(word):
        return _of_persian(word)
    for letters, sign in _SPELT:
        word = word.replace(letters, sign)
    word = _ENDING.sub(lambda ending: "i" if ending[0] == "y" else "", word)
    return _REPEATED.sub(r"\1", _DIPHTHONG.sub("e", word))


def _of_persian(word: str) -> str:
    first = {"و": "v", "ی": "y"}.get(word[0], word[0])
    last = "e" if len(word) > 2 and word[-1] == "ه" else word[-1]
    heard = (first + word[1:-1] + last) if len(word) > 1 else first
    return _REPEATED.sub(r"\1", heard.translate(_PERSIAN).replace("\0", ""))
