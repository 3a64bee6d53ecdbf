"""Streets and facilities with names like the words typed."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from layers.models import Feature
from parcels import search_statements as statements
from parcels.hits import ALIKE_NAME, EXACT_NAME, Hit, Kind, Tier, extra_words
from parcels.likeness import Name, Spellings, find_alike, find_joined
from parcels.models import Street
from parcels.question import Question
from parcels.vocabulary import name_tokens

CANDIDATES = 20
"""So many streets are looked through for a house number."""

_NOT = (0.0, 0.0)

Find = Callable[[Select[Any], Name, Name, int], dict[int, tuple[float, float]]]


@dataclass(frozen=True)
class Named:
    """Streets and facilities found by their names; false when neither was."""

    streets: list[Hit] = field(default_factory=list)
    facilities: list[Hit] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether anything was found."""
        return bool(self.streets or self.facilities)

    @property
    def surest(self) -> float:
        """The best score of all, 0 when there is none."""
        return max((hit.score for hit in (*self.streets, *self.facilities)), default=0.0)


def names(
    session: Session, question: Question, spellings: Spellings, limit: int, *, all_words: bool = True
) -> Named:
    """Names that hold the telling words, or any of them, in one of these spellings."""

    def find(ids: Select[Any], name: Name, _sound: Name, most: int) -> dict[int, tuple[float, float]]:
        return find_alike(session, ids, name, question, spellings, most, all_words=all_words)

    return _named(session, question, find, limit)


def names_or_joined(session: Session, question: Question, spellings: Spellings, limit: int) -> Named:
    """As :func:`names`, and names that hold, or sound like, the words run together."""

    def find(ids: Select[Any], name: Name, sound: Name, most: int) -> dict[int, tuple[float, float]]:
        apart = find_alike(session, ids, name, question, spellings, most)
        joined = find_joined(session, ids, name, sound, question, most)
        # What was found both ways counts as the surer.
        best = {key: max(apart.get(key, _NOT), joined.get(key, _NOT)) for key in (*apart, *joined)}
        return dict(sorted(best.items(), key=lambda each: -each[1][1])[:most])

    return _named(session, question, find, limit)


def _named(session: Session, question: Question, find: Find, limit: int) -> Named:
    streets = find(statements.street_ids(), Street.name_folded, Street.name_sound, CANDIDATES)
    facilities = find(
        statements.facility_ids(staff=question.staff), Feature.name_folded, Feature.name_sound, limit
    )
    return Named(_streets(session, question, streets), _facilities(session, question, facilities))


def _streets(session: Session, question: Question, found: dict[int, tuple[float, float]]) -> list[Hit]:
    if not found:
        return []
    rows = session.execute(statements.streets_found(), {"ids": list(found)})
    return [
        dataclasses.replace(_name_hit(Kind.STREET, row, found[row.id], question), street_id=row.id)
        for row in rows
    ]


def _facilities(session: Session, question: Question, found: dict[int, tuple[float, float]]) -> list[Hit]:
    """Features of every layer; streets have their own dictionary."""
    if not found:
        return []
    rows = session.execute(statements.facilities_found(), {"ids": list(found)})
    return [
        dataclasses.replace(
            _name_hit(Kind.FACILITY, row, found[row.id], question),
            layer_fa=row.layer_fa,
            layer_en=row.layer_en,
        )
        for row in rows
    ]


def _name_hit(kind: Kind, row: Any, likeness: tuple[float, float], question: Question) -> Hit:
    asked = len(question.telling_words) + len(question.numbers)
    extra = min(extra_words(name, asked) for name in (row.name_fa, row.name_en) if name)
    bounds = (row.west, row.south, row.east, row.north) if row.west < row.east else None
    return Hit(
        kind,
        _tier(row, question),
        *likeness,
        row.lon,
        row.lat,
        name_fa=row.name_fa,
        name_en=row.name_en,
        extra=extra,
        bounds=bounds,
        shape=row.shape,
    )


def _tier(row: Any, question: Question) -> Tier:
    """A name is exactly what was typed if it has the same words, in any order and however they are abbreviated."""
    asked = sorted(name_tokens(question.folded))
    same = any(asked == sorted(name_tokens(name)) for name in (row.name_fa, row.name_en))
    return EXACT_NAME if same else ALIKE_NAME
