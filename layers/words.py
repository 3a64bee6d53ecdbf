"""The names of codes that several rooms speak of: land uses and compass directions."""

import re

from babel.support import LazyProxy

from core.i18n import gettext, language
from core.i18n import lazy_gettext as _

LAND_USES: dict[str, LazyProxy] = {
    "residential": _("Residential"),
    "commercial": _("Commercial"),
    "mixed": _("Mixed use"),
    "administrative": _("Administrative"),
    "industrial": _("Industrial"),
    "educational": _("Educational"),
    "health": _("Health"),
    "cultural": _("Cultural"),
    "religious": _("Religious"),
    "sports": _("Sports"),
    "park": _("Park and green space"),
    "transport": _("Transport and storage"),
    "utilities": _("Utilities"),
    "facilities": _("Municipal facilities"),
    "vacant": _("Vacant"),
    "unknown": _("Not recorded"),
}

# What networks are made of, as their files call it; of other kinds the layer's own name must do.
_KINDS: dict[str, LazyProxy] = {
    "main": _("Main"),
    "distribution": _("Distribution line"),
    "trunk": _("Trunk line"),
    "medium_voltage": _("Medium voltage"),
    "high_voltage": _("High voltage"),
    "low_voltage": _("Low voltage"),
    "high_pressure": _("High pressure"),
}

_COMPASS = (
    _("north"),
    _("north-east"),
    _("east"),
    _("south-east"),
    _("south"),
    _("south-west"),
    _("west"),
    _("north-west"),
)


_ARABIC_SCRIPT = re.compile("[\u0600-\u06ff]")


def is_persian(text: str) -> bool:
    """Whether a text is written in the Persian script."""
    return _ARABIC_SCRIPT.search(text) is not None


def isolated(text: str) -> str:
    """A text to be put into a sentence: one of the other direction is fenced, so that nothing changes places.

    First strong isolate and pop directional isolate of Unicode's bidirectional algorithm (UAX #9).
    """
    return text if is_persian(text) == (language() == "fa") else f"\u2068{text}\u2069"


def land_use_name(code: str) -> str:
    """A land use in the language spoken; a code nobody has a word for is shown as it is."""
    name = LAND_USES.get(code)
    return code if name is None else str(name)


def kind_name(kind: str) -> str:
    """A kind of line in the language spoken; nothing for a kind nobody has a word for."""
    return str(_KINDS.get(kind, ""))


def direction_name(bearing: float) -> str:
    """The nearest of the eight compass directions of a bearing in degrees clockwise from north."""
    return str(_COMPASS[round(bearing / 45) % 8])


def join_words(words: list[str]) -> str:
    """A list within a sentence, with the comma of the language."""
    return gettext(", ").join(words)
