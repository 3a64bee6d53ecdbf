"""Believable names in both scripts: poets, flowers, trees, virtues, mountains, rivers, stars and old cities."""

from dataclasses import dataclass, field
from pathlib import Path

from webmap.demo.dice import dice

Name = tuple[str, str]

CITY: Name = ("روشن‌رود", "Roshanrud")
RIVER: Name = ("رودخانهٔ روشن‌رود", "Roshanrud River")


def _read_names() -> dict[str, list[Name]]:
    """Pairs of Persian and English names by section of the list."""
    found: dict[str, list[Name]] = {}
    section: list[Name] = []
    for line in (Path(__file__).parent / "data" / "names.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = found.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            fa, _, en = line.rpartition(" ")
            section.append((fa, en.replace("-", " ")))
    return found


def _pool(*sections: str) -> list[Name]:
    return list(dict.fromkeys(name for section in sections for name in _NAMES[section]))


_NAMES = _read_names()
PEOPLE = _pool("people")
GRAND = _pool("people", "virtues", "places")
GENTLE = _pool("nature", "virtues")
LOCAL = [name for name in _pool("nature") if name not in GRAND]
"""Small streets draw on names that no avenue has, or there might be two «خیابان امید»."""
QUARTERS = _pool("quarters", "nature", "places")

FORMS: dict[str, tuple[str, str, list[Name]]] = {
    "expressway": ("بزرگراه {}", "{} Expressway", GRAND),
    "boulevard": ("بلوار {}", "{} Boulevard", GRAND),
    "street": ("خیابان {}", "{} Street", GRAND),
    "local": ("خیابان {}", "{} Street", LOCAL),
    "alley": ("کوچهٔ {}", "{} Alley", GENTLE),
    "passage": ("گذر {}", "{} Passage", QUARTERS),
    "dead_end": ("بن‌بست {}", "{} Dead End", GENTLE),
    "square": ("میدان {}", "{} Square", GRAND),
    "neighbourhood": ("محلهٔ {}", "{} Neighbourhood", QUARTERS),
    "park": ("بوستان {}", "{} Park", GENTLE),
    "primary_school": ("دبستان {}", "{} Primary School", GRAND),
    "high_school": ("دبیرستان {}", "{} High School", PEOPLE),
    "mosque": ("مسجد {}", "{} Mosque", QUARTERS),
    "library": ("کتابخانهٔ {}", "{} Library", PEOPLE),
    "cultural_centre": ("فرهنگسرای {}", "{} Cultural Centre", GRAND),
    "cinema": ("سینما {}", "Cinema {}", GENTLE),
    "clinic": ("درمانگاه {}", "{} Clinic", GRAND),
    "hospital": ("بیمارستان {}", "{} Hospital", PEOPLE),
    "university": ("دانشگاه {}", "{} University", PEOPLE),
    "stadium": ("ورزشگاه {}", "{} Stadium", GRAND),
    "sports_hall": ("سالن ورزشی {}", "{} Sports Hall", GRAND),
    "fire_station": ("ایستگاه آتش‌نشانی {}", "{} Fire Station", GRAND),
    "market": ("میدان میوه و تره‌بار {}", "{} Produce Market", QUARTERS),
    "bank": ("بانک {}", "{} Bank", GRAND),
    "parking": ("پارکینگ {}", "{} Car Park", GRAND),
    "substation": ("پست برق {}", "{} Substation", QUARTERS),
    "terminal": ("پایانهٔ {}", "{} Terminal", GRAND),
    "playground": ("زمین بازی {}", "{} Playground", GENTLE),
    "bus_stop": ("ایستگاه {}", "{} Stop", GENTLE),
    "housing_project": ("مجتمع مسکونی {}", "{} Housing Estate", GENTLE),
    "renewal": ("بافت فرسودهٔ {}", "{} Renewal Area", QUARTERS),
    "office": ("ساختمان اداری {}", "{} Office Building", GRAND),
}
_SIDES: tuple[Name, ...] = (("شمالی", "North"), ("جنوبی", "South"), ("شرقی", "East"), ("غربی", "West"))
_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


def persian(number: int) -> str:
    """A number in Persian digits."""
    return str(number).translate(_DIGITS)


@dataclass
class NameBook:
    """Gives each thing a name that nothing else of its form has; remembers only how far it has come."""

    seed: int
    _used: dict[str, int] = field(default_factory=dict)
    _orders: dict[str, list[int]] = field(default_factory=dict)

    def take(self, form: str) -> Name:
        """The next name of this form in both scripts: plain first, then by side of the city, then numbered."""
        fa, en, names = FORMS[form]
        turn, place = divmod(self._used.get(form, 0), len(names))
        self._used[form] = self._used.get(form, 0) + 1
        if place == 0:
            order = list(range(len(names)))
            dice(self.seed, "names", form, turn).shuffle(order)
            self._orders[form] = order
        base_fa, base_en = names[self._orders[form][place]]
        return self._turned(fa.format(base_fa), en.format(base_en), form, turn)

    def _turned(self, fa: str, en: str, form: str, turn: int) -> Name:
        """The name for the turn-th use of a base: avenues by side of the city before they are numbered."""
        if form in ("boulevard", "street", "expressway") and 0 < turn <= len(_SIDES):
            side_fa, side_en = _SIDES[turn - 1]
            return f"{fa} {side_fa}", f"{en} {side_en}"
        number = turn + 1 - (len(_SIDES) if form in ("boulevard", "street", "expressway") and turn else 0)
        return (f"{fa} {persian(number)}", f"{en} {number}") if number > 1 else (fa, en)
