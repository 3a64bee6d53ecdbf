"""What a city's own word or code for a land use means in ours; what nobody can tell stays unknown."""

import re
import tomllib
from functools import cache, lru_cache
from pathlib import Path

from core.text import fold
from parcels.models import LandUse

# LBCS, the function dimension (American Planning Association, 2001), by the longest leading digits.
_LBCS = {
    "1": LandUse.RESIDENTIAL, "13": LandUse.COMMERCIAL, "2": LandUse.COMMERCIAL, "24": LandUse.COMMERCIAL,
    "3": LandUse.INDUSTRIAL, "36": LandUse.TRANSPORT, "4": LandUse.TRANSPORT, "42": LandUse.UTILITIES,
    "43": LandUse.UTILITIES, "5": LandUse.CULTURAL, "53": LandUse.SPORTS, "55": LandUse.PARK,
    "6": LandUse.FACILITIES, "61": LandUse.EDUCATIONAL, "62": LandUse.ADMINISTRATIVE, "65": LandUse.HEALTH,
    "66": LandUse.RELIGIOUS, "9": LandUse.UNKNOWN, "99": LandUse.VACANT,
}  # fmt: skip
_SINGLE = {
    "r": LandUse.RESIDENTIAL, "res": LandUse.RESIDENTIAL, "c": LandUse.COMMERCIAL, "com": LandUse.COMMERCIAL,
    "comm": LandUse.COMMERCIAL, "ind": LandUse.INDUSTRIAL, "i": LandUse.INDUSTRIAL, "mix": LandUse.MIXED,
    "m": LandUse.MIXED, "edu": LandUse.EDUCATIONAL, "vac": LandUse.VACANT, "os": LandUse.PARK,
    "gov": LandUse.ADMINISTRATIVE, "inst": LandUse.ADMINISTRATIVE, "exempt": LandUse.UNKNOWN,
}  # fmt: skip


def _pattern(words: list[str]) -> re.Pattern[str]:
    folded = sorted({fold(word) for word in words}, key=len, reverse=True)
    return re.compile(r"(?:^|\s)(?:" + "|".join(map(re.escape, folded)) + r")(?=\s|$)")


@cache
def _patterns() -> tuple[tuple[LandUse, re.Pattern[str]], ...]:
    words = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return tuple((LandUse(use), _pattern(of_use)) for use, of_use in words.items())


@lru_cache(maxsize=4096)
def land_use_of(recorded: str, *, is_lbcs: bool = False) -> LandUse:
    """Our land use for what a file says; ``is_lbcs`` when its numbers are known to be those of LBCS.

    Bare numbers of other code lists are not guessed at: 3010 is a hotel in one and a factory in another.
    """
    text = fold(recorded)
    if text in list(LandUse):
        return LandUse(text)
    if text in _SINGLE:
        return _SINGLE[text]
    if text.isdigit():
        return _lbcs(text) if is_lbcs and len(text) == 4 else LandUse.UNKNOWN
    return next((use for use, pattern in _patterns() if pattern.search(text)), LandUse.UNKNOWN)


def _lbcs(code: str) -> LandUse:
    found = [_LBCS[code[:length]] for length in (2, 1) if code[:length] in _LBCS]
    return found[0] if found else LandUse.UNKNOWN
