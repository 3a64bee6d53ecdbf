"""Hues for zone classes whose group nobody told: one for each family of codes, so that a plan is not of one brown."""

import re

UNSORTED = "other"
"""The group of a class whose group is not told."""
HUES = 7
"""How many hues ``zone_unsorted`` of style.json has; families share them."""


def family_of(code: str) -> str:
    """The letters that a code begins with ("C" of "C-1A"), by which planners tell families; else all of it."""
    letters = re.match(r"[^\W\d_]+", code)
    return (letters[0] if letters else code).casefold()


def look_of(code: str, group: str) -> str:
    """The name of a class's look in style.json: its group's, or ("other-3") one of those for its family.

    It hangs on the code alone, so that the map, its legend and every page show a class alike.
    """
    if group != UNSORTED:
        return group
    # Neighbours in the alphabet are often neighbours in the plan.
    return f"{UNSORTED}-{sum(map(ord, family_of(code))) % HUES}"
