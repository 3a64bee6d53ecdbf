"""An address taken apart into its street and house number, as it is written in Persian and in Latin."""

import re
from functools import lru_cache
from typing import NamedTuple

from core.fields import is_persian, words
from core.text import fold, latin_digits

LARGEST_NUMBER = 9_999_999
_PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")

_WIDE_BLANKS = re.compile(r" [ \t]+|\t[ \t]*")
_PARTS = re.compile(r"\s*[،,;؛\n]\s*|\s+[-–—]\s+")
_FA_PLATE = re.compile(
    r"(?:^|[\s،,])(?:پلاک|پ|شماره|شمارهٔ)\s*[:.]?\s*([0-9]{1,7})(?:\s*[/\-]\s*[0-9]+)?(?=\D|$)"
)
_FA_WAY = frozenset(
    map(
        fold,
        words("""
            خیابان خ خیابون بلوار بزرگراه اتوبان آزادراه جاده میدان میدون کوچه ک بن‌بست بنبست بن بست
            گذر گذرگاه چهارراه سه‌راه فلکه کوی پل معبر راسته بازارچه
        """),
    )
)
_FA_WITHIN = frozenset(map(fold, words("واحد طبقه ساختمان مجتمع برج بلوک ورودی زنگ")))
_LEADING = re.compile(
    r"^(?:(?:no|nr|number|№)\.?\s*|#\s*)?([0-9]{1,7})(?:\s?[a-z])?(?:\s?1/2)?(?:\s*[-–/&+]\s*[0-9]+(?:\s?[a-z])?)*\s+(?=\S)",
    re.I,
)
_TRAILING = re.compile(
    r"^(.*?\D)[\s,]\s*(?:(?:no|nr|number|№)\.?\s*|#\s*)?([0-9]{1,7})\s?[a-z]?(?:\s*[-–/]\s*[0-9]+\s?[a-z]?)?$",
    re.I,
)
_ORDINAL = re.compile(r"^\d+(st|nd|rd|th)\b", re.I)
_UNIT = re.compile(
    r"[\s,]*(?:\b(?:unit|apt|apartment|suite|ste|floor|fl|rm|room|bldg|building)\b\.?|#)\s*\S*.*$", re.I
)
# «Highway 12» is a name; «Main St 12» is an address.
_NUMBERED_WAYS = frozenset(
    words("route rte rt highway hwy road rd interstate i us sr cr county street st avenue ave no")
)

_LATIN_WAYS = {
    "st": "street", "str": "street", "ave": "avenue", "av": "avenue", "aven": "avenue", "blvd": "boulevard",
    "boul": "boulevard", "rd": "road", "ln": "lane", "sq": "square", "dr": "drive", "drv": "drive", "ct": "court",
    "pl": "place", "ter": "terrace", "terr": "terrace", "hwy": "highway", "pkwy": "parkway", "pky": "parkway",
    "cir": "circle", "tpk": "turnpike", "tpke": "turnpike", "aly": "alley", "pk": "park", "brg": "bridge",
    "xing": "crossing", "plz": "plaza", "trl": "trail", "expy": "expressway", "fwy": "freeway",
}  # fmt: skip
_FA_SHORT = {"خ": "خیابان", "ک": "کوچه", "بنبست": "بن بست", "میدون": "میدان", "خیابون": "خیابان"}


class Address(NamedTuple):
    """An address taken apart; ``street`` is empty where none can be told, ``house_number`` None."""

    street: str
    house_number: int | None


def parse_address(text: str) -> Address:
    """The street and the house number of an address written in one line."""
    plain = _WIDE_BLANKS.sub(" ", latin_digits(text)).strip(" ,،;.")
    if next(filter(str.isalpha, plain), None) is None:
        return Address("", None)
    return _persian(plain) if is_persian(plain) else _latin(plain)


def _persian(plain: str) -> Address:
    plate = _FA_PLATE.search(plain)
    if plate:
        street, _ending = _persian_street(plain[: plate.start()] + "،" + plain[plate.end() :], False)
        return Address(street, _house_number(plate[1]))
    return Address(*_persian_street(plain, True))


# A street's name comes again with each of its houses.
@lru_cache(maxsize=20_000)
def _persian_street(rest: str, may_end_in_house: bool) -> tuple[str, int | None]:
    """The street in an address without its plate, and the house number that it may end in."""
    parts = [part.strip(" .:") for part in _PARTS.split(rest)]
    parts = [part for part in parts if fold(part) and fold(part).split()[0] not in _FA_WITHIN]
    ways = [part for part in parts if fold(part).split()[0] in _FA_WAY]
    if ways:
        parts = ways
    elif parts:
        parts = parts[-1:]
    number = None
    ending = re.fullmatch(r"(.*\D)\s+([0-9]{1,7})", parts[-1]) if parts and may_end_in_house else None
    # «خیابان شریعتی ۱۲» is a house; «کوچهٔ ۱۲» is a name.
    if ending and len(fold(ending[1]).split()) > 1:
        parts[-1], number = ending[1].strip(), _house_number(ending[2])
    return "، ".join(parts).translate(_PERSIAN_DIGITS), number


def _latin(plain: str) -> Address:
    parts = [part for part in (_UNIT.sub("", one).strip() for one in _PARTS.split(plain)) if part]
    if not parts:
        return Address("", None)
    first = parts[0]
    if (re.fullmatch(r"[0-9]{1,7}\s?[a-z]?", first, re.I) and len(parts) > 1) or (
        len(parts) > 1 and re.fullmatch(r"[0-9]{1,4}\s?[a-z]?", parts[1], re.I)
    ):
        first = f"{first} {parts[1]}"
    leading = None if _ORDINAL.match(first) else _LEADING.match(first)
    if leading and any(sign.isalpha() for sign in first[leading.end() :]):
        return Address(first[leading.end() :].strip(), _house_number(leading[1]))
    trailing = _TRAILING.match(first)
    if trailing:
        named = fold(trailing[1]).split()
        if len(named) > 1 or (named and named[0] not in _NUMBERED_WAYS):
            return Address(trailing[1].strip(" ,"), _house_number(trailing[2]))
    return Address(first, None)


def _house_number(digits: str) -> int | None:
    # 0 stands in tax rolls for "has none yet".
    number = int(digits)
    return number if 0 < number <= LARGEST_NUMBER else None


@lru_cache(maxsize=20_000)
def street_key(name: str) -> str:
    """What two spellings of one street's name have in common: folded, its kind of way written out."""
    parts = fold(name).split()
    if not parts:
        return ""
    # "St" in front is a saint.
    parts = parts[:1] + [_LATIN_WAYS.get(word, word) for word in parts[1:]]
    return " ".join(_FA_SHORT.get(word, word) for word in parts).replace("بن بست", "بنبست")
