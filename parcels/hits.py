"""What a search finds, and in which order hits are told."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from parcels.vocabulary import COMMON, name_tokens, way_width


class Kind(StrEnum):
    """What a search can find, in the order in which equals are told."""

    PARCEL = "parcel"
    ADDRESS = "address"
    STREET = "street"
    FACILITY = "facility"
    ZONE = "zone"
    PERMIT = "permit"
    COORDINATES = "coordinates"


class Tier(int):
    """How sure a hit is before any score: smaller comes first."""


EXACT_NUMBER, EXACT_NAME, EXACT_ADDRESS, NUMBER_BEGINS, ALIKE_NAME = map(Tier, range(5))


@dataclass(frozen=True)
class Hit:
    """One thing found: where it is (degrees) and what it is called.

    ``score``, from 0 to 1, is how alike the words are; ``rank`` counts in the numbers of a name, too; ``extra`` is how
    many telling words the name has that nobody typed. ``became`` are the numbers that a parcel closed on
    ``valid_to`` lives on in. ``bounds`` (west, south, east, north) and ``shape`` (GeoJSON, simplified) are of what
    has a length or a width. ``has_place`` is False for what nobody knows the place of: its degrees mean nothing.
    """

    kind: Kind
    tier: Tier
    score: float
    rank: float
    lon: float
    lat: float
    number: str | None = None
    name_fa: str = ""
    name_en: str = ""
    house_number: int | None = None
    address: str = ""
    layer_fa: str = ""
    layer_en: str = ""
    street_id: int | None = None
    extra: int = 0
    code: str = ""
    is_closed: bool = False
    became: tuple[str, ...] = ()
    bounds: tuple[float, float, float, float] | None = None
    shape: str | None = None
    has_place: bool = True

    @property
    def order(self) -> tuple[Any, ...]:
        """What hits are sorted by: sure ones first, likeness, nothing more in the name, kind, the wider way."""
        named = self.name_fa or self.name_en
        width = way_width(named) if self.kind is Kind.STREET else 0
        return (
            self.tier,
            -round(self.rank, 3),
            self.extra,
            list(Kind).index(self.kind),
            width,
            len(named),
            named,
        )


def extra_words(name: str, asked: int) -> int:
    """How many telling words and numbers a name holds beyond the ``asked`` ones."""
    return max(0, sum(token not in COMMON for token in name_tokens(name)) - asked)
