"""The names of codes that several rooms speak of: land uses and compass directions."""

from babel.support import LazyProxy

from core.i18n import gettext
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


def land_use_name(code: str) -> str:
    """A land use in the language spoken; a code nobody has a word for is shown as it is."""
    name = LAND_USES.get(code)
    return code if name is None else str(name)


def direction_name(bearing: float) -> str:
    """The nearest of the eight compass directions of a bearing in degrees clockwise from north."""
    return str(_COMPASS[round(bearing / 45) % 8])


def join_words(words: list[str]) -> str:
    """A list within a sentence, with the comma of the language."""
    return gettext(", ").join(words)
