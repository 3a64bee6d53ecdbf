"""Finding parcels, addresses, streets, facilities, zones and spots by what somebody typed, slips forgiven."""

import datetime as dt
import math
from collections import Counter
from collections.abc import Callable

from sqlalchemy.orm import Session

from parcels.coordinates import read_coordinates
from parcels.hits import Hit, Kind
from parcels.likeness import as_typed, with_slips
from parcels.question import Question, read_question
from parcels.search_names import Named, names, names_or_joined
from parcels.search_numbers import addresses, numbers
from parcels.search_zones import spots, zones

# No slip of one letter, but near enough to be offered when nothing else was found.
_LEAST_OFFERED = 0.5
# Below this the words stand only in the middle of others, as «سفا» does in «یوسف‌آباد»: «صفا» may be meant.
_SURE = 0.9


def search(
    session: Session, typed: str, limit: int, day: dt.date | None = None, *, staff: bool = False
) -> list[Hit]:
    """Up to ``limit`` things that were probably meant, best first, as they are on ``day`` (today unless told)."""
    pairs = read_coordinates(typed)
    if pairs:
        return spots(session, pairs)
    question = read_question(typed, staff=staff)
    if not question.folded:
        return []
    named = _named(session, question, limit)
    hits = [
        *numbers(session, question, limit, day),
        *addresses(session, question, named.streets, limit, day),
        *named.streets,
        *named.facilities,
        *zones(session, question, day),
    ]
    return _share_out(sorted(hits, key=lambda hit: hit.order), limit)


def nearest_names(session: Session, typed: str, limit: int, *, staff: bool = False) -> list[Hit]:
    """Streets and facilities with names not too far from what was typed: what to offer when nothing was found."""
    question = read_question(typed, staff=staff)
    if not question.words or read_coordinates(typed):
        return []
    spellings = with_slips(session, question, _LEAST_OFFERED)
    found = names(session, question, spellings, limit, all_words=False)
    hits = sorted([*found.streets, *found.facilities], key=lambda hit: hit.order)
    return list({(hit.name_fa, hit.name_en): hit for hit in reversed(hits)}.values())[::-1][:limit]


def _named(session: Session, question: Question, limit: int) -> Named:
    """Streets and facilities with the words typed in their names: as typed, else mended, else any of the words."""
    if not question.words:
        return Named()
    found = names(session, question, as_typed(question), limit)
    if found.surest >= _SURE:
        return found
    question = question.with_common_words_mended()
    mended = with_slips(session, question)
    attempts: tuple[Callable[[], Named], ...] = (
        lambda: names_or_joined(session, question, mended, limit),
        lambda: names(session, question, mended, limit, all_words=False),
    )
    tried = (attempt() for attempt in attempts[: len(question.telling_words)])
    return next(filter(None, tried), found)


def _share_out(hits: list[Hit], limit: int) -> list[Hit]:
    """The best hits, no kind taking more than its share while another waits."""
    most, taken = math.ceil(limit * 0.6), Counter[Kind]()
    kept: list[Hit] = []
    waiting: list[Hit] = []
    for hit in hits:
        (kept if taken[hit.kind] < most else waiting).append(hit)
        taken[hit.kind] += 1
    return sorted((kept + waiting)[:limit], key=lambda hit: hit.order)
