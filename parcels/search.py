"""Finding parcels, addresses, streets and facilities by what somebody typed, slips forgiven."""

import dataclasses
import math
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.text import fold
from layers.models import BaseRole, Feature, Layer
from parcels.models import Parcel, Street
from parcels.question import COMMON, Question, read_question

# How alike a typed word and a word of a name must be: one slip in five letters passes, another word does not.
ALIKE = 0.4
# Streets this sure are looked through for a house number.
_SURE = 0.55
_CANDIDATES = 20
_COMMON_WEIGHT = 0.25
_NUMBER_WEIGHT = 0.3
_LAST = "\U0010ffff"

Name = InstrumentedAttribute[str]


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
    """One thing found: where it is (degrees) and what it is called; ``score`` is from 0 to 1."""

    kind: Kind
    tier: Tier
    score: float
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
        return self.tier, -round(self.score, 3), kinds.index(self.kind), len(self.name_fa or self.name_en)


def search(session: Session, typed: str, limit: int) -> list[Hit]:
    """Up to ``limit`` things that were probably meant, best first."""
    question = read_question(typed)
    if not question.folded:
        return []
    # For this transaction only: how alike is alike enough for the index to bring a name.
    session.execute(select(func.set_config("pg_trgm.word_similarity_threshold", str(ALIKE), True)))
    streets = _streets(session, question)
    hits = [
        *_numbers(session, question, limit),
        *_addresses(session, question, streets, limit),
        *streets,
        *_facilities(session, question, limit),
    ]
    return _share_out(sorted(hits, key=lambda hit: hit.order), limit)


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
    begins = (Parcel.number_key >= question.key) & (Parcel.number_key < question.key + _LAST)
    current = _parcels().where(begins, Parcel.valid_to.is_(None)).order_by(Parcel.number_key, Parcel.id)
    found = list(session.execute(current.limit(limit)))
    if not any(row.number_key == question.key for row in found):
        # Nobody has the number now; who had it last knows what became of it.
        former = _parcels().where(Parcel.number_key == question.key).order_by(Parcel.valid_to.desc())
        found = [*session.execute(former.limit(1)), *found]
    return [_number_hit(row, question) for row in found]


def _number_hit(row: Any, question: Question) -> Hit:
    tier = EXACT_NUMBER if row.number_key == question.key else NUMBER_BEGINS
    return _parcel_hit(row, Kind.PARCEL, tier, len(question.key) / max(len(row.number_key), 1))


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
    query = _parcels().where(at, Parcel.valid_to.is_(None)).order_by(Parcel.number).limit(limit)
    hits = []
    for row in session.execute(query):
        score = wanted[row.street_id, row.house_number].score
        tier = EXACT_ADDRESS if score > 0.99 else ALIKE_NAME
        hits.append(_parcel_hit(row, Kind.ADDRESS, tier, score))
    return hits


def _house_number_on(street: Hit, question: Question) -> int | None:
    """The number typed that is not part of the street's own name, as in «کوچهٔ لاله ۳، پلاک ۱۲»."""
    if question.plate is not None:
        return question.plate
    named = set(fold(f"{street.name_fa} {street.name_en}").split())
    left = [number for number in question.numbers if str(number) not in named]
    return left[-1] if left else None


def _parcel_hit(row: Any, kind: Kind, tier: Tier, score: float) -> Hit:
    return Hit(
        kind,
        tier,
        score,
        row.lon,
        row.lat,
        number=row.number,
        name_fa=row.name_fa or "",
        name_en=row.name_en or "",
        house_number=row.house_number,
        address=row.address,
    )


def _parcels() -> Select[Any]:
    where = func.ST_Transform(func.ST_PointOnSurface(Parcel.geom), 4326)
    return select(
        Parcel.number,
        Parcel.number_key,
        Parcel.address,
        Parcel.house_number,
        Parcel.street_id,
        Street.name_fa,
        Street.name_en,
        func.ST_X(where).label("lon"),
        func.ST_Y(where).label("lat"),
    ).outerjoin(Street, Street.id == Parcel.street_id)


