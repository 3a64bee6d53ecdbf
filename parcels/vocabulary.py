"""Words of names that mean the same: kinds of way in both languages with their abbreviations, and kinds of place."""

from difflib import get_close_matches
from functools import lru_cache

from core.text import fold

# The widest first: a name alone means the widest way of that name.
_WAYS = (
    "بزرگراه اتوبان آزادراه expressway highway freeway hwy expy fwy bozorgrah otoban",
    "بلوار بل boulevard blvd boul bolvar bulvar",
    "خیابان خ خیابون street st str avenue ave av khiaban khiyaban kh",
    "جاده road rd jaddeh jadeh",
    "میدان م میدون فلکه square sq meydan meidan maidan",
    "گذر گذرگاه passage gozar",
    "کوچه ک alley aly lane ln kucheh kuche koocheh kooche koche",
    "بنبست deadend bonbast bombast",
)
_PLACES = (
    "بوستان پارک park",
    "مدرسه دبستان دبیرستان هنرستان school madreseh madrese",
    "درمانگاه کلینیک clinic darmangah",
    "بیمارستان hospital bimarestan",
    "مسجد mosque masjed masjid",
    "کتابخانه library ketabkhaneh",
    "ورزشگاه استادیوم stadium varzeshgah",
    "پایانه ترمینال terminal",
    "ایستگاه station stop istgah",
    "محله neighbourhood neighborhood mahalleh mahale",
    "centre center",
)
_SAME = {word: fold(row).split() for row in (*_WAYS, *_PLACES) for word in fold(row).split()}
_WIDTHS = {word: width for width, row in enumerate(_WAYS) for word in fold(row).split()}
_NARROWEST = len(_WAYS)

COMMON = frozenset(_WIDTHS) | frozenset(
    fold(
        "بن بست پلاک پ شماره کد نوسازی قطعه ملک شهر محله منطقه نشانی drive dr court ct place pl "
        "dead end no number plate parcel plot the of"
    ).split()
)
"""Words that thousands of names hold: they tell little, so they never decide alone."""

_LINKS = frozenset({"e", "ye"})
# A slip in a short word makes another word.
_SHORTEST_MENDED = 4
_MENDED_ALIKE = 0.8
_MENDABLE = sorted(word for word in COMMON if len(word) >= _SHORTEST_MENDED)


def same_words(word: str) -> list[str]:
    """The other folded words that mean what this one means: «خ» is «خیابان» and ``street``."""
    return [other for other in _SAME.get(word, ()) if other != word]


@lru_cache(maxsize=20_000)
def name_tokens(name: str) -> tuple[str, ...]:
    """The words of a name or question, folded, of each kind of way or place the one word that stands for it."""
    joined = fold(name).replace("بن بست", "بنبست").replace("dead end", "بنبست")
    return tuple(_SAME[word][0] if word in _SAME else word for word in joined.split() if word not in _LINKS)


def way_width(name: str) -> int:
    """How wide a way is by its name, 0 for an expressway; what names no kind of way is between the two ends."""
    widths = [_WIDTHS[token] for token in name_tokens(name) if token in _WIDTHS]
    return min(widths, default=_NARROWEST // 2)


def mended_common(word: str) -> str | None:
    """The common word that this one is a slip of, as «خیابن» is of «خیابان»."""
    if word in COMMON or len(word) < _SHORTEST_MENDED:
        return None
    return next(iter(get_close_matches(word, _MENDABLE, 1, _MENDED_ALIKE)), None)
