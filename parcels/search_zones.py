"""Zones by the code or name of their class, and spots by their coordinates."""

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from core.text import fold
from layers.queries import find_city_here
from parcels import search_statements as statements
from parcels.hits import ALIKE_NAME, EXACT_NAME, NUMBER_BEGINS, Hit, Kind, Tier, extra_words
from parcels.question import Question
from parcels.vocabulary import name_tokens

_LABELS = frozenset(fold("پهنه زیرپهنه zone subzone class").split())
_MOST = 3


def zones(session: Session, question: Question, day: dt.date | None) -> list[Hit]:
    """The largest zone of each class with this code, a code that begins so, or a name of these words."""
    classes = session.execute(statements.zone_classes()).all()
    graded = [(tier, row) for row in classes if (tier := _tier(row, question)) is not None]
    best = sorted(graded, key=lambda each: (each[0], each[1].code))[:_MOST]
    if not best:
        return []
    asked = {"ids": [row.id for _tier, row in best], "day": day}
    found = {row.class_id: row for row in session.execute(statements.zones_of_classes(), asked)}
    return [_hit(tier, row, found[row.id], question) for tier, row in best if row.id in found]


def _tier(row: Any, question: Question) -> Tier | None:
    words = [word for word in question.folded.split() if word not in _LABELS]
    typed, code = "".join(words), fold(row.code).replace(" ", "")
    if not typed:
        return None
    if typed == code:
        return EXACT_NAME
    names = [set(name_tokens(name)) for name in (row.name_fa, row.name_en)]
    asked = set(name_tokens(" ".join(words)))
    if asked in names:
        return EXACT_NAME
    # A letter, or a number without one, begins too many codes.
    if len(typed) > 1 and typed[0].isalpha() and typed[-1].isdigit() and code.startswith(typed):
        return NUMBER_BEGINS
    return ALIKE_NAME if any(asked <= name for name in names) else None


def _hit(tier: Tier, row: Any, zone: Any, question: Question) -> Hit:
    asked = len(question.telling_words)
    return Hit(
        Kind.ZONE,
        tier,
        1.0,
        1.0,
        zone.lon,
        zone.lat,
        name_fa=row.name_fa,
        name_en=row.name_en,
        code=row.code,
        extra=min((extra_words(name, asked) for name in (row.name_fa, row.name_en) if name), default=0),
        bounds=(zone.west, zone.south, zone.east, zone.north),
        shape=zone.shape,
    )


def spots(session: Session, pairs: list[tuple[float, float]]) -> list[Hit]:
    """Of the ways to read a pair of coordinates, the first that lies in the city; nothing outside it."""
    for lon, lat in pairs:
        here = find_city_here(session, lon, lat)
        if here is not None and here.spot is not None and here.is_inside is not False:
            return [Hit(Kind.COORDINATES, EXACT_NAME, 1.0, 1.0, lon, lat)]
    return []
