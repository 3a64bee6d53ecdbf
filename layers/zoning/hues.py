"""Hues for zone classes whose group nobody told: one for each family of codes, so that a plan is not of one brown."""

import re
from collections.abc import Sequence

UNSORTED = "other"
"""The group of a class whose group is not told."""

Hue = list[str]


def family_of(code: str) -> str:
    """The letters that a code begins with ("C" of "C-1A"), by which planners tell families; else all of it."""
    letters = re.match(r"[^\W\d_]+", code)
    return (letters[0] if letters else code).casefold()


def family_hues(codes: Sequence[str], palette: Sequence[Hue]) -> dict[str, Hue]:
    """A hue ([light, dark]) of ``palette`` for each code: families in their order, again from the start after the last.

    With a single family no hue would tell anything: there are none.
    """
    families = sorted({family_of(code) for code in codes})
    if len(families) < 2:
        return {}
    place = {family: at for at, family in enumerate(families)}
    return {code: palette[place[family_of(code)] % len(palette)] for code in codes}