def _streets(session: Session, question: Question) -> list[Hit]:
    """Streets of the dictionary with a name like the words typed."""
    found = _alike(session, select(Street.id), Street.name_folded, question, _CANDIDATES)
    if not found:
        return []
    # A street that came with addresses only lies where its parcels lie.
    beside = (
        select(func.ST_PointOnSurface(Parcel.geom))
        .where(Parcel.street_id == Street.id, Parcel.valid_to.is_(None))
        .limit(1)
        .scalar_subquery()
    )
    where = func.ST_Transform(func.coalesce(_middle(Street.geom), beside), 4326)
    query = select(
        Street.id,
        Street.name_fa,
        Street.name_en,
        func.ST_X(where).label("lon"),
        func.ST_Y(where).label("lat"),
    ).where(Street.id.in_(found), where.is_not(None))
    hits = [_name_hit(Kind.STREET, row, found[row.id], question) for row in session.execute(query)]
    return [dataclasses.replace(hit[0], street_id=hit[1]) for hit in hits]


def _facilities(session: Session, question: Question, limit: int) -> list[Hit]:
    """Features of every layer with a name like the words typed; streets have their own dictionary."""
    # The index holds named features only, so the query must say that it wants no others.
    of_layers = (
        select(Feature.id)
        .join(Layer, Layer.id == Feature.layer_id)
        .where(Feature.name_folded != "", Layer.base_role.is_distinct_from(BaseRole.STREET))
    )
    found = _alike(session, of_layers, Feature.name_folded, question, limit)
    if not found:
        return []
    where = func.ST_Transform(_middle(Feature.geom), 4326)
    query = (
        select(
            Feature.id,
            Feature.name_fa,
            Feature.name_en,
            Layer.name_fa.label("layer_fa"),
            Layer.name_en.label("layer_en"),
            func.ST_X(where).label("lon"),
            func.ST_Y(where).label("lat"),
        )
        .join(Layer, Layer.id == Feature.layer_id)
        .where(Feature.id.in_(found))
    )
    hits = []
    for row in session.execute(query):
        hit, _id = _name_hit(Kind.FACILITY, row, found[row.id], question)
        hits.append(dataclasses.replace(hit, layer_fa=row.layer_fa, layer_en=row.layer_en))
    return hits


def _middle(geom: Any) -> ColumnElement[Any]:
    """A point to stand for a shape. PostGIS's own choice for a line of two points would be one of its ends."""
    of_line = func.ST_ClosestPoint(geom, func.ST_Centroid(geom))
    return case((func.ST_Dimension(geom) == 1, of_line), else_=func.ST_PointOnSurface(geom))


def _name_hit(kind: Kind, row: Any, score: float, question: Question) -> tuple[Hit, int]:
    is_same = question.folded in (fold(row.name_fa), fold(row.name_en))
    tier = EXACT_NAME if is_same else ALIKE_NAME
    return Hit(kind, tier, score, row.lon, row.lat, name_fa=row.name_fa, name_en=row.name_en), row.id


def _alike(
    session: Session, candidates: Select[Any], name: Name, question: Question, limit: int
) -> dict[int, float]:
    """Ids of the names most like the words typed, with how alike: all words first, else any of them."""
    telling = [literal(word).op("<%", is_comparison=True)(name) for word in question.telling_words]
    score, order = _likeness(name, question)
    query = (
        candidates.add_columns(score.label("score")).order_by(order.desc(), func.length(name)).limit(limit)
    )
    found = session.execute(query.where(and_(*telling))).all()
    if not found and len(telling) > 1:
        found = session.execute(query.where(or_(*telling))).all()
    return {row[0]: row.score for row in found}


def _likeness(name: Name, question: Question) -> tuple[ColumnElement[float], ColumnElement[float]]:
    """How alike a name is to the words typed (0 to 1), and the same with numbers in the name counted in."""
    weights = [_COMMON_WEIGHT if word in COMMON else 1.0 for word in question.words]
    parts = [
        func.word_similarity(word, name) * weight
        for word, weight in zip(question.words, weights, strict=True)
    ]
    score: Any = literal(0.0)
    for part in parts:
        score = score + part
    score = score / sum(weights)
    order = score
    for number in question.numbers:
        order = order + func.word_similarity(str(number), name) * _NUMBER_WEIGHT
    return score, order
