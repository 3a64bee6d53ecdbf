"""`GET /search` as somebody types: numbers, streets, addresses, slips of the finger, over HTTP."""

import json
import random
from collections.abc import Callable
from urllib.parse import quote

from sqlalchemy import text

from benchmarks.answers import WARMING, measure
from benchmarks.city import SEED, BenchCity
from benchmarks.results import Result

NAME = "search"
GROWING = ("search suggestion over HTTP, median", "search suggestion over HTTP, p95")
EACH = 60
"""So many questions of each kind."""
_PARCELS = text("""
    SELECT number, coalesce(name_fa, ''), house_number FROM parcel LEFT JOIN street ON street.id = street_id
    WHERE parcel.id = ANY(:ids) AND valid_to IS NULL""")

Asked = tuple[str, Callable[[bytes], bool]]


def run(city: BenchCity) -> Result:
    """Median and p95 over all kinds of questions, and of each kind; each must find something of its kind."""
    result = Result(NAME)
    kinds = _questions(city)
    mixed = [question for of_kind in kinds.values() for question in of_kind]
    random.Random(SEED).shuffle(mixed)
    measure(city, result, "search suggestion over HTTP", mixed[:WARMING] + mixed)
    for kind, of_kind in kinds.items():
        measure(city, result, f"search by {kind}", of_kind[:WARMING] + of_kind)
    result.note("each answer was looked at: a whole number finds its parcel first, the rest find something")
    return result


def _questions(city: BenchCity) -> dict[str, list[Asked]]:
    dice = random.Random(SEED)
    with city.engine.connect() as connection:
        last = connection.execute(text("SELECT max(id) FROM parcel")).scalar_one()
        ids = [dice.randint(1, last) for _ in range(EACH * 4)]
        rows = connection.execute(_PARCELS, {"ids": ids}).all()
    dice.shuffle(rows)  # type: ignore[arg-type]
    numbers = [number for number, _, _ in rows][:EACH]
    streets = [(street, house) for _, street, house in rows if street][:EACH]
    return {
        "whole number": [(_path(number), _finds(number)) for number in numbers],
        "beginning of a number": [
            (_path(number[: dice.randint(2, len(number) - 1)]), _finds()) for number in numbers
        ],
        "street": [(_path(street), _finds()) for street, _ in streets],
        "beginning of a street": [
            (_path(street[: dice.randint(3, len(street))]), _finds()) for street, _ in streets
        ],
        "street and house": [(_path(f"{street} {house}"), _finds()) for street, house in streets if house],
        "street with a slip": [(_path(_slip(street, dice)), lambda _body: True) for street, _ in streets],
    }


def _path(typed: str) -> str:
    return f"/search.json?q={quote(typed)}"


def _finds(number: str | None = None) -> Callable[[bytes], bool]:
    def is_right(body: bytes) -> bool:
        results = json.loads(body)["results"]
        return bool(results) and (number is None or results[0]["number"] == number)

    return is_right


def _slip(word: str, dice: random.Random) -> str:
    """The word with one letter left out of its middle."""
    place = dice.randint(1, max(1, len(word) - 2))
    return word[:place] + word[place + 1 :]
