"""A pair of coordinates typed into the search box: which of the two is which is told by what lies in the city."""

import re

from core.text import latin_digits

# A pair of decimals, with or without a degree sign and the letter of a hemisphere; whole numbers are of parcels.
_ONE = r"([NSEW])?\s*([+-]?\d{1,3}\.\d{1,12})\s*°?\s*([NSEW])?"
_PAIR = re.compile(rf"[(\[]?\s*{_ONE}(?:\s*[,;]\s*|\s+){_ONE}\s*[)\]]?", re.ASCII | re.IGNORECASE)
_SIGNS = str.maketrans({"٫": ".", "،": ",", "؛": ";", "−": "-", "–": "-"})
_SOUTH_AND_WEST = frozenset("SW")


def read_coordinates(typed: str) -> list[tuple[float, float]]:
    """The pairs (longitude, latitude) that may have been meant, the likelier first; none for what is no pair.

    Maps of this country write latitude first; a pair with letters, or with one beyond 90 degrees, is only one of them.
    """
    found = _PAIR.fullmatch(latin_digits(typed).translate(_SIGNS).strip())
    if found is None:
        return []
    first, second = _read(found.groups()[:3]), _read(found.groups()[3:])
    pairs = [
        (east[0], north[0])
        for north, east in ((first, second), (second, first))
        if north[1] in ("", "NS") and east[1] in ("", "EW")
    ]
    return [(lon, lat) for lon, lat in dict.fromkeys(pairs) if abs(lon) <= 180 and abs(lat) <= 90]


def _read(parts: tuple[str | None, ...]) -> tuple[float, str]:
    """Degrees, and the axis that a letter named."""
    before, degrees, after = parts
    letter = (before or after or "").upper()
    sign = -1 if letter in _SOUTH_AND_WEST and letter else 1
    axis = "" if not letter else "NS" if letter in "NS" else "EW"
    return sign * float(degrees or 0), axis
