"""Finding parcels, addresses, streets and facilities by what somebody typed, slips forgiven."""

import dataclasses
import math
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import tuple_
from sqlalchemy.orm import Session

from core.text import fold
from layers.models import Feature
from parcels import search_statements as statements
from parcels.likeness import Spellings, as_typed, find_alike, with_slips
from parcels.models import Parcel, Street
from parcels.question import Question, read_question

# Streets this sure are looked through for a house number.
_SURE = 0.4
_CERTAIN = 0.99
_CANDIDATES = 20
_LAST = "\U0010ffff"


class Kind(StrEnum):
    """What a search can find, in the order in which equals are told."""

    PARCEL = "parcel"
    ADDRESS = "address"
    STREET = "street"
    FACILITY = "facility"


class Tier(int):
    """How sure a hit is before any score: smaller comes first."""


EXACT_NUMBER, EXACT_ADDRESS, EXACT_NAME, NUMBER_BEGINS, ALIKE_NAME = map(Tier, range(5))


@dataclass(frozen=True)
class Hit:
    """One thing found: where it is (degrees) and what it is called.

    ``score``, from 0 to 1, is how alike the words are; ``rank`` counts in the numbers of a name, too.
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

    @property
    def order(self) -> tuple[Any, ...]:
        """What hits are sorted by: sure ones first, then likeness, then kind, then the shorter name."""
        kinds = list(Kind)
        return self.tier, -round(self.rank, 3), kinds.index(self.kind), len(self.name_fa or self.name_en)


def search(session: Session, typed: str, limit: int) -> list[Hit]:
    """Up to ``limit`` things that were probably meant, best first."""
    question = read_question(typed)
    if not question.folded:
        return []
    streets, facilities = _named(session, question, limit)
    hits = [
        *_numbers(session, question, limit),
        *_addresses(session, question, streets, limit),
        *streets,
        *facilities,
    ]
    return _share_out(sorted(hits, key=lambda hit: hit.order), limit)


def _named(session: Session, question: Question, limit: int) -> tuple[list[Hit], list[Hit]]:
    """Streets and facilities with the words typed in their names: as typed, else mended, else any of the words."""
    if not question.words:
        return [], []
    found = _named_so(session, question, as_typed(question), limit)
    if any(found):
        return found
    mended = with_slips(session, question)
    found = _named_so(session, question, mended, limit)
    if any(found) or len(question.telling_words) == 1:
        return found
    return _named_so(session, question, mended, limit, all_words=False)


def _named_so(
    session: Session, question: Question, spellings: Spellings, limit: int, all_words: bool = True
) -> tuple[list[Hit], list[Hit]]:
    streets = _streets(session, question, spellings, all_words)
    return streets, _facilities(session, question, spellings, limit, all_words)


def _share_out(hits: list[Hit], limit: int) -> list[Hit]:
    """The best hits, no kind taking more than its share while another waits."""
    most, taken = math.ceil(limit * 0.6), Counter[Kind]()
    kept: list[Hit] = []
    waiting: list[Hit] = []
    for hit in hits:
        (kept if taken[hit.kind] < most else waiting).append(hit)
        taken[hit.kind] += 1
    return sorted((kept + waiting)[:limit], key=lambda hit: hit.order)


def _numbers(session: Session, question: Question, limit: int) -> list[Hit]:
    """Parcels whose number is or begins with what was typed: one range of a C-collated index, never LIKE."""
    if not question.may_be_a_number:
        return []
    asked = {"key": question.key, "last": question.key + _LAST, "most": limit}
    found = list(session.execute(statements.current_numbers(), asked))
    if not any(row.number_key == question.key for row in found):
        # Nobody has the number now; who had it last knows what became of it.
        found = [*session.execute(statements.former_number(), asked), *found]
    return [_number_hit(row, question) for row in found]


def _number_hit(row: Any, question: Question) -> Hit:
    tier = EXACT_NUMBER if row.number_key == question.key else NUMBER_BEGINS
    score = len(question.key) / max(len(row.number_key), 1)
    return _parcel_hit(row, Kind.PARCEL, tier, score, score)


def _addresses(session: Session, question: Question, streets: list[Hit], limit: int) -> list[Hit]:
    """Parcels at the house number typed, on the streets that were probably meant."""
    wanted = {}
    for street in streets:
        house = _house_number_on(street, question)
        if house is not None and street.score >= _SURE and street.street_id is not None:
            wanted[street.street_id, house] = street
    if not wanted:
        return []
    at = tuple_(Parcel.street_id, Parcel.house_number).in_(list(wanted))
    query = statements.parcels().where(at, Parcel.valid_to.is_(None)).order_by(Parcel.number).limit(limit)
    hits = []
    for row in session.execute(query):
        street = wanted[row.street_id, row.house_number]
        tier = EXACT_ADDRESS if street.score > _CERTAIN else ALIKE_NAME
        hits.append(_parcel_hit(row, Kind.ADDRESS, tier, street.score, street.rank))
    return hits


def _house_number_on(street: Hit, question: Question) -> int | None:
    """The number typed that is not part of the street's own name, as in «کوچهٔ لاله ۳، پلاک ۱۲»."""
    if question.plate is not None:
        return question.plate
    named = set(fold(f"{street.name_fa} {street.name_en}").split())
    left = [number for number in question.numbers if str(number) not in named]
    return left[-1] if left else None


def _parcel_hit(row: Any, kind: Kind, tier: Tier, score: float, rank: float) -> Hit:
    return Hit(
        kind,
        tier,
        score,
        rank,
        row.lon,
        row.lat,
        number=row.number,
        name_fa=row.name_fa or "",
        name_en=row.name_en or "",
        house_number=row.house_number,
        address=row.address,
    )


def _streets(session: Session, question: Question, spellings: Spellings, all_words: bool) -> list[Hit]:
    """Streets of the dictionary with a name like the words typed."""
    ids, name = statements.street_ids(), Street.name_folded
    found = find_alike(session, ids, name, question, spellings, _CANDIDATES, all_words=all_words)
    if not found:
        return []
    rows = session.execute(statements.streets_found(), {"ids": list(found)})
    hits = [_name_hit(Kind.STREET, row, found[row.id], question) for row in rows]
    return [dataclasses.replace(hit[0], street_id=hit[1]) for hit in hits]


def _facilities(
    session: Session, question: Question, spellings: Spellings, limit: int, all_words: bool
) -> list[Hit]:
    """Features of every layer with a name like the words typed; streets have their own dictionary."""
    ids, name = statements.facility_ids(), Feature.name_folded
    found = find_alike(session, ids, name, question, spellings, limit, all_words=all_words)
    if not found:
        return []
    hits = []
    for row in session.execute(statements.facilities_found(), {"ids": list(found)}):
        hit, _id = _name_hit(Kind.FACILITY, row, found[row.id], question)
        hits.append(dataclasses.replace(hit, layer_fa=row.layer_fa, layer_en=row.layer_en))
    return hits


def _name_hit(kind: Kind, row: Any, likeness: tuple[float, float], question: Question) -> tuple[Hit, int]:
    is_same = question.folded in (fold(row.name_fa), fold(row.name_en))
    tier = EXACT_NAME if is_same else ALIKE_NAME
    return Hit(kind, tier, *likeness, row.lon, row.lat, name_fa=row.name_fa, name_en=row.name_en), row.id
