"""`GET /place` at random parcels: zone, parcel, nearest facilities and coverage of a point, over HTTP."""

import json
import random
from collections.abc import Callable

from sqlalchemy import text

from benchmarks.answers import WARMING, measure
from benchmarks.city import SEED, BenchCity
from benchmarks.results import Result

NAME = "place"
GROWING = ("place over HTTP, median", "place over HTTP, p95")
QUESTIONS = 400
_POINTS = text("""
    SELECT number, ST_X(p), ST_Y(p) FROM parcel, ST_Transform(ST_PointOnSurface(geom), 4326) AS p
    WHERE id = ANY(:ids) AND valid_to IS NULL""")


def run(city: BenchCity) -> Result:
    """Median and p95 of places at parcels drawn at random; each answer must name the parcel that lies there."""
    result = Result(NAME)
    dice = random.Random(SEED)
    with city.engine.connect() as connection:
        last = connection.execute(text("SELECT max(id) FROM parcel")).scalar_one()
        ids = [dice.randint(1, last) for _ in range(2 * (QUESTIONS + WARMING))]
        points = connection.execute(_POINTS, {"ids": ids}).all()
    dice.shuffle(points)  # type: ignore[arg-type]
    asked = [
        (
            f"/place.json?lon={lon:.7f}&lat={lat:.7f}",
            _names(number),
        )
        for number, lon, lat in points[: QUESTIONS + WARMING]
    ]
    measure(city, result, "place over HTTP", asked)
    result.note("each answer names the parcel that its point was taken from; no peer answers this question")
    return result


def _names(number: str) -> Callable[[bytes], bool]:
    def is_right(body: bytes) -> bool:
        parcel = json.loads(body)["parcel"]
        return parcel is not None and bool(parcel["number"] == number)

    return is_right
